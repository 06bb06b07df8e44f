import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Certificate } from '../../src/tls/certificate.ts';
import { certificateAuthority, type Issued } from '../fakes/certificates.ts';

const authority = certificateAuthority();
const [FIRST, SECOND] = [authority.issue(), authority.issue({ names: ['agent.example.com'] })];

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'certificate-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function write(dir: string, { cert, key }: Issued): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'tls.crt'), cert);
  writeFileSync(join(dir, 'tls.key'), key);
}

/** Opens the pair, and lets a test await what is told of it. */
async function open(dir: string, clock = Date.now) {
  const certificate = await Certificate.open({
    source: { certFile: join(dir, 'tls.crt'), keyFile: join(dir, 'tls.key') },
    dataDir: dir,
    host: '0.0.0.0',
    publicUrl: null,
    clock,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => certificate[Symbol.dispose]());
  let wake = () => {};
  certificate.onChange(() => wake());
  return {
    certificate,
    async until(probe: () => boolean): Promise<void> {
      while (!probe()) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

describe('the certificate files', () => {
  it('are taken up when they are written over', async () => {
    const dir = folder();
    write(dir, FIRST);
    const { certificate, until } = await open(dir);
    write(dir, SECOND);
    await until(() => certificate.pair.cert === SECOND.cert);
    expect(certificate.pair).toMatchObject({
      key: SECOND.key,
      selfSigned: false,
      names: ['127.0.0.1', 'agent.example.com'],
    });
  });

  it('are taken up when other files are renamed over them', async () => {
    const dir = folder();
    write(dir, FIRST);
    const { certificate, until } = await open(dir);
    write(join(dir, 'new'), SECOND);
    for (const name of ['tls.crt', 'tls.key']) renameSync(join(dir, 'new', name), join(dir, name));
    await until(() => certificate.pair.cert === SECOND.cert);
    write(dir, FIRST);
    await until(() => certificate.pair.cert === FIRST.cert);
    expect(certificate.view().fault).toBeNull();
  });

  it('are taken up when their links are swapped, as certbot does', async () => {
    const dir = folder();
    const link = (from: string) => {
      for (const name of ['tls.crt', 'tls.key']) {
        rmSync(join(dir, 'live', name), { force: true });
        symlinkSync(`../archive/${from}/${name}`, join(dir, 'live', name));
      }
    };
    write(join(dir, 'archive/1'), FIRST);
    write(join(dir, 'archive/2'), SECOND);
    mkdirSync(join(dir, 'live'));
    link('1');
    const { certificate, until } = await open(join(dir, 'live'));
    link('2');
    await until(() => certificate.pair.cert === SECOND.cert);
    expect(certificate.view().fault).toBeNull();
  });

  it('are taken up when the link on their way is swapped, as Kubernetes does, again and again', async () => {
    const dir = folder();
    const swap = (target: string) => {
      symlinkSync(target, join(dir, '..data_tmp'));
      renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
    };
    write(join(dir, '..2026_01'), FIRST);
    write(join(dir, '..2026_02'), SECOND);
    swap('..2026_01');
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(`..data/${name}`, join(dir, name));
    const { certificate, until } = await open(dir);
    swap('..2026_02');
    await until(() => certificate.pair.cert === SECOND.cert);
    swap('..2026_01');
    await until(() => certificate.pair.cert === FIRST.cert);
    expect(certificate.view().fault).toBeNull();
  });

  it.each([
    [
      'a half-written certificate',
      { ...SECOND, cert: SECOND.cert.slice(0, 700) },
      'the certificate file ends in the middle',
    ],
    [
      'a chain cut off',
      { ...SECOND, cert: SECOND.cert + authority.ca.slice(0, 300) },
      'the certificate file ends in the middle',
    ],
    ['an empty certificate', { ...SECOND, cert: '' }, 'the certificate file holds no PEM certificate'],
    ['a half-written key', { ...SECOND, key: SECOND.key.slice(0, 700) }, 'the key file holds no PEM key'],
    ['the key of another certificate', { ...SECOND, key: FIRST.key }, 'the key does not belong to the certificate'],
  ])('keep the earlier pair in use over %s, and say what is wrong until it is mended', async (_name, broken, fault) => {
    const dir = folder();
    write(dir, FIRST);
    const { certificate } = await open(dir);
    write(dir, broken);
    await certificate.reload();
    expect(certificate.view()).toMatchObject({ fault, own: false });
    expect(certificate.pair).toMatchObject({ cert: FIRST.cert, key: FIRST.key });
    write(dir, SECOND);
    await certificate.reload();
    expect(certificate.view().fault).toBeNull();
    expect(certificate.pair.cert).toBe(SECOND.cert);
  });

  it('keep the earlier pair in use when they are gone', async () => {
    const dir = folder();
    write(dir, FIRST);
    const { certificate, until } = await open(dir);
    unlinkSync(join(dir, 'tls.key'));
    await until(() => certificate.view().fault !== null);
    expect(certificate.view().fault).toBe(`TLS_KEY_FILE ${join(dir, 'tls.key')} cannot be read (ENOENT)`);
    expect(certificate.pair.cert).toBe(FIRST.cert);
  });

  it('are told of once a day as their end comes near, and not in between', async () => {
    const dir = folder();
    write(dir, FIRST);
    let now = Date.now();
    const { certificate } = await open(dir, () => now);
    let told = 0;
    certificate.onChange(() => {
      told += 1;
    });
    await certificate.reload();
    expect(told).toBe(0);
    now += 86_400_000;
    await certificate.reload();
    await certificate.reload();
    expect(told).toBe(1);
  });

  it('end the start when they cannot be used', async () => {
    const dir = folder();
    write(dir, { ...FIRST, key: SECOND.key });
    await expect(open(dir)).rejects.toMatchObject({ code: 'tls-pair' });
  });
});

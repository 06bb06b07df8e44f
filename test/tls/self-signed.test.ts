import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { certificateNames } from '../../src/tls/names.ts';
import { keepSelfSigned } from '../../src/tls/self-signed.ts';

const DAY_MS = 86_400_000;
const NAMES = {
  required: ['calendar.example.com', 'pbx-agent', 'localhost', '127.0.0.1', '::1'],
  also: ['2001:db8::7'],
};

function folder(): string {
  const root = mkdtempSync(join(tmpdir(), 'tls-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return join(root, 'tls');
}
const keep = (dir: string, { names = NAMES, at = Date.now() } = {}) => keepSelfSigned({ dir, names, clock: () => at });

describe('the names of a certificate of our own', () => {
  const machine = {
    hostname: 'PBX-Agent.',
    addresses: [
      { address: '127.0.0.1', internal: true },
      { address: '192.0.2.2', internal: false },
      { address: 'fe80::1%eth0', internal: false },
      { address: '2001:DB8::7', internal: false },
    ],
  };

  it('are HOST, the host of PUBLIC_URL, the hostname, the addresses and loopback', () => {
    const names = certificateNames({
      host: 'agent.lan',
      publicUrl: 'https://Kalender.Müller.example:8480',
      ...machine,
    });
    expect(names).toEqual({
      required: [
        'kalender.xn--mller-kva.example',
        'agent.lan',
        'pbx-agent',
        'localhost',
        '127.0.0.1',
        '::1',
        '192.0.2.2',
      ],
      also: ['2001:db8::7'],
    });
  });

  it('leave out a HOST that means every address, and a hostname that no certificate can hold', () => {
    for (const host of ['0.0.0.0', '::']) {
      const { required } = certificateNames({ host, publicUrl: null, ...machine, hostname: 'a b' });
      expect(required).toEqual(['localhost', '127.0.0.1', '::1', '192.0.2.2']);
    }
    expect(certificateNames({ host: '2001:DB8::7', publicUrl: null, ...machine }).required).toContain('2001:db8::7');
  });
});

describe('a self-signed pair', () => {
  it('is for every name asked for, and runs no longer than browsers take', async () => {
    const { pair, made } = await keep(folder());
    const cert = new X509Certificate(pair.cert);
    expect(made).toBe(true);
    expect(pair.names).toEqual([...NAMES.required, ...NAMES.also]);
    for (const name of NAMES.required) expect(cert.checkHost(name) ?? cert.checkIP(name), name).toBeDefined();
    expect(pair).toMatchObject({ selfSigned: true, fingerprint: cert.fingerprint256 });
    expect(cert.ca).toBe(false);
    expect(pair.validTo - pair.validFrom).toBeLessThanOrEqual(398 * DAY_MS);
    expect(pair.validFrom).toBeLessThan(Date.now());
  });

  it('is all that a client has to trust', async () => {
    const { pair } = await keep(folder());
    const server = createServer({ cert: pair.cert, key: pair.key }, (_request, response) => response.end('well'));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, ca: pair.cert, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('lies in a folder and files for their owner alone', async () => {
    const dir = folder();
    await keep(dir);
    const modes = [dir, join(dir, 'cert.pem'), join(dir, 'key.pem')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it('is kept from start to start, also when an IPv6 address came and went', async () => {
    const dir = folder();
    const first = await keep(dir);
    const second = await keep(dir, { names: { ...NAMES, also: ['2001:db8::8'] } });
    expect(second).toEqual({ ...first, made: false });
  });

  it('is made anew, with the same key, when a name is missing or 30 days are left', async () => {
    const dir = folder();
    const first = await keep(dir);
    const renamed = await keep(dir, { names: { ...NAMES, required: [...NAMES.required, '192.0.2.9'] } });
    expect(renamed.made).toBe(true);
    expect(renamed.pair.key).toBe(first.pair.key);
    const back = await keep(dir, { names: { ...NAMES, required: [...NAMES.required, '192.0.2.8'] } });
    expect((await keep(dir, { names: { ...NAMES, required: ['192.0.2.9'] } })).pair).toEqual(back.pair);
    const names = { ...NAMES, required: ['192.0.2.9'] };
    expect((await keep(dir, { names, at: back.pair.validTo - 31 * DAY_MS })).made).toBe(false);
    const renewed = await keep(dir, { names, at: back.pair.validTo - 29 * DAY_MS });
    expect(renewed.made).toBe(true);
    expect(renewed.pair.validTo).toBeGreaterThan(back.pair.validTo);
    expect(renewed.pair.fingerprint).not.toBe(back.pair.fingerprint);
  });

  it('is made anew when a file is damaged', async () => {
    const dir = folder();
    const first = await keep(dir);
    writeFileSync(join(dir, 'cert.pem'), first.pair.cert.slice(0, 400));
    const second = await keep(dir);
    expect(second.pair.key).toBe(first.pair.key);
    writeFileSync(join(dir, 'key.pem'), '');
    const third = await keep(dir);
    expect(third.pair.key).not.toBe(first.pair.key);
    expect(readFileSync(join(dir, 'key.pem'), 'utf8')).toBe(third.pair.key);
  });

  it('names the folder when it cannot be kept', async () => {
    const dir = folder();
    writeFileSync(dir, 'in the way');
    await expect(keep(dir)).rejects.toMatchObject({ code: 'tls-unavailable', message: expect.stringContaining(dir) });
  });
});

import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';
import type { Clock } from '../sync/ports.ts';
import type { CertificateNames } from './names.ts';
import { readPair, type TlsPair } from './pair.ts';

const DAY_MS = 86_400_000;
/** Browsers refuse server certificates that run longer than 398 days. */
const RUNS_MS = 397 * DAY_MS;
const RENEW_MS = 30 * DAY_MS;
/** Room for a machine full of container bridges; beyond that a certificate grows for nobody. */
const MOST_NAMES = 200;

export interface SelfSignedOptions {
  /** DATA_DIR/tls */
  dir: string;
  names: CertificateNames;
  clock: Clock;
}

/**
 * The pair kept in `dir`, made or renewed when there is none, when it ends within 30 days, or when it lacks a name.
 * The key stays over renewals, so each renewal replaces one file. Raises `tls-unavailable` when `dir` cannot be written.
 */
export async function keepSelfSigned({
  dir,
  names,
  clock,
}: SelfSignedOptions): Promise<{ pair: TlsPair; made: boolean }> {
  const keyFile = join(dir, 'key.pem');
  const certFile = join(dir, 'cert.pem');
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await chmod(dir, 0o700);
    const kept = await readKept(certFile, keyFile);
    if (kept.pair !== null && serves(kept.pair, names, clock())) {
      await Promise.all([chmod(certFile, 0o600), chmod(keyFile, 0o600)]);
      return { pair: kept.pair, made: false };
    }
    const key = kept.key ?? (await makeKey());
    // Earlier names stay: an address that comes and goes, as containers' do, ends the fingerprint once and not each time.
    const all = [...new Set([...names.required, ...names.also, ...(kept.pair?.names ?? [])])].slice(0, MOST_NAMES);
    const cert = await makeCertificate(key, all, clock());
    const pair = readPair(cert, key);
    if (kept.key === null) await writeDurably(keyFile, key);
    await writeDurably(certFile, cert);
    return { pair, made: true };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new AppError('tls-unavailable', `DATA_DIR: ${dir} cannot keep the certificate (${code})`, { cause: error });
  }
}

function serves(pair: TlsPair, names: CertificateNames, now: number): boolean {
  const held = new Set(pair.names);
  return pair.validFrom <= now && pair.validTo - now > RENEW_MS && names.required.every((name) => held.has(name));
}

/** What cannot be read is replaced: the pair holds nothing but the trust that someone gave it. */
async function readKept(certFile: string, keyFile: string): Promise<{ pair: TlsPair | null; key: string | null }> {
  const [cert, key] = await Promise.all([readIfThere(certFile), readIfThere(keyFile)]);
  if (key === null || !isUsable(key)) return { pair: null, key: null };
  try {
    return { pair: readPair(cert ?? '', key), key };
  } catch {
    return { pair: null, key };
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isUsable(key: string): boolean {
  try {
    return createPrivateKey(key).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

async function makeKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Node makes keys but no certificates. The package that does is loaded only where one is due. */
async function makeCertificate(key: string, names: string[], now: number): Promise<string> {
  const { default: forge } = await import('node-forge');
  const { pki, md } = forge;
  const cert = pki.createCertificate();
  cert.publicKey = pki.publicKeyFromPem(createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString());
  // RFC 5280 section 4.1.2.2: positive, unique, at most 20 octets.
  cert.serialNumber = `4${randomBytes(16).toString('hex').slice(1)}`;
  // A clock that lags behind must not find the certificate not valid yet.
  cert.validity.notBefore = new Date(now - DAY_MS);
  cert.validity.notAfter = new Date(now - DAY_MS + RUNS_MS);
  const subject = [{ name: 'commonName', value: 'PBX Calendar Agent (self-signed)' }];
  cert.setSubject(subject);
  cert.setIssuer(subject);
  cert.setExtensions([
    // No authority: whoever trusts it trusts this server and nothing that its key might sign.
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
    },
  ]);
  cert.sign(pki.privateKeyFromPem(key), md.sha256.create());
  return pki.certificateToPem(cert).replaceAll('\r\n', '\n');
}

async function writeDurably(file: string, content: string): Promise<void> {
  const handle = await open(`${file}.tmp`, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.tmp`, file);
}

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { AppError } from '../errors.ts';

/** A certificate (with its chain) and the key that belongs to it, checked. */
export interface TlsPair {
  /** PEM. */
  cert: string;
  key: string;
  /** SHA-256 of the certificate as browsers show it: `AB:CD:...`. */
  fingerprint: string;
  /** Milliseconds since the epoch. */
  validFrom: number;
  validTo: number;
  /** Nobody else vouches for it. */
  selfSigned: boolean;
  /** DNS names and addresses that it is for. */
  names: string[];
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Raises `tls-pair`, its message saying what is wrong; never with a line of the key. */
export function readPair(cert: string, key: string): TlsPair {
  const blocks = cert.match(BLOCK) ?? [];
  // TLS itself stops reading a chain at the first thing it does not know, and then serves half of it.
  if (blocks.length !== (cert.match(/-----BEGIN/g) ?? []).length)
    throw wrong('the certificate file ends in the middle');
  const [leaf] = blocks.map(readCertificate);
  if (leaf === undefined) throw wrong('the certificate file holds no PEM certificate');
  if (!leaf.checkPrivateKey(readKey(key))) throw wrong('the key does not belong to the certificate');
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw wrong(`TLS refuses them (${error instanceof Error ? error.message : String(error)})`, error);
  }
  return {
    cert,
    key,
    fingerprint: leaf.fingerprint256,
    validFrom: leaf.validFromDate.getTime(),
    validTo: leaf.validToDate.getTime(),
    selfSigned: leaf.checkIssued(leaf),
    names: namesOf(leaf.subjectAltName),
  };
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw wrong('the certificate file is damaged', error);
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const locked = /ENCRYPTED/.test(pem);
    throw wrong(
      locked ? 'the key is locked with a passphrase; the agent needs it without one' : 'the key file holds no PEM key',
      error,
    );
  }
}

/** Node gives `DNS:a.example, IP Address:192.0.2.1`, and spells IPv6 addresses out in capitals. */
function namesOf(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/(DNS|IP Address):([^,]+)/g)].flatMap(([, kind, value = '']) => {
    if (kind === 'DNS') return [value.toLowerCase()];
    if (!value.includes(':')) return [value];
    const url = `http://[${value}]`;
    return URL.canParse(url) ? [new URL(url).hostname.slice(1, -1)] : [];
  });
}

function wrong(message: string, cause?: unknown): AppError {
  return new AppError('tls-pair', message, { cause });
}

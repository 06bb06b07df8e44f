import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';

const folder = new URL('../data/tls/', import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.pem`, folder), 'utf8');

export type Certificate = 'localhost' | 'other-name' | 'expired' | 'self-signed';

/** What a server on loopback shows. */
export function certificate(name: Certificate): { cert: string; key: string } {
  return { cert: read(name), key: read('key') };
}

/** For NODE_EXTRA_CA_CERTS of a process. */
export const authorityFile = fileURLToPath(new URL('ca.pem', folder));

/** This process trusts the authority of the tests, as with NODE_EXTRA_CA_CERTS. */
export function trustAuthority(): void {
  setDefaultCACertificates([...getCACertificates('default'), read('ca')]);
}

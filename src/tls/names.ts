import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** What a certificate of our own is for. */
export interface CertificateNames {
  /** Without these the certificate is made anew. */
  required: string[];
  /** Taken in as well, but no cause for a new certificate: IPv6 addresses change daily where privacy extensions are on. */
  also: string[];
}

export interface Surroundings {
  host: string;
  publicUrl: string | null;
  hostname: string;
  /** As node:os lists them. */
  addresses: { address: string; internal: boolean }[];
}

/** What is beyond this many names of one kind is left out. */
const MOST = 100;

/** Every name and address by which a browser may reach the agent. Addresses bound to one link cannot be typed. */
export function certificateNames({ host, publicUrl, hostname, addresses }: Surroundings): CertificateNames {
  const outside = addresses
    .filter((item) => !item.internal && !/^fe80:/i.test(item.address))
    .map((item) => item.address);
  const named = [publicUrl === null ? '' : new URL(publicUrl).hostname, isWildcard(host) ? '' : host, hostname];
  const required = [
    ...named,
    'localhost',
    '127.0.0.1',
    '::1',
    ...outside.filter((address) => isIP(address) === 4),
  ].flatMap(readName);
  const also = outside.filter((address) => isIP(address) === 6).flatMap(readName);
  const taken = [...new Set(required)].slice(0, MOST);
  return { required: taken, also: [...new Set(also)].filter((name) => !taken.includes(name)).slice(0, MOST) };
}

export const isWildcard = (host: string): boolean => /^(0\.0\.0\.0|::|\[::\])$/.test(host);

/** Lower case, ASCII, without brackets; nothing when it can stand in no certificate. */
function readName(text: string): string[] {
  const bare = text.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(bare) === 4) return [bare];
  if (isIP(bare) === 6) return [new URL(`http://[${bare.replace(/%.*$/, '')}]`).hostname.slice(1, -1)];
  const name = domainToASCII(bare.replace(/\.$/, ''));
  return /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(name) && name.length <= 253 ? [name] : [];
}

import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Where alerts may go. The administrator decides, servers in the own network included; but no address that hands out
 * the machine's own credentials (the metadata services of clouds) or that is no single server.
 */

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4'); // link-local, with the metadata service of most clouds
FORBIDDEN.addSubnet('0.0.0.0', 8, 'ipv4');
FORBIDDEN.addSubnet('224.0.0.0', 3, 'ipv4'); // multicast, reserved, broadcast
FORBIDDEN.addAddress('100.100.100.200', 'ipv4'); // Alibaba Cloud
FORBIDDEN.addAddress('168.63.129.16', 'ipv4'); // Azure
FORBIDDEN.addAddress('192.0.0.192', 'ipv4'); // Oracle Cloud
FORBIDDEN.addAddress('::', 'ipv6');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addSubnet('ff00::', 8, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6'); // AWS
FORBIDDEN.addAddress('fd20:ce::254', 'ipv6'); // Google Cloud
FORBIDDEN.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6'); // 169.254.0.0/16 through NAT64 (RFC 6052)

/** Names of metadata services: behind a proxy nobody here sees the address that they lead to. */
const FORBIDDEN_NAME = /^(metadata|metadata\.google\.internal|metadata\.goog|instance-data(\..+)?)\.?$/i;

/** The host may be a name or an address, in brackets or not. */
export function isForbiddenHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  const version = isIP(bare.replace(/%.*$/, ''));
  if (version === 0) return FORBIDDEN_NAME.test(bare);
  return FORBIDDEN.check(bare.replace(/%.*$/, ''), version === 6 ? 'ipv6' : 'ipv4');
}

export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

export class ForbiddenAddress extends Error {
  constructor(host: string) {
    super(`${host} is an address for the machine itself`);
    this.name = 'ForbiddenAddress';
  }
}

/** Resolves as usual and refuses a name that leads to a forbidden address, at the moment of connecting. */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, '');
    if (addresses.some(({ address }) => isForbiddenHost(address))) return callback(new ForbiddenAddress(host), '');
    if (options.all === true) return callback(null, addresses);
    const [first] = addresses;
    return first === undefined ? callback(new Error('no address'), '') : callback(null, first.address, first.family);
  });
};

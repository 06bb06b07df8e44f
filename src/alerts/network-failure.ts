import { ForbiddenAddress } from './target.ts';

export interface NetworkFailure {
  kind: 'forbidden' | 'timeout' | 'certificate' | 'unreachable';
  /** In words that end a sentence. */
  reason: string;
}

const UNREACHABLE: Record<string, string> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  EDNS: 'its name is not known',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no way to that network',
  ERR_PROXY_TUNNEL: 'the proxy does not let the agent through',
  ERR_PROXY_INVALID_CONFIG: 'the address of the proxy cannot be understood',
  HPE_INVALID_CONSTANT: 'what answers there does not speak HTTP',
  EPROTO: 'what answers there does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what answers there does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what answers there does not speak TLS',
};

const CERTIFICATE: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; or the clock of this machine is wrong',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate was issued by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate was issued by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate was issued by an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it does not send the certificates between its own and the authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_REVOKED: 'its certificate was revoked',
};

/** What an error of socket, TLS or name lookup means. Looks through `cause` and the list of a happy-eyeballs attempt. */
export function networkFailure(error: unknown): NetworkFailure {
  for (const item of chain(error)) {
    if (item instanceof ForbiddenAddress) return { kind: 'forbidden', reason: 'leads to the machine itself' };
    // The mail client keeps the system's own code beside one of its own.
    const { originalCode, code = '' } = item as { originalCode?: string; code?: string };
    const found = originalCode ?? code;
    const certificate = CERTIFICATE[found];
    if (certificate !== undefined) return { kind: 'certificate', reason: certificate };
    if (item instanceof Error && item.name === 'TimeoutError') return { kind: 'timeout', reason: 'no answer in time' };
    if (found === 'ETIMEDOUT') return { kind: 'timeout', reason: 'no answer in time' };
    const reason = UNREACHABLE[found];
    if (reason !== undefined) return { kind: 'unreachable', reason };
  }
  return { kind: 'unreachable', reason: 'the connection failed' };
}

function chain(error: unknown): unknown[] {
  const found: unknown[] = [];
  let item = error;
  while (typeof item === 'object' && item !== null && found.length < 8) {
    found.push(item);
    if (item instanceof AggregateError) found.push(...item.errors);
    item = (item as { cause?: unknown }).cause;
  }
  return found;
}

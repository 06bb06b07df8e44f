import { createHash } from 'node:crypto';
import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { AppError } from '../../src/errors.ts';

/** How the PBX proves that it is the PBX. Most carry a certificate that they signed themselves. */
export interface TlsTrust {
  /** SHA-256 of the whole certificate, 64 lower-case hex digits. */
  fingerprint: string | null;
  /** PEM of the authority that signed the certificate. */
  ca: string | null;
  insecure: boolean;
  /** OpenSSL's security level; UCM62xx units offer a 1024-bit DH group that only level 1 or 0 takes. */
  securityLevel: number | null;
}

/** 64 hex digits, however they were written: with colons, spaces, in capitals. null when it is no SHA-256. */
export function readFingerprint(text: string): string | null {
  const hex = text
    .replace(/^sha-?256[:= ]/i, '')
    .replace(/[\s:]/g, '')
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}

/** As every browser shows it: AB:CD:... */
export function spellFingerprint(hex: string): string {
  return (hex.toUpperCase().match(/../g) ?? []).join(':');
}

export function fingerprintOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** Settings of the handshake that belong to this one device, so that an old unit weakens nobody else. */
export function tlsOptions(trust: TlsTrust): ConnectionOptions {
  const level = trust.securityLevel;
  return {
    minVersion: level === 0 ? 'TLSv1' : 'TLSv1.2',
    ...(level === null ? {} : { ciphers: `DEFAULT@SECLEVEL=${level}` }),
    ...(trust.ca === null ? {} : { ca: trust.ca }),
    rejectUnauthorized: trust.fingerprint === null && !trust.insecure,
  };
}

/**
 * One kept connection. With a fingerprint the certificate is compared before the first byte of a request leaves; Node
 * would otherwise call checkServerIdentity only for a certificate that an authority signed.
 */
export class PinnedAgent extends Agent {
  readonly #trust: TlsTrust;
  /** In the middle of the handshake: Node's agent does not know these yet. */
  readonly #opening = new Set<TLSSocket>();

  constructor(trust: TlsTrust, options: AgentOptions = {}) {
    super({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0, ...options });
    this.#trust = trust;
  }

  override createConnection(
    options: ConnectionOptions,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const { host, port, servername } = options;
    const socket = connect({
      ...tlsOptions(this.#trust),
      host: host ?? 'localhost',
      port: port ?? 443,
      // An address is no server name (RFC 6066 section 3).
      ...(servername === undefined || servername === '' ? {} : { servername }),
    });
    this.#opening.add(socket);
    const fail = (error: Error) => {
      this.#opening.delete(socket);
      done?.(error, socket);
    };
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      this.#opening.delete(socket);
      // An idle connection may break while nobody listens; the next request meets that.
      socket.on('error', () => {});
      const refused = this.#refusal(socket);
      if (refused === null) return done?.(null, socket);
      socket.destroy();
      fail(refused);
    });
    return undefined;
  }

  override destroy(): void {
    for (const socket of this.#opening) socket.destroy(new Error('stopped'));
    super.destroy();
  }

  #refusal(socket: TLSSocket): AppError | null {
    const { fingerprint } = this.#trust;
    if (fingerprint === null) return null;
    const shown = fingerprintOf(rawOf(socket.getPeerCertificate()));
    if (shown === fingerprint) return null;
    return new AppError('pbx-certificate', 'the PBX shows another certificate than the one that is trusted', {
      detail: { shown: spellFingerprint(shown) },
    });
  }
}

function rawOf(certificate: PeerCertificate): Uint8Array {
  return certificate.raw ?? new Uint8Array();
}

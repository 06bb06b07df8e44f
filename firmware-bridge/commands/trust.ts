import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { AppError } from '../../src/errors.ts';
import { fingerprintOf, spellFingerprint, tlsOptions } from '../pbx/tls.ts';

const PATIENCE_MS = 10_000;

/**
 * Shows the certificate that answers at this address, and the setting that makes the bridge trust it and no other.
 * Nothing but the handshake is sent. Raises `pbx-unreachable`.
 */
export async function trust(options: {
  url: string;
  securityLevel: number | null;
  setting: string;
  print(line: string): void;
}): Promise<void> {
  const { url, securityLevel, setting, print } = options;
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    ...tlsOptions({ fingerprint: null, ca: null, insecure: true, securityLevel }),
    host,
    port: Number(port || 443),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer within 10 s')));
  try {
    await once(socket, 'secureConnect');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const weak = /dh key too small/i.test(why) ? '; try PBX_TLS_SECURITY_LEVEL=1' : '';
    throw new AppError('pbx-unreachable', `no certificate could be read from ${url}: ${why}${weak}`, { cause: error });
  }
  const certificate: PeerCertificate = socket.getPeerCertificate();
  const trusted = socket.authorized;
  socket.destroy();
  const fingerprint = spellFingerprint(fingerprintOf(certificate.raw));
  print(`certificate shown by ${url}`);
  print(`  issued to:   ${nameOf(certificate.subject)}`);
  print(`  issued by:   ${nameOf(certificate.issuer)}`);
  print(`  names:       ${certificate.subjectaltname ?? 'none'}`);
  print(`  valid:       ${certificate.valid_from} to ${certificate.valid_to}`);
  print(`  SHA-256:     ${fingerprint}`);
  print(
    trusted ? '  signed by an authority that this machine trusts' : '  signed by no authority that this machine trusts',
  );
  print('Compare it with the certificate that the PBX shows in a browser on its own network, then set');
  print(`${setting}${fingerprint}`);
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const parts = [name?.CN, name?.O].flat().filter((part) => typeof part === 'string' && part !== '');
  // The text is the other side's: nothing of it may steer the terminal.
  return parts.length === 0 ? 'nobody' : parts.join(', ').replace(/[^\x20-\x7e]/g, '?');
}

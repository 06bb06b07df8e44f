import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

export interface Certificate {
  cert: string;
  key: string;
  /** SHA-256 of the certificate, 64 lower-case hex digits. */
  fingerprint: string;
}

const DAY_MS = 86_400_000;

/** A certificate that nobody but itself has signed, as a PBX makes one on its first start. */
export function selfSigned(name = 'UCM63XX'): Certificate {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  certificate.serialNumber = `00${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + 3_650 * DAY_MS);
  const subject = [{ name: 'commonName', value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: 'localhost' },
        { type: 7, ip: '127.0.0.1' },
      ],
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
  const cert = forge.pki.certificateToPem(certificate);
  const fingerprint = createHash('sha256').update(new X509Certificate(cert).raw).digest('hex');
  return { cert, key: pair.privateKey, fingerprint };
}

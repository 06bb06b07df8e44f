import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

const { pki, md } = forge;
const DAY_MS = 86_400_000;

export interface Issued {
  cert: string;
  key: string;
}

/** A certificate authority that signs certificates for 127.0.0.1 and what else is asked for. */
export function certificateAuthority() {
  const keys = newKeys();
  const subject = [{ name: 'commonName', value: 'Test authority' }];
  const root = pki.createCertificate();
  root.publicKey = keys.publicKey;
  root.serialNumber = '01';
  root.validity.notBefore = new Date(Date.now() - DAY_MS);
  root.validity.notAfter = new Date(Date.now() + 3_650 * DAY_MS);
  root.setSubject(subject);
  root.setIssuer(subject);
  root.setExtensions([{ name: 'basicConstraints', cA: true }]);
  root.sign(keys.privateKey, md.sha256.create());
  let serial = 1;
  return {
    ca: pki.certificateToPem(root),
    issue({ days = 90, names = [] as string[] } = {}): Issued {
      const own = newKeys();
      const cert = pki.createCertificate();
      cert.publicKey = own.publicKey;
      serial += 1;
      cert.serialNumber = serial.toString(16).padStart(2, '0');
      cert.validity.notBefore = new Date(Date.now() - 400 * DAY_MS);
      cert.validity.notAfter = new Date(Date.now() + days * DAY_MS);
      cert.setSubject([{ name: 'commonName', value: 'agent' }]);
      cert.setIssuer(subject);
      cert.setExtensions([
        {
          name: 'subjectAltName',
          altNames: [{ type: 7, ip: '127.0.0.1' }, ...names.map((value) => ({ type: 2, value }))],
        },
      ]);
      cert.sign(keys.privateKey, md.sha256.create());
      return { cert: pki.certificateToPem(cert), key: pki.privateKeyToPem(own.privateKey) };
    },
  };
}

function newKeys() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const key = pki.privateKeyFromPem(pem);
  return { privateKey: key, publicKey: pki.setRsaPublicKey(key.n, key.e) };
}

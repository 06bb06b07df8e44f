import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';

/** scrypt at about 128 MiB and a second's part: OWASP's first choice for it, and the same as for sign-ins. */
const COST = { n: 131_072, r: 8, p: 1 };
const TAG_BYTES = 16;

/** The bounds keep a foreign file from asking for all the memory there is. */
const SealedSchema = Type.Object({
  kdf: Type.Literal('scrypt'),
  n: Type.Integer({ minimum: 16_384, maximum: 1_048_576 }),
  r: Type.Integer({ minimum: 1, maximum: 16 }),
  p: Type.Integer({ minimum: 1, maximum: 4 }),
  salt: Type.String({ maxLength: 64 }),
  cipher: Type.Literal('aes-256-gcm'),
  nonce: Type.String({ maxLength: 64 }),
  body: Type.String(),
});
type Sealed = Static<typeof SealedSchema>;

/** Seals a text under a passphrase. `about` is authenticated with it: what is sealed opens beside that text alone. */
export function sealUnder(passphrase: string, text: string, about: string): string {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, { ...COST, salt }), nonce).setAAD(Buffer.from(about));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const sealed: Sealed = {
    kdf: 'scrypt',
    ...COST,
    salt: salt.toString('base64url'),
    cipher: 'aes-256-gcm',
    nonce: nonce.toString('base64url'),
    body: Buffer.concat([cipher.getAuthTag(), body]).toString('base64url'),
  };
  return JSON.stringify(sealed);
}

/** null = another passphrase, or something was changed. */
export function openUnder(passphrase: string, text: string, about: string): string | null {
  try {
    const sealed: unknown = JSON.parse(text);
    if (!Check(SealedSchema, sealed)) return null;
    const key = keyOf(passphrase, { ...sealed, salt: Buffer.from(sealed.salt, 'base64url') });
    const bytes = Buffer.from(sealed.body, 'base64url');
    const nonce = Buffer.from(sealed.nonce, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(0, TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function keyOf(passphrase: string, { n, r, p, salt }: { n: number; r: number; p: number; salt: Buffer }): Buffer {
  // The same letters typed on another machine may be composed otherwise.
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, { N: n, r, p, maxmem: 256 * n * r });
}

import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { Account, JsonObject } from './types.ts';

export interface SigningKey {
  id: string;
  privateKey: KeyObject;
  jwk: JsonObject;
}

export function createSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const id = createHash('sha1').update(randomUUID()).digest('hex');
  const { kty, n, e } = publicKey.export({ format: 'jwk' });
  return { id, privateKey, jwk: { kty, n, e, kid: id, alg: 'RS256', use: 'sig' } };
}

export interface IdTokenFacts {
  account: Account;
  clientId: string;
  scopes: string[];
  accessToken: string;
  nonce: string | undefined;
  nowMs: number;
}

/** OpenID Connect Core 1.0, section 2. The address is only told when an email scope was granted. */
export function signIdToken(key: SigningKey, facts: IdTokenFacts): string {
  const { account, clientId, scopes, accessToken, nonce, nowMs } = facts;
  const iat = Math.floor(nowMs / 1000);
  const mailGranted = scopes.some((scope) => scope === 'email' || scope.endsWith('/userinfo.email'));
  const claims = {
    iss: 'https://accounts.google.com',
    azp: clientId,
    aud: clientId,
    sub: account.sub,
    ...(account.hd === undefined ? {} : { hd: account.hd }),
    ...(mailGranted ? { email: account.email, email_verified: true } : {}),
    at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    ...(nonce === undefined ? {} : { nonce }),
    iat,
    exp: iat + 3600,
  };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: 'RS256', kid: key.id, typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), key.privateKey).toString('base64url')}`;
}

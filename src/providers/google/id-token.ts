import { AppError } from '../../errors.ts';

export interface Account {
  sub: string;
  email: string;
  hostedDomain: string | null;
}

/**
 * Who granted. The token came straight from the token endpoint over TLS, so its signature needs no check (OpenID
 * Connect Core 3.1.3.7, item 6); issuer and audience do. Its times are not looked at: a PBX's clock may be hours off.
 */
export function readIdToken(token: string | null, clientId: string): Account {
  const claims = token === null ? null : parse(token.split('.')[1] ?? '');
  const issuer = claims?.['iss'];
  const sub = claims?.['sub'];
  const email = claims?.['email'];
  const fits = issuer === 'https://accounts.google.com' || issuer === 'accounts.google.com';
  if (!fits || claims?.['aud'] !== clientId || typeof sub !== 'string') {
    throw new AppError('google-unavailable', 'Google answered without a usable id token');
  }
  if (typeof email !== 'string')
    throw new AppError('scope-missing', 'the address of the account was not granted', { detail: { missing: 'email' } });
  return { sub, email, hostedDomain: typeof claims?.['hd'] === 'string' ? claims['hd'] : null };
}

function parse(part: string): Record<string, unknown> | null {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}

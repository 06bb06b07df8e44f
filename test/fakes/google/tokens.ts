import { createHash } from 'node:crypto';
import { signIdToken } from './id-token.ts';
import type { Client, JsonObject } from './types.ts';
import { accountOf, type RefreshToken, randomText, type World } from './world.ts';

export interface OAuthAnswer {
  status: number;
  body: JsonObject;
}

const DAY = 86_400_000;
const TESTING_LIFE = 7 * DAY;
const IDLE_LIFE = 183 * DAY;
const TOKENS_PER_ACCOUNT_AND_CLIENT = 100;

class TokenRefusal extends Error {
  readonly answer: OAuthAnswer;

  constructor(status: number, error: string, description: string, more: JsonObject = {}) {
    super(`${error}: ${description}`);
    this.answer = { status, body: { error, error_description: description, ...more } };
  }
}

const invalidGrant = (description: string, more?: JsonObject) =>
  new TokenRefusal(400, 'invalid_grant', description, more);

/** POST /token. `form` is undefined when the body was not form-encoded. */
export function answerTokenRequest(world: World, form: URLSearchParams | undefined): OAuthAnswer {
  try {
    if (!form) throw new TokenRefusal(400, 'invalid_request', 'Bad Request');
    const grantType = need(form, 'grant_type');
    if (grantType === 'authorization_code') return exchange(world, form);
    if (grantType === 'refresh_token') return refresh(world, form);
    throw new TokenRefusal(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType}`);
  } catch (error) {
    if (error instanceof TokenRefusal) return error.answer;
    throw error;
  }
}

function need(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === '')
    throw new TokenRefusal(400, 'invalid_request', `Missing required parameter: ${name}`);
  return value;
}

function authenticate(world: World, form: URLSearchParams): Client {
  const clientId = form.get('client_id');
  if (clientId === null || clientId === '')
    throw new TokenRefusal(400, 'invalid_request', 'Could not determine client ID from request.');
  const client = world.clients.get(clientId);
  if (!client) throw new TokenRefusal(401, 'invalid_client', 'The OAuth client was not found.');
  const secret = form.get('client_secret');
  if (secret === null) throw new TokenRefusal(400, 'invalid_request', 'client_secret is missing.');
  if (!client.clientSecrets.includes(secret))
    throw new TokenRefusal(401, 'invalid_client', world.switches.secretRefusal);
  return client;
}

function exchange(world: World, form: URLSearchParams): OAuthAnswer {
  const text = need(form, 'code');
  const redirectUri = form.get('redirect_uri');
  const client = authenticate(world, form);
  if (redirectUri === null || redirectUri === '')
    throw new TokenRefusal(400, 'invalid_request', 'Missing required parameter: redirect_uri');
  if (!/^4\/0A[\w-]{60,}$/.test(text)) throw invalidGrant('Malformed auth code.');
  const code = world.codes.get(text);
  if (!code || code.clientId !== client.clientId) throw invalidGrant('Bad Request');
  if (code.burnt || world.now() - code.issuedAt > world.switches.codeLifeMs) throw invalidGrant('Bad Request');
  code.burnt = true;
  if (code.redirectUri !== redirectUri) throw new TokenRefusal(400, 'redirect_uri_mismatch', 'Bad Request');
  if (code.challenge) {
    const verifier = form.get('code_verifier');
    if (verifier === null || verifier === '') throw invalidGrant('Missing code verifier.');
    const hashed =
      code.challenge.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
    if (hashed !== code.challenge.value) throw invalidGrant('Invalid code verifier.');
  }
  const body = accessAnswer(world, client, code);
  if (code.offline && code.consentShown) {
    const testing = client.testing && code.scopes.some((scope) => !/openid|userinfo/.test(scope));
    const life = testing ? TESTING_LIFE : world.switches.limitedAccessMs;
    body['refresh_token'] = issueRefreshToken(world, {
      clientId: client.clientId,
      email: code.email,
      scopes: code.scopes,
      issuedAt: world.now(),
      lastUsedAt: world.now(),
      expiresAt: life === undefined ? undefined : code.issuedAt + life,
    });
    if (life !== undefined) body['refresh_token_expires_in'] = life / 1000 - 1;
  }
  return { status: 200, body };
}

function issueRefreshToken(world: World, token: RefreshToken): string {
  const same = [...world.refreshTokens].filter(
    ([, other]) => other.clientId === token.clientId && other.email === token.email,
  );
  for (const [text] of same.slice(0, Math.max(0, same.length - TOKENS_PER_ACCOUNT_AND_CLIENT + 1)))
    world.refreshTokens.delete(text);
  const text = `1//0${randomText(97)}`;
  world.refreshTokens.set(text, token);
  return text;
}

function refresh(world: World, form: URLSearchParams): OAuthAnswer {
  const text = need(form, 'refresh_token');
  const client = authenticate(world, form);
  const { switches } = world;
  if (switches.refreshRefusal === 'invalid_rapt')
    throw invalidGrant('reauth related error (invalid_rapt)', {
      error_uri: 'https://support.google.com/a/answer/9368756',
      error_subtype: 'invalid_rapt',
    });
  if (switches.refreshRefusal === 'admin_policy_enforced')
    throw new TokenRefusal(400, 'admin_policy_enforced', 'Access blocked by the administrator.');
  if (switches.refreshRefusal === 'account_deleted') throw invalidGrant('Account has been deleted');
  const token = world.refreshTokens.get(text);
  const now = world.now();
  if (!token) throw invalidGrant('Token has been expired or revoked.');
  if (token.clientId !== client.clientId) throw new TokenRefusal(401, 'unauthorized_client', 'Unauthorized');
  if ((token.expiresAt !== undefined && now >= token.expiresAt) || now - token.lastUsedAt > IDLE_LIFE) {
    world.refreshTokens.delete(text);
    throw invalidGrant('Token has been expired or revoked.');
  }
  token.lastUsedAt = now;
  const body = accessAnswer(world, client, { ...token, offline: true, nonce: undefined });
  if (switches.rotateRefreshTokens) {
    world.refreshTokens.delete(text);
    body['refresh_token'] = issueRefreshToken(world, token);
  }
  return { status: 200, body };
}

function accessAnswer(
  world: World,
  client: Client,
  grant: { email: string; scopes: string[]; offline: boolean; nonce: string | undefined },
): JsonObject {
  const accessToken = `ya29.${randomText(200)}`;
  const life = world.switches.accessTokenLifeMs;
  const { email, scopes, offline, nonce } = grant;
  world.accessTokens.set(accessToken, {
    clientId: client.clientId,
    email,
    scopes,
    offline,
    expiresAt: world.now() + life,
  });
  const body: JsonObject = {
    access_token: accessToken,
    expires_in: Math.floor(life / 1000),
    scope: scopes.join(' '),
    token_type: 'Bearer',
  };
  if (scopes.includes('openid')) {
    const account = accountOf(world, email);
    body['id_token'] = signIdToken(world.key, {
      account,
      clientId: client.clientId,
      scopes,
      accessToken,
      nonce,
      nowMs: world.now(),
    });
  }
  return body;
}

/** POST /revoke: one token takes the whole grant with it, for every client of the project. */
export function answerRevocation(world: World, text: string | null): OAuthAnswer {
  if (text === null || text === '')
    return { status: 400, body: { error: 'invalid_request', error_description: 'Missing required parameter: token' } };
  const token = world.refreshTokens.get(text) ?? liveAccessToken(world, text);
  if (!token) return { status: 400, body: { error: 'invalid_token', error_description: 'Token expired or revoked' } };
  revokeGrants(world, token.email, world.clients.get(token.clientId)?.project);
  return { status: 200, body: {} };
}

/** Kills every token of the account, for one project or for all. */
export function revokeGrants(world: World, email: string, project: string | undefined): void {
  const hit = (token: { email: string; clientId: string }) =>
    token.email.toLowerCase() === email.toLowerCase() &&
    (project === undefined || world.clients.get(token.clientId)?.project === project);
  for (const tokens of [world.accessTokens, world.refreshTokens, world.codes])
    for (const [text, token] of tokens) if (hit(token)) tokens.delete(text);
  for (const key of world.grants.keys()) {
    const [ofProject, ofEmail] = key.split(' ');
    if (ofEmail === email.toLowerCase() && (project === undefined || ofProject === project)) world.grants.delete(key);
  }
}

export function liveAccessToken(world: World, text: string) {
  const token = world.accessTokens.get(text);
  return token && token.expiresAt > world.now() ? token : undefined;
}

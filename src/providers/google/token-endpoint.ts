import { AppError } from '../../errors.ts';
import type { Clock } from '../../sync/ports.ts';
import { type Answer, dateOf, noAnswer, tokenFailure } from './errors.ts';

/** RFC 6749 section 5.1, with Google's additions. */
export interface TokenAnswer {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  refreshToken: string | null;
  scope: string | null;
  idToken: string | null;
  /** Seconds until the consent itself ends; Google names it for apps in testing. */
  refreshTokenExpiresIn: number | null;
}

export interface Transport {
  fetch: typeof fetch;
  tokenUrl: string;
  revocationUrl: string;
  clock: Clock;
  /** How long an answer may take; 15 s where nothing is said. */
  timeoutMs?: number | undefined;
  /** One request ended: 'ok', 'refused', or 'no-answer'. */
  onCall?: ((call: string, outcome: string, ms: number) => void) | undefined;
  /** Google told the time, in milliseconds since the epoch. */
  onDate?: ((at: number) => void) | undefined;
}

const TIMEOUT_MS = 15_000;

/**
 * One form-encoded request and no repetition: a code is burnt by its first use, so a library that tries again would
 * turn an outage into a refused code. Nothing that was sent appears in what is raised.
 */
export async function requestToken(
  transport: Transport,
  form: Record<string, string>,
  purpose: 'exchange' | 'refresh',
): Promise<TokenAnswer> {
  const answer = await post(transport, `token.${purpose}`, { url: transport.tokenUrl, form });
  if (answer.status !== 200) throw tokenFailure(answer, purpose);
  const body = answer.body as Record<string, unknown> | null;
  const accessToken = body?.['access_token'];
  if (typeof accessToken !== 'string')
    throw new AppError('google-unavailable', 'the token endpoint answered without a token');
  const text = (name: string) => (typeof body?.[name] === 'string' ? (body[name] as string) : null);
  const seconds = (name: string) =>
    Number.isFinite(Number(body?.[name])) && body?.[name] !== undefined ? Number(body[name]) : null;
  return {
    accessToken,
    expiresIn: seconds('expires_in') ?? 3_600,
    refreshToken: text('refresh_token'),
    scope: text('scope'),
    idToken: text('id_token'),
    refreshTokenExpiresIn: seconds('refresh_token_expires_in'),
  };
}

/** Revokes at Google. A token that is dead already counts as revoked. The token travels in the body, not in the address. */
export async function revokeToken(transport: Transport, token: string): Promise<void> {
  const answer = await post(transport, 'revoke', { url: transport.revocationUrl, form: { token } });
  if (answer.status === 200) return;
  const error = (answer.body as { error?: unknown } | null)?.error;
  if (answer.status === 400 && (error === 'invalid_token' || error === 'invalid_grant')) return;
  throw tokenFailure(answer, 'refresh');
}

async function post(
  transport: Transport,
  call: string,
  { url, form }: { url: string; form: Record<string, string> },
): Promise<Answer> {
  const began = transport.clock();
  let outcome = 'no-answer';
  try {
    const response = await transport.fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(transport.timeoutMs ?? TIMEOUT_MS),
    });
    const text = await response.text();
    outcome = response.ok ? 'ok' : 'refused';
    const date = dateOf(response.headers.get('date'));
    if (date !== null) transport.onDate?.(date);
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      at: date ?? transport.clock(),
      body: parse(text),
    };
  } catch (error) {
    // fetch's own error may name the request; its cause names the reason.
    throw noAnswer(error instanceof Error && error.cause !== undefined ? error.cause : error);
  } finally {
    transport.onCall?.(call, outcome, transport.clock() - began);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

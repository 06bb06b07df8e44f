import { AppError } from '../../errors.ts';

/** An answer of Google, or the absence of one, reduced to what decides its meaning. */
export interface Answer {
  status: number;
  retryAfter: string | null;
  /** When it was given, in milliseconds since the epoch, by Google's own clock where it tells (header Date). */
  at: number;
  body: unknown;
}

type Members = Record<string, unknown>;

/** A day's limit ends at midnight in California; who asks every hour meets that soon enough. */
const DAILY_LIMIT_WAIT_MS = 3_600_000;

/**
 * What a failure of a Calendar call means. Branches on the HTTP status and the first reason, never on `status`, which
 * some answers carry and others do not. Raised codes: those of CalendarProvider and of domain/failure.ts.
 */
export function calendarFailure(answer: Answer): AppError {
  const { status } = answer;
  const { reason, message, project } = said(answer.body);
  const detail: Record<string, string> = {
    ...(message === '' ? {} : { googleSays: message }),
    ...(project === null ? {} : { project }),
  };
  const fail = (code: string, extra: { detail?: Record<string, string>; waitMs?: number } = {}) =>
    new AppError(code, `Google answered ${status} ${reason}: ${message}`.trim(), {
      retryAfterMs: retryAfter(answer) ?? extra.waitMs,
      detail: { ...detail, ...extra.detail },
    });

  // A proxy or a sign-in page of the network stands in the way: Google's own refusals carry an envelope.
  if (status === 407 || status === 511 || (status === 403 && !isMembers(answer.body)))
    return fail('google-unavailable');
  if (status === 429) return fail('rate-limited');
  if (status >= 500 || status === 408) return fail('google-unavailable');
  if (status === 401) return fail('credentials-rejected');
  if (status === 404) return fail('not-found');
  if (status === 409) return fail(reason === 'conflict' ? 'entry-conflict' : 'duplicate');
  if (status === 410)
    return fail(/^(fullSyncRequired|updatedMinTooLongAgo)$/.test(reason) ? 'request-refused' : 'gone');
  if (status === 412) return fail('precondition-failed');
  if (status === 403) {
    if (/^(rateLimitExceeded|userRateLimitExceeded|RATE_LIMIT_EXCEEDED)$/.test(reason)) return fail('rate-limited');
    if (reason === 'quotaExceeded') return fail('quota-exceeded');
    if (reason === 'dailyLimitExceeded') return fail('daily-limit', { waitMs: DAILY_LIMIT_WAIT_MS });
    if (/^(accessNotConfigured|SERVICE_DISABLED)$/.test(reason)) return fail('api-not-enabled');
    if (/^(insufficientPermissions|ACCESS_TOKEN_SCOPE_INSUFFICIENT)$/.test(reason))
      return fail('scope-missing', { detail: { missing: 'calendar.events' } });
    if (reason === 'requiredAccessLevel' || /writer access/i.test(message)) return fail('calendar-read-only');
    if (reason === 'forbiddenForNonOrganizer') return fail('not-organizer');
    if (reason === 'forbiddenForServiceAccounts') return fail('service-account');
    return fail('forbidden');
  }
  return fail(refused(reason, message));
}

/** What Google calls invalid. Its reasons are too coarse to tell: only the words do. */
function refused(reason: string, message: string): string {
  if (/time zone definition/i.test(message)) return 'zone-refused';
  if (reason === 'timeRangeEmpty' || /\b(start|end) time\b|time range/i.test(message)) return 'time-refused';
  if (/recurrence/i.test(message)) return 'recurrence-refused';
  if (/attendee/i.test(message)) return 'guest-refused';
  if (/resource id|sequence value|sync token|ordering|reminder/i.test(message)) return 'request-refused';
  return 'meeting-refused';
}

/** A failure of the token endpoint, RFC 6749 section 5.2 and what Google adds to it. */
export function tokenFailure(answer: Answer, purpose: 'exchange' | 'refresh'): AppError {
  const body = isMembers(answer.body) ? answer.body : {};
  const error = text(body['error']);
  const description = text(body['error_description']);
  const subtype = text(body['error_subtype']);
  const detail: Record<string, string> = { googleSays: [error, description].filter((part) => part !== '').join(': ') };
  const retryAfterMs = retryAfter(answer);
  const fail = (code: string) =>
    new AppError(code, `the token endpoint answered ${answer.status} ${detail['googleSays']}`, {
      retryAfterMs,
      detail,
    });

  if (answer.status === 429 || error === 'rate_limit_exceeded') return fail('rate-limited');
  if (answer.status >= 500) return fail('google-unavailable');
  switch (error) {
    case 'invalid_grant':
      if (subtype === 'invalid_rapt' || subtype === 'rapt_required' || /rapt/.test(description))
        return fail('session-control');
      if (/account has been deleted/i.test(description)) return fail('account-deleted');
      return fail(purpose === 'exchange' ? 'code-invalid' : 'reauthorize');
    case 'invalid_client':
      return fail(/not found/i.test(description) ? 'client-invalid' : 'secret-invalid');
    case 'deleted_client':
    case 'disabled_client':
      return fail('client-invalid');
    case 'unauthorized_client':
      return fail(purpose === 'exchange' ? 'client-invalid' : 'client-changed');
    case 'redirect_uri_mismatch':
      return fail('redirect-mismatch');
    case 'admin_policy_enforced':
      return fail('admin-policy-enforced');
    case 'org_internal':
      return fail('org-internal');
    case 'invalid_scope':
      return fail('invalid-scope');
    case 'access_denied':
      return fail('access-denied');
    case '':
      return fail('google-unavailable');
    default:
      return fail('invalid-request');
  }
}

/** No answer at all: refused, reset, timed out, name not found. The outcome of a write is then unknown. */
export function noAnswer(error: unknown): AppError {
  const name =
    isMembers(error) || error instanceof Error
      ? // DOMException counts its kinds: the number says nothing, its name does.
        [(error as { code?: unknown }).code, (error as { name?: unknown }).name].find(
          (word) => typeof word === 'string',
        )
      : '';
  return new AppError('google-unavailable', `no answer from Google (${name || 'unknown'})`);
}

/** The first reason and message, from whichever part of the envelope carries one, and the project's number. */
function said(body: unknown): { reason: string; message: string; project: string | null } {
  const error = isMembers(body) && isMembers(body['error']) ? body['error'] : {};
  const first = Array.isArray(error['errors']) && isMembers(error['errors'][0]) ? error['errors'][0] : {};
  const details = Array.isArray(error['details']) ? error['details'].filter(isMembers) : [];
  const info = details.find((item) => typeof item['reason'] === 'string') ?? {};
  const message = (text(first['message']) || text(error['message'])).slice(0, 500);
  const consumer = isMembers(info['metadata']) ? text(info['metadata']['consumer']) : '';
  return {
    reason: text(first['reason']) || text(info['reason']),
    message,
    project: /\bprojects?(?:_number)?[ =:/](\d+)/.exec(`${consumer} ${message}`)?.[1] ?? null,
  };
}

/** Longer waits are not asked for by Google, and a mistake of something in between must not stop us for days. */
const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

/** Retry-After in seconds or as a date (RFC 9110 section 10.2.3); the date is of the same clock as `at`. */
function retryAfter({ retryAfter: value, at }: Answer): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const asked = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - at;
  return Number.isNaN(asked) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, asked));
}

/** The moment that an answer names as its own (RFC 9110 section 6.6.1); null when it names none. */
export function dateOf(header: string | null): number | null {
  const at = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(at) ? null : at;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

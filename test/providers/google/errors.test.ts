import { describe, expect, it } from 'vitest';
import { isFailureCode } from '../../../src/domain/failure.ts';
import { calendarFailure, noAnswer, tokenFailure } from '../../../src/providers/google/errors.ts';

/** Codes that the engine settles by itself and never shows. */
const INTERNAL = ['duplicate', 'precondition-failed', 'not-found', 'gone', 'forbidden'];
const at = Date.parse('2026-11-20T08:00:00Z');

/** The envelope of the Calendar service, with the members that some front ends add. */
function envelope(status: number, reason: string, message: string, front = false) {
  return {
    status,
    at,
    retryAfter: null,
    body: {
      error: {
        code: status,
        message,
        ...(front ? {} : { errors: [{ domain: 'global', reason, message }] }),
        ...(front ? { status: 'PERMISSION_DENIED', details: [{ '@type': 'ErrorInfo', reason }] } : {}),
      },
    },
  };
}

describe('a refused call of the Calendar API', () => {
  it.each([
    [400, 'timeRangeEmpty', 'The specified time range is empty.', 'meeting-refused'],
    [400, 'required', 'Missing end time.', 'meeting-refused'],
    [400, 'invalid', 'Invalid attendee email.', 'meeting-refused'],
    [403, 'rateLimitExceeded', 'Rate Limit Exceeded', 'rate-limited'],
    [403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', 'rate-limited'],
    [429, 'rateLimitExceeded', 'Rate Limit Exceeded', 'rate-limited'],
    [403, 'quotaExceeded', 'Calendar usage limits exceeded.', 'quota-exceeded'],
    [403, 'dailyLimitExceeded', 'Daily Limit Exceeded', 'quota-exceeded'],
    [403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', 'reauthorize'],
    [403, 'requiredAccessLevel', 'You need to have writer access to this calendar.', 'calendar-read-only'],
    [403, 'forbidden', 'You need to have writer access to this calendar.', 'calendar-read-only'],
    [403, 'forbiddenForNonOrganizer', 'Shared properties can only be changed by the organizer.', 'meeting-refused'],
    [403, 'forbidden', 'Forbidden', 'forbidden'],
    [404, 'notFound', 'Not Found', 'not-found'],
    [408, '', 'Request Timeout', 'google-unavailable'],
    [409, 'duplicate', 'The requested identifier already exists.', 'duplicate'],
    [410, 'deleted', 'Resource has been deleted', 'gone'],
    [412, 'conditionNotMet', 'Precondition Failed', 'precondition-failed'],
    [500, 'backendError', 'Backend Error', 'google-unavailable'],
    [503, 'backendError', 'Backend Error', 'google-unavailable'],
  ])('with %i %s "%s" is %s', (status, reason, message, code) => {
    const failure = calendarFailure(envelope(status, reason, message));
    expect(failure).toMatchObject({ code, detail: { googleSays: message } });
    expect(isFailureCode(code) || INTERNAL.includes(code)).toBe(true);
  });

  it.each([
    ['accessNotConfigured', false],
    ['SERVICE_DISABLED', true],
  ])('names the project whose API is not enabled, by %s', (reason, front) => {
    const message =
      'Google Calendar API has not been used in project 123456 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=123456 then retry.';
    expect(calendarFailure(envelope(403, reason, message, front))).toMatchObject({
      code: 'api-not-enabled',
      detail: { project: '123456' },
    });
  });

  it('is read by its reason when the front end leaves the older list out', () => {
    expect(calendarFailure(envelope(403, 'RATE_LIMIT_EXCEEDED', 'Quota exceeded', true)).code).toBe('rate-limited');
    expect(calendarFailure(envelope(403, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'no', true)).code).toBe('reauthorize');
  });

  it.each([
    ['30', 30_000],
    ['Fri, 20 Nov 2026 08:02:00 GMT', 120_000],
    ['Fri, 20 Nov 2026 07:00:00 GMT', 0],
    ['999999', 3_600_000],
    ['Sun, 20 Dec 2026 08:00:00 GMT', 3_600_000],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('with Retry-After %j asks to wait %s ms', (retryAfter, wait) => {
    const answer = { ...envelope(429, 'rateLimitExceeded', 'Rate Limit Exceeded'), retryAfter };
    expect(calendarFailure(answer).retryAfterMs).toBe(wait);
  });

  it.each([403, 407, 502, 511])(
    'with %i and a page instead of an envelope is blamed on the way to Google',
    (status) => {
      expect(calendarFailure({ status, at, retryAfter: null, body: '<html>blocked</html>' }).code).toBe(
        'google-unavailable',
      );
    },
  );

  it.each([
    null,
    undefined,
    7,
    'text',
    [],
    {},
    { error: 'x' },
    { error: { errors: [] } },
    { error: { errors: [null] } },
  ])('with a body such as %j is still read', (body) => {
    for (const status of [400, 403, 404, 410, 418, 500]) {
      expect(calendarFailure({ status, at, retryAfter: null, body }).code).not.toBe('');
    }
  });
});

describe('a refusal of the token endpoint', () => {
  const answer = (status: number, error: string, description: string, more: Record<string, string> = {}) => ({
    status,
    at,
    retryAfter: null,
    body: { error, error_description: description, ...more },
  });

  it.each([
    [400, 'invalid_grant', 'Bad Request', 'code-invalid', 'reauthorize'],
    [400, 'invalid_grant', 'Malformed auth code.', 'code-invalid', 'reauthorize'],
    [400, 'invalid_grant', 'Missing code verifier.', 'code-invalid', 'reauthorize'],
    [400, 'invalid_grant', 'Token has been expired or revoked.', 'code-invalid', 'reauthorize'],
    [400, 'invalid_grant', 'reauth related error (invalid_rapt)', 'session-control', 'session-control'],
    [400, 'redirect_uri_mismatch', 'Bad Request', 'redirect-mismatch', 'redirect-mismatch'],
    [400, 'invalid_request', 'Missing required parameter: code', 'invalid-request', 'invalid-request'],
    [400, 'unsupported_grant_type', 'Invalid grant_type: x', 'invalid-request', 'invalid-request'],
    [400, 'invalid_scope', 'no', 'invalid-scope', 'invalid-scope'],
    [400, 'admin_policy_enforced', 'no', 'admin-policy-enforced', 'admin-policy-enforced'],
    [401, 'invalid_client', 'The OAuth client was not found.', 'client-invalid', 'client-invalid'],
    [401, 'invalid_client', 'The provided client secret is invalid.', 'secret-invalid', 'secret-invalid'],
    [401, 'invalid_client', 'Unauthorized', 'secret-invalid', 'secret-invalid'],
    [401, 'unauthorized_client', 'Unauthorized', 'client-invalid', 'reauthorize'],
    [401, 'deleted_client', 'no', 'client-invalid', 'client-invalid'],
    [401, 'disabled_client', 'no', 'client-invalid', 'client-invalid'],
    [429, 'rate_limit_exceeded', 'Rate Limit Exceeded', 'google-unavailable', 'google-unavailable'],
    [403, 'rate_limit_exceeded', 'Rate Limit Exceeded', 'google-unavailable', 'google-unavailable'],
    [500, 'internal_failure', 'Backend Error', 'google-unavailable', 'google-unavailable'],
    [503, 'temporarily_unavailable', '', 'google-unavailable', 'google-unavailable'],
  ])('with %i %s "%s" is %s for a code and %s for a renewal', (status, error, description, code, renewal) => {
    expect(tokenFailure(answer(status, error, description), 'exchange').code).toBe(code);
    expect(tokenFailure(answer(status, error, description), 'refresh').code).toBe(renewal);
    expect([isFailureCode(code), isFailureCode(renewal)]).toEqual([true, true]);
  });

  it('tells a session policy by its subtype too', () => {
    expect(tokenFailure(answer(400, 'invalid_grant', '', { error_subtype: 'rapt_required' }), 'refresh').code).toBe(
      'session-control',
    );
  });

  it('that is a page, or nothing, is blamed on the way to Google', () => {
    for (const body of [null, 'html', {}, []]) {
      expect(tokenFailure({ status: 400, at, retryAfter: null, body }, 'exchange').code).toBe('google-unavailable');
    }
  });
});

describe('the absence of an answer', () => {
  it.each([
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new DOMException('too late', 'TimeoutError'), 'TimeoutError'],
    [Object.assign(new Error('x'), { code: 400 }), 'Error'],
    ['nothing', 'unknown'],
  ])('is named by its kind and by nothing that was sent', (error, name) => {
    expect(noAnswer(error)).toMatchObject({ code: 'google-unavailable', message: `no answer from Google (${name})` });
  });
});

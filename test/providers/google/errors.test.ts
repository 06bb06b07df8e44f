import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/domain/failure.ts';
import { calendarFailure, noAnswer, tokenFailure } from '../../../src/providers/google/errors.ts';
import { CALENDAR, TOKEN } from './google-failures.ts';

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
  it.each(CALENDAR)('with %i %s "%s" is %s, in either envelope', (status, reason, message, code) => {
    for (const front of [false, true]) {
      const failure = calendarFailure(envelope(status, reason, message, front));
      expect(failure).toMatchObject({ code, detail: { googleSays: message } });
      expect(explain(failure.code, failure.detail).code).toBe(code);
    }
  });

  it('means the same whether Google adds a status to it or not', () => {
    for (const [status, reason, message, code] of CALENDAR) {
      const answer = envelope(status, reason, message);
      const error = { ...answer.body.error, status: 'INVALID_ARGUMENT' };
      expect(calendarFailure({ ...answer, body: { error } }).code).toBe(code);
    }
  });

  it('because the day is used up is asked again in an hour, not in a second', () => {
    const failure = calendarFailure(envelope(403, 'dailyLimitExceeded', 'Daily Limit Exceeded'));
    expect(failure.retryAfterMs).toBe(3_600_000);
    expect(explain(failure.code).class).toBe('rate');
  });

  it.each([
    ['accessNotConfigured', false],
    ['SERVICE_DISABLED', true],
  ])('names the project whose API is not enabled, by %s', (reason, front) => {
    const message =
      'Google Calendar API has not been used in project 123456 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=123456 then retry.';
    const failure = calendarFailure(envelope(403, reason, message, front));
    expect(failure).toMatchObject({ code: 'api-not-enabled', detail: { project: '123456' } });
    expect(explain(failure.code, failure.detail)).toMatchObject({
      cause: expect.stringContaining('project 123456'),
      link: 'https://console.cloud.google.com/apis/library/calendar-json.googleapis.com?project=123456',
    });
  });

  it.each([
    [{ message: "Quota exceeded for quota metric 'Queries' for consumer 'project_number:123456'." }],
    [{ message: 'x', details: [{ reason: 'RATE_LIMIT_EXCEEDED', metadata: { consumer: 'projects/123456' } }] }],
  ])('names the project whose quota is used up, wherever Google names it: %j', (more) => {
    const answer = envelope(429, 'rateLimitExceeded', '');
    const error = { ...answer.body.error, errors: [], ...more };
    const failure = calendarFailure({ ...answer, body: { error } });
    expect(explain(failure.code, failure.detail).link).toMatch(/quotas\?project=123456$/);
  });

  it('leaves the project out of the link where Google names none', () => {
    expect(explain('rate-limited').link).toMatch(/quotas$/);
    expect(explain('api-not-enabled')).toMatchObject({
      cause: expect.not.stringContaining('{'),
      link: 'https://console.cloud.google.com/apis/library/calendar-json.googleapis.com',
    });
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

  it.each(TOKEN)(
    'with %i %s "%s" (%s) is %s for a code and %s for a renewal',
    (status, error, description, subtype, code, renewal) => {
      const refused = answer(status, error, description, subtype === null ? {} : { error_subtype: subtype });
      for (const [purpose, expected] of [
        ['exchange', code],
        ['refresh', renewal],
      ] as const) {
        const failure = tokenFailure(refused, purpose);
        expect(failure.code).toBe(expected);
        expect(explain(failure.code, failure.detail).code).toBe(expected);
      }
    },
  );

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

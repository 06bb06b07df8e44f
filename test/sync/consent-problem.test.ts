import { describe, expect, it } from 'vitest';
import { consentProblem } from '../../src/sync/consent-problem.ts';
import type { AuthorizationView } from '../../src/sync/ports.ts';

const HOUR = 3_600_000;
const endsAt = Date.parse('2026-11-27T08:00:00Z');
const view: AuthorizationView = {
  state: 'authorized',
  account: 'arthur@mycompanyabc.com',
  scopes: [],
  authorizedAt: '2026-11-20T08:00:00.000Z',
  consentExpiresAt: new Date(endsAt).toISOString(),
  consentEndsBecause: 'app-in-testing',
  project: '123456',
  pending: null,
  calendarListGranted: true,
  brokenBy: null,
};
const left = (hours: number, change: Partial<AuthorizationView> = {}) =>
  consentProblem({ ...view, ...change }, endsAt - hours * HOUR);

describe('the problem that a permission ends', () => {
  it('is there from two days before, and is pressing on the last one', () => {
    expect(left(48.1)).toBeNull();
    expect(left(48)?.severity).toBe('warning');
    expect(left(24.1)?.severity).toBe('warning');
    expect(left(24)?.severity).toBe('danger');
    expect(left(-1)?.severity).toBe('danger');
  });

  it('says when and why, what to do, and leads to the page of the project', () => {
    expect(left(30)).toMatchObject({
      id: 'consent-ends',
      fault: 'administrator',
      cause: expect.stringMatching(/2026-11-27 08:00 UTC.*in testing.*seven days/),
      action: expect.stringMatching(/Publish the app under Audience.*authorize again/),
      link: 'https://console.cloud.google.com/auth/audience?project=123456',
    });
    expect(left(30, { project: null })?.link).toBe('https://console.cloud.google.com/auth/audience');
  });

  it('tells a limited consent from an app in testing', () => {
    expect(left(30, { consentEndsBecause: 'limited-time' })).toMatchObject({
      fault: 'person',
      cause: expect.stringContaining('limited time'),
      link: '/integrations/google',
    });
  });

  it('names no account, as more people may read it', () => {
    expect(JSON.stringify(left(30))).not.toContain('arthur');
  });

  it('is not there without an end, or when the permission has ended already', () => {
    expect(left(1, { consentExpiresAt: null, consentEndsBecause: null })).toBeNull();
    expect(left(-1, { state: 'reauthorize', brokenBy: 'testing-ended' })).toBeNull();
  });
});

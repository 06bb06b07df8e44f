import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { calendar as calendarApi, auth as googleAuth } from '@googleapis/calendar';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SERVED } from './google/api.ts';
import { loadDiscovery, type Schema } from './google/discovery.ts';
import { type GoogleStandIn, startGoogle } from './google/server.ts';

const REDIRECT = 'https://ucm.grandstream.com/google';
const CLIENT = {
  clientId: '123456-abc.apps.googleusercontent.com',
  clientSecrets: ['GOCSPX-one'],
  redirectUris: [REDIRECT, 'http://localhost:8123/back'],
};
const ADA = { email: 'ada@example.org', sub: '1001', hd: 'example.org', timeZone: 'Europe/Berlin' };
const CALENDAR = 'https://www.googleapis.com/auth/calendar';
const EVENTS = `${CALENDAR}.events`;

let google: GoogleStandIn;
let clock: number;

beforeEach(async () => {
  clock = Date.parse('2026-11-21T08:00:00Z');
  google = await startGoogle({ now: () => clock });
  google.addClient(CLIENT);
  google.addAccount(ADA);
});
afterEach(() => google.close());

function consentUrl(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: CLIENT.clientId,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: `openid email ${CALENDAR}`,
    access_type: 'offline',
    prompt: 'consent',
    state: 's1',
    ...parameters,
  });
  return `${google.authorizationUrl}?${query}`;
}

function code(parameters: Record<string, string> = {}, choice: { scopes?: string[] } = {}): string {
  return (
    new URL(google.consent(consentUrl(parameters), { email: ADA.email, ...choice })).searchParams.get('code') ?? ''
  );
}

/** Every field these tests look at, in any answer; a missing one shows as a failing expectation. */
interface Body {
  access_token: string;
  refresh_token: string;
  refresh_token_expires_in: number;
  id_token: string;
  scope: string;
  error: string & { code: number; message: string; errors: [{ reason: string }]; details: [object] };
  error_description: string;
  id: string;
  etag: string;
  iCalUID: string;
  status: string;
  updated: string;
  summary: string;
  location: string;
  sequence: number;
  start: { dateTime: string; timeZone: string };
  attendees: [object];
  reminders: object;
  accessRole: string;
  extendedProperties: { private: { [key: string]: string; b: string } };
  /** As long as any test looks; the missing ones are undefined at run time. */
  items: [Body, Body, Body];
  nextPageToken: string;
  nextSyncToken: string;
}

interface Answer {
  status: number;
  body: Body;
}

async function token(form: Record<string, string>): Promise<Answer> {
  const all = { client_id: CLIENT.clientId, client_secret: 'GOCSPX-one', ...form };
  const answer = await fetch(google.tokenUrl, { method: 'POST', body: new URLSearchParams(all) });
  return { status: answer.status, body: (await answer.json()) as Body };
}

const exchange = (text: string, more: Record<string, string> = {}) =>
  token({ grant_type: 'authorization_code', code: text, redirect_uri: REDIRECT, ...more });

async function bearer(scope = `openid email ${CALENDAR}`): Promise<string> {
  return (await exchange(code({ scope }))).body.access_token;
}

async function call(
  method: string,
  path: string,
  access: string | undefined,
  more: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const answer = await fetch(`${google.calendarUrl}calendar/v3/${path}`, {
    method,
    headers: {
      ...(access === undefined ? {} : { authorization: `Bearer ${access}` }),
      'content-type': 'application/json',
      ...more.headers,
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as Body };
}

const PATH = 'calendars/primary/events';
const timed = (more: object = {}) => ({
  summary: 'Meeting',
  start: { dateTime: '2026-12-01T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-12-01T11:00:00', timeZone: 'Europe/Berlin' },
  ...more,
});
const reason = (answer: Answer) => `${answer.status} ${answer.body.error.errors[0].reason}`;

describe('authorization', () => {
  test('the redirect has the current shape, and the older one by switch', () => {
    const now = google.consent(consentUrl(), { email: ADA.email });
    expect(now).toMatch(
      /^https:\/\/ucm\.grandstream\.com\/google\?state=s1&iss=https:\/\/accounts\.google\.com&code=4\/0A[\w-]{69}&scope=email%20https:\/\/\S+&authuser=0&hd=example\.org&prompt=consent$/,
    );
    google.switches.redirectShape = 'older';
    expect(google.consent(consentUrl(), { email: ADA.email })).toMatch(
      /code=4%2F0A[\w-]{69}&scope=email\+https%3A%2F%2F.*#$/,
    );
    expect(google.consent(consentUrl(), { email: ADA.email, deny: true })).toContain('error=access_denied&state=s1');
  });

  test.each([
    [{ redirect_uri: `${REDIRECT}/` }, 'Error 400: redirect_uri_mismatch'],
    [{ redirect_uri: 'https://192.168.1.10/x' }, 'device_id and device_name are required for private IP'],
    [{ redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' }, 'The out-of-band (OOB) flow has been blocked'],
    [{ client_id: 'nobody' }, 'Error 401: invalid_client The OAuth client was not found.'],
    [{ scope: 'openid foo' }, 'Some requested scopes were invalid. {valid=[openid], invalid=[foo]}'],
    [{ scope: '' }, 'Missing required parameter: scope'],
  ])('%j ends on a page, not at the application', async (parameters, text) => {
    expect(() => google.consent(consentUrl(parameters), { email: ADA.email })).toThrow(text);
    const first = await fetch(consentUrl(parameters), { redirect: 'manual' });
    expect(first.headers.get('location')).toContain('/signin/oauth/error/v2?authError=');
    const page = await fetch(consentUrl(parameters));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Access blocked: Authorization Error');
  });

  test('the consent page can be clicked through, to a page that shows the code', async () => {
    google.addAccount({ email: 'bob@example.org', sub: '1002' });
    const html = await (await fetch(consentUrl())).text();
    expect(html).toContain('Choose an account');
    const request = new URL(consentUrl()).search.slice(1);
    const form = new URLSearchParams({ request, account: ADA.email, decision: 'allow', scope: CALENDAR });
    const post = () =>
      fetch(`${google.origin}/signin/oauth/consent`, { method: 'POST', body: form, redirect: 'manual' });
    const redirect = await post();
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get('location')).toContain(`${REDIRECT}?state=s1`);
    google.switches.showCodePage = true;
    const page = await post();
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/<code id="code">4&#47;0A|<code id="code">4\/0A/);
  });

  test('a code works once, within ten minutes, and only as it was', async () => {
    const text = code();
    expect((await exchange(encodeURIComponent(text))).body.error_description).toBe('Malformed auth code.');
    const good = await exchange(text);
    expect(good).toMatchObject({ status: 200, body: { expires_in: 3599, token_type: 'Bearer' } });
    expect(good.body.refresh_token).toMatch(/^1\/\//);
    expect(new Set(good.body.scope.split(' '))).toEqual(
      new Set(['openid', 'https://www.googleapis.com/auth/userinfo.email', CALENDAR]),
    );
    expect(await exchange(text)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Bad Request' },
    });
    const late = code();
    clock += 601_000;
    expect((await exchange(late)).body.error).toBe('invalid_grant');
    expect((await exchange(code(), { redirect_uri: 'http://localhost:8123/back' })).body.error).toBe(
      'redirect_uri_mismatch',
    );
  });

  test('PKCE is checked', async () => {
    const verifier = 'v'.repeat(50);
    const pkce = {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    expect((await exchange(code(pkce))).body.error_description).toBe('Missing code verifier.');
    expect((await exchange(code(pkce), { code_verifier: 'x' })).body.error_description).toBe('Invalid code verifier.');
    expect((await exchange(code(pkce), { code_verifier: verifier })).status).toBe(200);
  });

  test('a refresh token comes only offline and only when consent was shown', async () => {
    expect((await exchange(code({ access_type: 'online' }))).body.refresh_token).toBeUndefined();
    expect((await exchange(code({ prompt: '' }))).body.refresh_token).toBeUndefined();
    google.revoke(ADA.email);
    expect((await exchange(code({ prompt: '' }))).body.refresh_token).toBeDefined();
  });

  test('clients are told apart', async () => {
    google.addClient({ ...CLIENT, clientId: '123456-other' });
    const { refresh_token } = (await exchange(code())).body;
    const refresh = (more: Record<string, string>) => token({ grant_type: 'refresh_token', refresh_token, ...more });
    expect(await refresh({ client_secret: 'x' })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await refresh({ client_id: 'x' })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await refresh({ client_id: '123456-other' })).toMatchObject({
      status: 401,
      body: { error: 'unauthorized_client' },
    });
    const good = await refresh({});
    expect(good.status).toBe(200);
    expect(good.body.refresh_token).toBeUndefined();
    expect((await token({ grant_type: 'refresh_token' })).body.error_description).toBe(
      'Missing required parameter: refresh_token',
    );
    expect((await token({ grant_type: 'password' })).body.error).toBe('unsupported_grant_type');
    const revoke = () =>
      fetch(google.revocationUrl, { method: 'POST', body: new URLSearchParams({ token: good.body.access_token }) });
    expect((await revoke()).status).toBe(200);
    expect((await revoke()).status).toBe(400);
    expect((await refresh({})).body.error_description).toBe('Token has been expired or revoked.');
    expect(JSON.stringify(google.requests)).not.toMatch(/GOCSPX|1\/\/0|ya29/);
  });

  test('a project in Testing loses its grant after seven days', async () => {
    google.addClient({ ...CLIENT, testing: true });
    const { refresh_token, refresh_token_expires_in } = (await exchange(code())).body;
    expect(refresh_token_expires_in).toBe(604_799);
    clock += 7 * 86_400_000;
    expect((await token({ grant_type: 'refresh_token', refresh_token })).body.error).toBe('invalid_grant');
  });

  test('the 101st refresh token silently kills the first', async () => {
    const first = (await exchange(code())).body.refresh_token;
    for (let index = 0; index < 100; index += 1) await exchange(code());
    expect((await token({ grant_type: 'refresh_token', refresh_token: first })).body.error).toBe('invalid_grant');
  });

  test('an unticked scope still yields a token, which then is not enough', async () => {
    const answer = await exchange(code({}, { scopes: [] }));
    expect(answer.body.scope).not.toContain('calendar');
    const refused = await call('POST', PATH, answer.body.access_token, { body: timed() });
    expect(reason(refused)).toBe('403 insufficientPermissions');
    expect(refused.body.error.details[0]).toMatchObject({
      reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      metadata: { method: 'calendar.v3.Events.Insert' },
    });
  });

  test('the id_token verifies against the published key', async () => {
    const { id_token, access_token } = (await exchange(code())).body;
    const [head = '', claims = '', signature = ''] = id_token.split('.');
    const { keys } = (await (await fetch(google.certsUrl)).json()) as { keys: JsonWebKey[] };
    const key = createPublicKey({ key: keys[0] as never, format: 'jwk' });
    expect(verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'https://accounts.google.com',
      aud: CLIENT.clientId,
      sub: ADA.sub,
      email: ADA.email,
      hd: 'example.org',
    });
    const info = await fetch(google.userinfoUrl, { headers: { authorization: `Bearer ${access_token}` } });
    expect(await info.json()).toMatchObject({ id: ADA.sub, email: ADA.email });
  });
});

describe('events', () => {
  test('insert answers what the service answers', async () => {
    const answer = await call('POST', PATH, await bearer(EVENTS), { body: timed({ sumary: 'typo' }) });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      kind: 'calendar#event',
      status: 'confirmed',
      sequence: 0,
      start: { dateTime: '2026-12-01T10:00:00+01:00', timeZone: 'Europe/Berlin' },
      organizer: { email: ADA.email, self: true },
      reminders: { useDefault: true },
      eventType: 'default',
    });
    expect(answer.body.id).toMatch(/^[a-v0-9]{26}$/);
    expect(answer.body.etag).toMatch(/^"\d+"$/);
    expect(answer.body.iCalUID).toBe(`${answer.body.id}@google.com`);
    expect(google.unknownFields).toEqual(['calendar.events.insert sumary']);
  });

  test.each([
    ['missing end', { end: undefined, start: undefined }, 'required', 'Missing end time.'],
    [
      'no zone',
      { start: { dateTime: '2026-12-01T10:00:00' } },
      'required',
      'Missing time zone definition for start time.',
    ],
    [
      'bad zone',
      { start: { dateTime: '2026-12-01T10:00:00', timeZone: 'GMT+1' } },
      'invalid',
      'Invalid time zone definition for start time.',
    ],
    [
      'Windows zone',
      { start: { dateTime: '2026-12-01T10:00:00', timeZone: 'W. Europe Standard Time' } },
      'invalid',
      'Invalid time zone definition for start time.',
    ],
    [
      'both forms',
      { start: { date: '2026-12-01', dateTime: '2026-12-01T10:00:00Z' } },
      'invalid',
      'Invalid start time.',
    ],
    ['no such day', { start: { dateTime: '2026-02-30T10:00:00Z' } }, 'badRequest', 'Bad Request'],
    [
      'backwards',
      { end: { dateTime: '2026-12-01T09:59:59', timeZone: 'Europe/Berlin' } },
      'timeRangeEmpty',
      'The specified time range is empty.',
    ],
    ['id', { id: 'wxyz1' }, 'invalid', 'Invalid resource id value.'],
    ['guest', { attendees: [{ email: 'nobody' }] }, 'invalid', 'Invalid attendee email.'],
    ['rule', { recurrence: ['RRULE:FREQ=SOMETIMES'] }, 'invalid', 'Invalid recurrence rule.'],
    ['until', { recurrence: ['RRULE:FREQ=DAILY;UNTIL=20261230T100000'] }, 'invalid', 'Invalid recurrence rule.'],
    [
      'series without zone',
      { recurrence: ['RRULE:FREQ=DAILY'], start: { dateTime: '2026-12-01T10:00:00+01:00' } },
      'required',
      'Missing time zone definition for start time.',
    ],
    [
      'both reminders',
      { reminders: { useDefault: true, overrides: [{ method: 'popup', minutes: 5 }] } },
      'cannotUseDefaultRemindersAndSpecifyOverride',
      'Cannot specify both default reminders and overrides at the same time.',
    ],
  ])('a body with a fault is refused: %s', async (_name, more, why, message) => {
    const answer = await call('POST', PATH, await bearer(), { body: timed(more) });
    expect(reason(answer)).toBe(`400 ${why}`);
    expect(answer.body.error.message).toBe(message);
  });

  test.each([
    [
      'Asia/Hong_Kong',
      { dateTime: '2026-09-25T20:59:00', timeZone: 'Etc/GMT+12' },
      '2026-09-26T16:59:00+08:00',
      'Etc/GMT+12',
    ],
    [
      'America/Los_Angeles',
      { dateTime: '2026-09-26T08:59:00Z', timeZone: 'Etc/GMT+12' },
      '2026-09-26T01:59:00-07:00',
      'Etc/GMT+12',
    ],
    [
      'America/Los_Angeles',
      { dateTime: '2026-09-25T20:59:00+09:00' },
      '2026-09-25T04:59:00-07:00',
      'America/Los_Angeles',
    ],
    [
      'Asia/Kolkata',
      { dateTime: '2026-07-01T10:00:00.123', timeZone: 'Asia/Kolkata' },
      '2026-07-01T10:00:00+05:30',
      'Asia/Kolkata',
    ],
  ])('in %s %j is answered as %s', async (zone, slot, dateTime, timeZone) => {
    google.setCalendarZone(ADA.email, zone);
    const answer = await call('POST', PATH, await bearer(), { body: { start: slot, end: slot } });
    expect(answer.body.start).toEqual({ dateTime, timeZone });
  });

  test('an id stays taken after deletion, and the tombstone can be revived until the trash is emptied', async () => {
    const access = await bearer();
    const body = timed({ id: 'abcde12345', attendees: [{ email: 'eve@else.net' }] });
    expect((await call('POST', PATH, access, { body })).status).toBe(200);
    expect(reason(await call('POST', PATH, access, { body }))).toBe('409 duplicate');
    expect(await call('DELETE', `${PATH}/abcde12345`, access)).toEqual({ status: 204, body: '' });
    expect(reason(await call('DELETE', `${PATH}/abcde12345`, access))).toBe('410 deleted');
    expect((await call('GET', `${PATH}/abcde12345`, access)).body).toMatchObject({
      status: 'cancelled',
      summary: 'Meeting',
    });
    expect(reason(await call('POST', PATH, access, { body }))).toBe('409 duplicate');
    expect((await call('PATCH', `${PATH}/abcde12345`, access, { body: { summary: 'x' } })).body.status).toBe(
      'cancelled',
    );
    expect((await call('PATCH', `${PATH}/abcde12345`, access, { body: { status: 'confirmed' } })).body.status).toBe(
      'confirmed',
    );
    google.deleteAsPerson(ADA.email, 'abcde12345');
    google.emptyTrash(ADA.email);
    expect(reason(await call('PATCH', `${PATH}/abcde12345`, access, { body: { status: 'confirmed' } }))).toBe(
      '403 forbidden',
    );
  });

  test('two inserts of one id at once: one wins', async () => {
    const access = await bearer();
    const both = await Promise.all([1, 2].map(() => call('POST', PATH, access, { body: timed({ id: 'same123' }) })));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  test('PATCH merges objects, replaces lists, clears with null; PUT forgets what is left out', async () => {
    const access = await bearer();
    const { body: made } = await call('POST', PATH, access, {
      body: timed({
        location: 'Hall',
        extendedProperties: { private: { a: '1', b: '2' } },
        attendees: [{ email: 'eve@else.net' }],
      }),
    });
    const path = `${PATH}/${made.id}`;
    google.rsvp(ADA.email, made.id, 'eve@else.net', 'accepted', 'gladly');
    const { body: one } = await call('PATCH', path, access, {
      body: {
        location: null,
        extendedProperties: { private: { a: null, c: '3' } },
        start: { dateTime: '2026-12-01T09:30:00' },
      },
    });
    expect(one.location).toBeUndefined();
    expect(one.extendedProperties).toEqual({ private: { b: '2', c: '3' } });
    expect(one.attendees[0]).toMatchObject({ responseStatus: 'accepted', comment: 'gladly' });
    expect(one.sequence).toBe(1);
    const { body: two } = await call('PATCH', path, access, {
      body: { attendees: [{ email: 'EVE@else.net' }, { email: 'eve@else.net' }] },
    });
    expect(two.attendees).toEqual([{ email: 'EVE@else.net', responseStatus: 'needsAction' }]);
    const { body: none } = await call('PATCH', path, access, { body: { summary: 'Meeting' } });
    expect(none.etag).toBe(two.etag);
    const { body: three } = await call('PUT', path, access, { body: timed() });
    expect(three.attendees).toBeUndefined();
    expect(three.extendedProperties).toBeUndefined();
    expect(reason(await call('PATCH', path, access, { body: { sequence: 0 } }))).toBe('400 invalid');
    expect(reason(await call('PATCH', path, access, { body: { start: { date: '2026-12-01' } } }))).toBe('400 invalid');
  });

  test('If-Match is honoured', async () => {
    const access = await bearer();
    const { body: made } = await call('POST', PATH, access, { body: timed(), headers: { 'if-match': '"0"' } });
    const patch = (etag: string) =>
      call('PATCH', `${PATH}/${made.id}`, access, { body: { summary: etag }, headers: { 'if-match': etag } });
    expect((await patch(made.etag)).status).toBe(200);
    expect(reason(await patch(made.etag))).toBe('412 conditionNotMet');
    expect((await patch('*')).status).toBe(200);
    expect((await call('DELETE', `${PATH}/${made.id}`, access, { headers: { 'if-match': '"1"' } })).status).toBe(412);
    const { body: fresh } = await call('GET', `${PATH}/${made.id}`, access);
    expect((await call('GET', `${PATH}/${made.id}`, access, { headers: { 'if-none-match': fresh.etag } })).status).toBe(
      304,
    );
  });

  test('reminders: clamped, dropped, merged; alone they move the etag but not `updated`', async () => {
    const access = await bearer();
    const overrides = [
      { method: 'popup', minutes: -5 },
      { method: 'popup', minutes: 0 },
      { method: 'email', minutes: 99_999 },
      { method: 'sms', minutes: 5 },
    ];
    const { body: made } = await call('POST', PATH, access, {
      body: timed({ reminders: { useDefault: false, overrides } }),
    });
    expect(made.reminders).toEqual({
      useDefault: false,
      overrides: [
        { method: 'email', minutes: 40_320 },
        { method: 'popup', minutes: 0 },
      ],
    });
    clock += 5000;
    const { body: after } = await call('PATCH', `${PATH}/${made.id}`, access, {
      body: { reminders: { useDefault: true, overrides: [] } },
    });
    expect(after.etag).not.toBe(made.etag);
    expect(after.updated).toBe(made.updated);
  });

  test('mails are counted by audience', async () => {
    const access = await bearer();
    const attendees = [{ email: ADA.email }, { email: 'in@example.org' }, { email: 'out@else.net' }];
    const { body: made } = await call('POST', `${PATH}?sendUpdates=all`, access, { body: timed({ attendees }) });
    expect(google.mails.map(({ kind, to }) => `${kind} ${to}`)).toEqual([
      'invitation in@example.org',
      'invitation out@else.net',
    ]);
    expect(made.attendees[0]).toMatchObject({ organizer: true, self: true, responseStatus: 'accepted' });
    google.mails.length = 0;
    const path = `${PATH}/${made.id}`;
    await call('PATCH', `${path}?sendUpdates=all`, access, { body: { summary: 'Meeting' } });
    await call('PATCH', path, access, { body: { summary: 'Quiet' } });
    expect(google.mails).toEqual([]);
    await call('PATCH', `${path}?sendUpdates=externalOnly`, access, { body: { summary: 'Loud' } });
    expect(google.mails.map(({ kind, to }) => `${kind} ${to}`)).toEqual(['update out@else.net']);
    google.mails.length = 0;
    await call('DELETE', path, access);
    expect(google.mails).toEqual([]);
    expect(google.guestCopies.map(({ guest }) => guest)).toEqual(['in@example.org', 'out@else.net']);
    await call('PATCH', `${path}?sendUpdates=all`, access, { body: { status: 'confirmed' } });
    await call('DELETE', `${path}?sendUpdates=all`, access);
    expect(google.mails.map(({ kind }) => kind)).toEqual(['invitation', 'invitation', 'cancellation', 'cancellation']);
    expect(google.guestCopies).toEqual([]);
  });

  test('a series keeps its wall clock across the change of clocks; one occurrence can be changed and cancelled', async () => {
    const access = await bearer();
    const { body: series } = await call('POST', PATH, access, {
      body: {
        start: { dateTime: '2026-10-24T14:00:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2026-10-24T15:00:00', timeZone: 'Europe/Berlin' },
        recurrence: ['RRULE:FREQ=DAILY;COUNT=4', 'EXDATE;TZID=Europe/Berlin:20261027T140000'],
      },
    });
    const list = async () => (await call('GET', `${PATH}/${series.id}/instances`, access)).body.items;
    expect((await list()).map((one: { id: string }) => one.id.split('_')[1])).toEqual([
      '20261024T120000Z',
      '20261025T130000Z',
      '20261026T130000Z',
    ]);
    expect((await list())[1].start.dateTime).toBe('2026-10-25T14:00:00+01:00');
    const one = `${PATH}/${series.id}_20261025T130000Z`;
    expect((await call('GET', one, access)).body).toMatchObject({ recurringEventId: series.id });
    expect((await call('PATCH', one, access, { body: { summary: 'Special' } })).body).toMatchObject({
      summary: 'Special',
    });
    expect((await call('DELETE', `${PATH}/${series.id}_20261026T130000Z`, access)).status).toBe(204);
    expect((await list()).map((each: { summary?: string }) => each.summary)).toEqual([undefined, 'Special']);
    expect(reason(await call('GET', `${PATH}/${series.id}_20261101T130000Z`, access))).toBe('404 notFound');
    const plain = (await call('GET', PATH, access)).body.items;
    const stub = plain.find((each: { status: string }) => each.status === 'cancelled');
    expect(Object.keys(stub ?? {}).sort()).toEqual([
      'etag',
      'id',
      'kind',
      'originalStartTime',
      'recurringEventId',
      'status',
    ]);
    expect((await call('GET', `${PATH}?singleEvents=true&orderBy=startTime`, access)).body.items).toHaveLength(2);
    expect(
      (await call('PATCH', `${PATH}/${series.id}_20261026T130000Z`, access, { body: { status: 'confirmed' } })).body
        .start.dateTime,
    ).toBe('2026-10-26T14:00:00+01:00');
  });

  test('rights: reader, stranger, wrong scope, no token, dead token, disabled API', async () => {
    const access = await bearer();
    const shared = google.addCalendar({ ownerEmail: ADA.email, summary: 'Shared', accessRole: 'reader' });
    const path = `calendars/${encodeURIComponent(shared)}/events`;
    expect(reason(await call('POST', path, access, { body: timed() }))).toBe('403 requiredAccessLevel');
    expect((await call('GET', path, access)).body.accessRole).toBe('reader');
    expect(reason(await call('GET', 'calendars/nobody%40x.org/events', access))).toBe('404 notFound');
    expect(reason(await call('GET', 'users/me/calendarList', await bearer(EVENTS)))).toBe(
      '403 insufficientPermissions',
    );
    expect(reason(await call('GET', PATH, undefined))).toBe('401 required');
    expect(reason(await call('GET', PATH, 'ya29.dead'))).toBe('401 authError');
    expect(reason(await call('GET', `${PATH}?colour=blue`, access))).toBe('400 badRequest');
    expect(reason(await call('DELETE', `${PATH}/x?sendUpdates=some`, access))).toBe('400 badRequest');
    google.switches.apiDisabled = true;
    expect(reason(await call('GET', PATH, access))).toBe('403 accessNotConfigured');
  });

  test('a guest may answer an invitation and nothing else', async () => {
    const access = await bearer();
    const id = google.inviteFromOutside(ADA.email, { organizer: 'boss@else.net', ...timed() });
    expect(reason(await call('PATCH', `${PATH}/${id}`, access, { body: { summary: 'Mine' } }))).toBe(
      '403 forbiddenForNonOrganizer',
    );
    const body = { attendeesOmitted: true, attendees: [{ email: ADA.email, responseStatus: 'accepted' }] };
    expect((await call('PATCH', `${PATH}/${id}`, access, { body })).body.attendees[0]).toMatchObject({
      responseStatus: 'accepted',
      self: true,
    });
  });
});

describe('list and sync', () => {
  test('pages, deltas, and tokens that die', async () => {
    const access = await bearer();
    for (const id of ['aaaa1', 'aaaa2', 'aaaa3']) await call('POST', PATH, access, { body: timed({ id }) });
    google.switches.emptyPages = 1;
    const first = (await call('GET', `${PATH}?maxResults=2`, access)).body;
    expect(first.items).toEqual([]);
    const next = async (pageToken: string) =>
      (await call('GET', `${PATH}?maxResults=2&pageToken=${encodeURIComponent(pageToken)}`, access)).body;
    const second = await next(first.nextPageToken);
    const third = await next(second.nextPageToken);
    expect([second.items.length, third.items.length, third.nextPageToken]).toEqual([2, 1, undefined]);
    expect(second.nextSyncToken).toBeUndefined();
    google.switches.emptyPages = 0;
    const sync = async (syncToken: string) => call('GET', `${PATH}?syncToken=${encodeURIComponent(syncToken)}`, access);
    const quiet = (await sync(third.nextSyncToken)).body;
    expect(quiet.items).toEqual([]);
    await call('PATCH', `${PATH}/aaaa1`, access, { body: { reminders: { useDefault: false } } });
    await call('DELETE', `${PATH}/aaaa2`, access);
    const delta = (await sync(quiet.nextSyncToken)).body;
    expect(delta.items.map((one: { id: string; status: string }) => `${one.id} ${one.status}`).sort()).toEqual([
      'aaaa1 confirmed',
      'aaaa2 cancelled',
    ]);
    expect(reason(await call('GET', `${PATH}?timeMin=2026-01-01T00:00:00Z&syncToken=x`, access))).toBe(
      '400 badRequest',
    );
    expect((await sync('garbage')).body.error.message).toBe('Invalid sync token value.');
    google.expireSyncTokens();
    expect(reason(await sync(delta.nextSyncToken))).toBe('410 fullSyncRequired');
    expect(reason(await call('GET', `${PATH}?orderBy=startTime`, access))).toBe('400 badRequest');
    expect(reason(await call('GET', `${PATH}?updatedMin=2026-01-01T00:00:00Z`, access))).toBe(
      '410 updatedMinTooLongAgo',
    );
  });

  test('search by private properties, by window, in another zone, in part', async () => {
    const access = await bearer();
    await call('POST', PATH, access, {
      body: timed({ extendedProperties: { private: { a: '1', b: '2', ['k'.repeat(45)]: 'x' } } }),
    });
    await call('POST', PATH, access, {
      body: timed({ extendedProperties: { private: { a: '1', b: 'v'.repeat(2000) } } }),
    });
    const find = async (query: string) => (await call('GET', `${PATH}?${query}`, access)).body.items;
    expect(await find('privateExtendedProperty=a%3D1&privateExtendedProperty=b%3D2')).toHaveLength(1);
    google.switches.privatePropertyMatch = 'or';
    const both = await find('privateExtendedProperty=a%3D1&privateExtendedProperty=b%3D2');
    expect(both).toHaveLength(2);
    expect(Object.keys(both[0].extendedProperties.private)).toEqual(['a', 'b']);
    expect(both[1].extendedProperties.private.b).toHaveLength(1024);
    expect(await find('timeMin=2026-12-01T10:00:00Z')).toEqual([]);
    expect(await find('timeMax=2026-12-01T09:00:00Z')).toEqual([]);
    expect((await find('timeZone=Asia/Tokyo'))[0].start.dateTime).toBe('2026-12-01T18:00:00+09:00');
    expect(Object.keys((await find('fields=items(id,start/dateTime)'))[0])).toEqual(['id', 'start']);
  });
});

describe('limits and faults', () => {
  test('the sliding window and the brake on invitations', async () => {
    const access = await bearer();
    Object.assign(google.switches.limiter, { on: true, perUser: 2 });
    for (const expected of [200, 200, 403]) expect((await call('GET', PATH, access)).status).toBe(expected);
    clock += 60_001;
    expect((await call('GET', PATH, access)).status).toBe(200);
    google.switches.limiter.on = false;
    google.switches.invitationQuota.limit = 1;
    const invite = (email: string) => call('POST', PATH, access, { body: timed({ attendees: [{ email }] }) });
    expect((await invite('a@else.net')).status).toBe(200);
    expect(reason(await invite('b@else.net'))).toBe('403 quotaExceeded');
    expect((await call('POST', PATH, access, { body: timed() })).status).toBe(200);
  });

  test('a write whose answer is lost has still happened', async () => {
    const access = await bearer();
    google.faults.add({ match: { method: 'POST', path: /\/events$/ }, kind: 'commit-then-drop' });
    await expect(call('POST', PATH, access, { body: timed({ id: 'lost12345' }) })).rejects.toThrow();
    expect(google.events(ADA.email)).toHaveLength(1);
    google.faults.add({ match: { method: 'POST' }, kind: 'reset-before' });
    await expect(call('POST', PATH, access, { body: timed() })).rejects.toThrow();
    expect(google.events(ADA.email)).toHaveLength(1);
    google.faults.add({ match: { path: /events/ }, kind: '503-html', retryAfter: 7 });
    expect((await call('GET', PATH, access)).body).toContain('<!DOCTYPE html>');
    google.faults.add({ match: { path: /events/ }, kind: '403-rate' });
    expect(reason(await call('GET', PATH, access))).toBe('403 rateLimitExceeded');
    google.faults.add({ match: { path: /events/ }, kind: 'truncated-json' });
    await expect(call('GET', PATH, access)).rejects.toThrow(SyntaxError);
  });
});

describe('the contract', () => {
  const discovery = loadDiscovery();

  function toJsonSchema(schema: Schema): object {
    if (schema.$ref !== undefined) return { $ref: `#/definitions/${schema.$ref}` };
    const { type, properties, additionalProperties, items } = schema;
    return {
      ...(type === undefined || type === 'any' ? {} : { type }),
      ...(properties
        ? { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, toJsonSchema(one)])) }
        : {}),
      ...(type === 'object'
        ? { additionalProperties: additionalProperties ? toJsonSchema(additionalProperties) : false }
        : {}),
      ...(items ? { items: toJsonSchema(items) } : {}),
    };
  }
  const definitions = Object.fromEntries(
    Object.entries(discovery.schemas).map(([name, one]) => [name, toJsonSchema(one)]),
  );
  const conforms = (name: string, value: unknown) => {
    const check = new Ajv({ allErrors: true, strict: false }).compile({ definitions, $ref: `#/definitions/${name}` });
    check(value);
    return check.errors ?? [];
  };

  test('every method served and every parameter read stands in the discovery document', () => {
    const served = discovery.methods.filter((method) => SERVED.includes(method.id));
    expect(served.map((method) => method.id).sort()).toEqual([...SERVED].sort());
    const known = new Set(served.flatMap((method) => Object.keys(method.parameters ?? {})));
    for (const name of Object.keys(discovery.parameters)) known.add(name);
    for (const file of ['api', 'event-list', 'event-write', 'event-body', 'calendar-view']) {
      const source = readFileSync(new URL(`./google/${file}.ts`, import.meta.url), 'utf8');
      for (const [, name] of source.matchAll(/query\.(?:get|getAll|has)\('(\w+)'\)/g)) expect(known).toContain(name);
    }
  });

  test('every method answers at its path, and misses its required parameters', async () => {
    const access = await bearer();
    for (const method of discovery.methods.filter(({ id }) => SERVED.includes(id))) {
      const path = method.path.replace('{calendarId}', 'primary').replace('{eventId}', 'unknown1');
      const body = ['POST', 'PATCH', 'PUT'].includes(method.httpMethod) ? {} : undefined;
      const answer = await call(method.httpMethod, path, access, { body });
      const needs = Object.values(method.parameters ?? {}).some((one) => one.required && one.location === 'query');
      const expected = method.id.endsWith('.insert') || needs ? 400 : path.includes('unknown1') ? 404 : 200;
      expect(`${method.id} ${answer.status}`).toBe(`${method.id} ${expected}`);
    }
  });

  test('real answers conform to their schemas, without a field too many', async () => {
    const access = await bearer();
    google.addCalendar({ ownerEmail: ADA.email, summary: 'Team' });
    const body = timed({
      attendees: [{ email: 'eve@else.net' }],
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'],
      extendedProperties: { private: { a: '1' } },
      reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
    });
    const { body: event } = await call('POST', `${PATH}?maxAttendees=0`, access, { body });
    expect(event.error.code).toBe(400);
    const { body: made } = await call('POST', PATH, access, { body });
    expect(conforms('Event', made)).toEqual([]);
    expect(conforms('Events', (await call('GET', PATH, access)).body)).toEqual([]);
    expect(conforms('Events', (await call('GET', `${PATH}/${made.id}/instances`, access)).body)).toEqual([]);
    expect(conforms('CalendarList', (await call('GET', 'users/me/calendarList', access)).body)).toEqual([]);
    expect(conforms('Calendar', (await call('GET', 'calendars/primary', access)).body)).toEqual([]);
    expect(conforms('Event', { ...made, surprise: 1 })).toHaveLength(1);
  });

  test('the real Node client works against it', async () => {
    const auth = new googleAuth.OAuth2({
      clientId: CLIENT.clientId,
      clientSecret: 'GOCSPX-one',
      redirectUri: REDIRECT,
      endpoints: {
        oauth2AuthBaseUrl: google.authorizationUrl,
        oauth2TokenUrl: google.tokenUrl,
        oauth2RevokeUrl: google.revocationUrl,
      },
    });
    const url = auth.generateAuthUrl({
      access_type: 'offline',
      prompt: 'consent',
      scope: ['openid', 'email', CALENDAR],
      state: 's',
    });
    const back = new URL(google.consent(url, { email: ADA.email }));
    auth.setCredentials((await auth.getToken(back.searchParams.get('code') ?? '')).tokens);
    const api = calendarApi({ version: 'v3', auth, rootUrl: google.calendarUrl, retry: false });
    expect((await api.calendarList.list()).data.items?.map((one) => one.id)).toEqual([ADA.email]);
    const { data } = await api.events.insert({ calendarId: 'primary', sendUpdates: 'all', requestBody: timed() });
    const eventId = data.id ?? '';
    const patched = await api.events.patch(
      { calendarId: ADA.email, eventId, requestBody: { summary: 'New', location: null } },
      { headers: { 'If-Match': data.etag ?? '' } },
    );
    expect(patched.data.summary).toBe('New');
    expect((await api.events.get({ calendarId: 'primary', eventId })).data.summary).toBe('New');
    expect(
      (await api.events.list({ calendarId: 'primary', privateExtendedProperty: ['a=1', 'b=2'] })).data.items,
    ).toEqual([]);
    expect((await api.events.delete({ calendarId: 'primary', eventId })).status).toBe(204);
    await expect(api.events.delete({ calendarId: 'primary', eventId })).rejects.toMatchObject({ code: 410 });
    expect(google.requests.at(-1)).toMatchObject({ method: 'DELETE', subject: ADA.email, status: 410 });
  });
});

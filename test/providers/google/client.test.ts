import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences } from '../../../src/domain/compare.ts';
import type { Guest } from '../../../src/domain/entry.ts';
import { ARTHUR, type Bench, EVENTS, entry, failureOf, LIST, SADIE, startBench } from './harness.ts';

const ID = 'abc123abc123abc123';
const at = { calendarId: ARTHUR.email, eventId: ID };
const guest: Guest = { email: 'guest@example.com', displayName: 'Guest' };
const change = (summary: string) => ({ entry: entry({ summary }), guests: null, revive: false });

describe('the calendar client', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ timeoutMs: 400 });
    await bench.authorize();
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  const codeOf = async (work: Promise<unknown>) => (await failureOf(work)).code;
  const renewals = () => bench.forms.filter((form) => form.get('grant_type') === 'refresh_token').length;
  const writes = () =>
    bench.google.requests.filter(
      (request) => /^(POST|PATCH|DELETE)$/.test(request.method) && /events/.test(request.path),
    );

  describe('writes', () => {
    it('and reads back what it wrote, also from a calendar of another zone', async () => {
      const asked = entry({
        guests: [guest],
        reminders: [
          { method: 'popup', minutes: 5 },
          { method: 'email', minutes: 60 },
        ],
      });
      const inserted = await bench.calendar.insert(at, asked, 'all');
      expect(inserted).toMatchObject({
        eventId: ID,
        calendarId: ARTHUR.email,
        status: 'confirmed',
        marker: asked.marker,
      });
      bench.google.setCalendarZone(ARTHUR.email, 'Asia/Kolkata');
      const held = await bench.calendar.get(at);
      expect(held && differences(asked, held)).toEqual([]);
      expect(bench.google.unknownFields).toEqual([]);
      expect(bench.google.mails.map((mail) => [mail.kind, mail.to])).toEqual([['invitation', guest.email]]);
    });

    it('a change of its own fields only, under the etag it knows', async () => {
      const { etag } = await bench.calendar.insert(at, entry({ guests: [guest] }), 'all');
      bench.google.rsvp(ARTHUR.email, ID, guest.email, 'accepted', 'gladly');
      bench.google.editAsPerson(ARTHUR.email, ID, { colorId: '7', guestsCanModify: true });
      expect(await codeOf(bench.calendar.patch(at, change('New'), etag, 'all'))).toBe('precondition-failed');
      const held = await bench.calendar.get(at);
      await bench.calendar.patch(at, change('New'), held?.etag ?? '', 'all');
      expect(bench.google.events(ARTHUR.email)[0]).toMatchObject({
        summary: 'New',
        colorId: '7',
        guestsCanModify: true,
        attendees: [{ email: guest.email, responseStatus: 'accepted', comment: 'gladly' }],
      });
      expect(bench.google.requests.at(-1)?.ifMatch).toBe(held?.etag);
    });

    it('a series that becomes a single meeting, and an all-day entry that gets its time back', async () => {
      const start = { local: '2026-12-01T10:00:00', zone: 'Europe/Berlin', offset: null };
      const end = { ...start, local: '2026-12-01T11:00:00' };
      await bench.calendar.insert(at, entry({ start, end, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] }), 'none');
      expect((await bench.calendar.patch(at, change('Single'), null, 'none')).recurrence).toEqual([]);
      bench.google.editAsPerson(ARTHUR.email, ID, {
        start: { date: '2026-12-02', dateTime: null, timeZone: null },
        end: { date: '2026-12-03', dateTime: null, timeZone: null },
      });
      expect((await bench.calendar.get(at))?.startsAt).toBeNull();
      const back = await bench.calendar.patch(at, change('Timed'), null, 'none');
      expect(back.startsAt).toBe(Date.parse('2026-12-01T09:00:00Z'));
    });

    it.each(['merge', 'replace'] as const)('reminders that hold whether Google would %s them', async (rule) => {
      bench.google.switches.remindersPatch = rule;
      await bench.calendar.insert(at, entry(), 'none');
      bench.google.editAsPerson(ARTHUR.email, ID, { reminders: { useDefault: true, overrides: [] } });
      const wish = { ...change('x'), entry: entry({ reminders: [] }) };
      expect((await bench.calendar.patch(at, wish, null, 'none')).reminders).toEqual([]);
    });

    it('a revival of what was deleted, where Google allows it', async () => {
      await bench.calendar.insert(at, entry(), 'none');
      expect(await bench.calendar.remove(at, 'none')).toBe('removed');
      expect((await bench.calendar.get(at))?.status).toBe('cancelled');
      expect(await codeOf(bench.calendar.insert(at, entry(), 'none'))).toBe('duplicate');
      const revived = await bench.calendar.patch(at, { ...change('Again'), revive: true }, null, 'none');
      expect(revived).toMatchObject({ status: 'confirmed', summary: 'Again' });
      bench.google.switches.revive = 403;
      await bench.calendar.remove(at, 'none');
      expect(await codeOf(bench.calendar.patch(at, { ...change('x'), revive: true }, null, 'none'))).toBe('forbidden');
    });

    it('a removal that is done although the entry was gone before', async () => {
      await bench.calendar.insert(at, entry(), 'none');
      await bench.calendar.remove(at, 'all');
      expect(await bench.calendar.remove(at, 'all')).toBe('gone');
      expect(await bench.calendar.remove({ ...at, eventId: 'neverwas' }, 'all')).toBe('gone');
    });

    it.each(['wxyz0', 'ABCDE', 'abc', 'a-b-c-d-e', ''])(
      'under no id such as "%s", which Google would refuse',
      async (eventId) => {
        expect(await codeOf(bench.calendar.insert({ ...at, eventId }, entry(), 'none'))).toBe('internal-error');
        expect(writes()).toEqual([]);
      },
    );

    it('nothing that Google calls invalid, and says why', async () => {
      const asked = entry({ guests: [{ email: 'not an address', displayName: null }] });
      expect(await failureOf(bench.calendar.insert(at, asked, 'all'))).toMatchObject({
        code: 'guest-refused',
        detail: { googleSays: 'Invalid attendee email.' },
      });
    });
  });

  describe('tells apart', () => {
    it('an entry that is not there from a calendar that is not there', async () => {
      expect(await bench.calendar.get(at)).toBeNull();
      expect(await codeOf(bench.calendar.patch(at, change('x'), null, 'none'))).toBe('not-found');
      const elsewhere = { ...at, calendarId: bench.google.addCalendar({ ownerEmail: ARTHUR.email, summary: 'Rooms' }) };
      await bench.calendar.insert(elsewhere, entry(), 'none');
      bench.google.removeCalendar(elsewhere.calendarId);
      expect(await codeOf(bench.calendar.get(elsewhere))).toBe('calendar-gone');
      expect(await codeOf(bench.calendar.patch(elsewhere, change('x'), null, 'none'))).toBe('calendar-gone');
      expect(await codeOf(bench.calendar.remove(elsewhere, 'none'))).toBe('calendar-gone');
      expect(await codeOf(bench.calendar.insert(elsewhere, entry(), 'none'))).toBe('calendar-gone');
    });

    it('a calendar that can only be read', async () => {
      const calendarId = bench.google.addCalendar({
        ownerEmail: ARTHUR.email,
        summary: 'Theirs',
        accessRole: 'reader',
      });
      expect(await codeOf(bench.calendar.insert({ ...at, calendarId }, entry(), 'none'))).toBe('calendar-read-only');
    });

    it('an API that is not enabled, with its project', async () => {
      bench.google.switches.apiDisabled = true;
      expect(await failureOf(bench.calendar.insert(at, entry(), 'none'))).toMatchObject({
        code: 'api-not-enabled',
        detail: { project: expect.stringMatching(/^\d+$/) },
      });
    });

    it('a limit, with the wait that Google asks for', async () => {
      bench.google.faults.add({ match: { method: 'POST', path: /events/ }, kind: '429', retryAfter: 7 });
      expect(await failureOf(bench.calendar.insert(at, entry(), 'none'))).toMatchObject({
        code: 'rate-limited',
        retryAfterMs: 7_000,
      });
    });

    it.each([5, -5])('a wait until a certain time from the clock that is %d hours off', async (hours) => {
      bench.time.skewMs = hours * 3_600_000;
      bench.google.faults.add({
        match: { method: 'POST', path: /events/ },
        kind: '429',
        retryAfter: 7,
        retryAfterAs: 'date',
      });
      expect((await failureOf(bench.calendar.insert(at, entry(), 'none'))).retryAfterMs).toBe(7_000);
      expect(bench.told.at(-1)).toBe(bench.time.now + bench.time.skewMs);
    });

    it('a pause of invitations', async () => {
      bench.google.switches.invitationQuota.limit = 0;
      expect(await codeOf(bench.calendar.insert(at, entry({ guests: [guest] }), 'all'))).toBe('quota-exceeded');
    });
  });

  describe('sends once', () => {
    it.each([
      '500',
      '502-html',
      '503-json',
      '503-html',
      'reset-before',
      'commit-then-drop',
      'truncated-json',
      'hang',
    ] as const)('every verb, when the answer is %s', async (kind) => {
      await bench.calendar.insert({ ...at, eventId: 'before' }, entry(), 'none');
      const before = { ...at, eventId: 'before' };
      for (const work of [
        () => bench.calendar.insert(at, entry(), 'none'),
        () => bench.calendar.get(before),
        () => bench.calendar.patch(before, change('New'), null, 'none'),
      ]) {
        const sent = bench.google.requests.length;
        bench.google.faults.add({ match: { path: /events/ }, kind });
        expect(await codeOf(work())).toBe('google-unavailable');
        expect(bench.google.requests.length - sent).toBe(1);
      }
      if (kind === 'truncated-json') return;
      const sent = bench.google.requests.length;
      bench.google.faults.add({ match: { path: /events/ }, kind });
      expect(await codeOf(bench.calendar.remove(before, 'none'))).toBe('google-unavailable');
      expect(bench.google.requests.length - sent).toBe(1);
    });

    it.each(['500', '502-html', '503-json', '429', '403-rate', 'reset-before', 'commit-then-drop', 'hang'] as const)(
      'the look at the calendar and the list of calendars, when the answer is %s',
      async (kind) => {
        bench.google.faults.add({ match: { path: /\/events\/missing$/ }, kind: '404' });
        for (const [path, work] of [
          [/\/events$/, () => bench.calendar.get({ ...at, eventId: 'missing' })],
          [/calendarList/, () => bench.calendar.calendars()],
        ] as const) {
          const sent = bench.calls(path);
          bench.google.faults.add({ match: { path }, kind });
          expect(await codeOf(work())).toMatch(/^(google-unavailable|rate-limited)$/);
          expect(bench.calls(path) - sent).toBe(1);
        }
      },
    );

    it.each([
      '500',
      '502-html',
      '503-json',
      '429',
      'reset-before',
      'commit-then-drop',
      'truncated-json',
      'hang',
    ] as const)('renewal, exchange and revocation, when the answer is %s', async (kind) => {
      for (const [path, work] of [
        [/^\/token$/, () => bench.restarted().tokens.get()],
        [/^\/token$/, async () => bench.authorisation.complete(await bench.consent())],
        [/^\/revoke$/, () => bench.authorisation.forget({ revoke: true })],
      ] as const) {
        const sent = bench.calls(path);
        bench.google.faults.add({ match: { path }, kind });
        if (kind === 'truncated-json' && path.source.includes('revoke')) await work();
        else expect(await codeOf(work())).toBe(kind === '429' ? 'rate-limited' : 'google-unavailable');
        expect(bench.calls(path) - sent).toBe(1);
      }
    });

    it('and once more with a fresh token, also what creates and changes', async () => {
      bench.google.expireAccessTokens();
      const { etag } = await bench.calendar.insert(at, entry(), 'none');
      bench.google.expireAccessTokens();
      await bench.calendar.patch(at, change('New'), etag, 'none');
      bench.google.expireAccessTokens();
      await bench.calendar.remove(at, 'none');
      expect(writes().map((request) => [request.method, request.status])).toEqual([
        ['POST', 401],
        ['POST', 200],
        ['PATCH', 401],
        ['PATCH', 200],
        ['DELETE', 401],
        ['DELETE', 204],
      ]);
      expect(renewals()).toBe(3);
    });
  });

  describe('lists calendars', () => {
    it('over empty pages, and says which can be written', async () => {
      bench.google.addCalendar({ id: 'rooms@x.example', ownerEmail: ARTHUR.email, summary: 'Rooms' });
      bench.google.addCalendar({
        id: 'w@x.example',
        ownerEmail: ARTHUR.email,
        summary: 'Shared',
        accessRole: 'writer',
      });
      bench.google.addCalendar({ id: 'r@x.example', ownerEmail: ARTHUR.email, summary: 'Read', accessRole: 'reader' });
      bench.google.switches.pageCap = 1;
      bench.google.switches.emptyPages = 2;
      const found = await bench.queries.calendars();
      expect(Object.fromEntries(found.map((item) => [item.summary, item.writable]))).toEqual({
        [ARTHUR.email]: true,
        Rooms: true,
        Shared: true,
        Read: false,
      });
      expect(found.find((item) => item.primary)).toMatchObject({ id: ARTHUR.email, timeZone: 'Europe/Berlin' });
    });

    it('as the account’s own one when the list was not granted, without asking', async () => {
      await bench.authorize({ scopes: [EVENTS] });
      const asked = bench.google.requests.length;
      expect(await bench.queries.calendars()).toEqual([
        { id: ARTHUR.email, summary: ARTHUR.email, primary: true, accessRole: 'owner', timeZone: '', writable: true },
      ]);
      expect(bench.google.requests.length).toBe(asked);
    });

    it('without ending the authorization when Google refuses the list after all', async () => {
      await bench.authorize({ scopes: [EVENTS] });
      const { grant } = bench.settings.google;
      if (grant !== null) await bench.settings.saveGoogle({ grant: { ...grant, scopes: [...grant.scopes, LIST] } });
      expect(await bench.queries.calendars()).toMatchObject([{ id: ARTHUR.email }]);
      expect(bench.authorisation.view().state).toBe('authorized');
    });

    it('never as none because the answer could not be read', async () => {
      bench.google.faults.add({ match: { path: /calendarList/ }, kind: 'truncated-json' });
      expect(await codeOf(bench.queries.calendars())).toBe('google-unavailable');
    });
  });

  describe('tests itself with an entry', () => {
    it('ten minutes ahead, without guests, read back, compared and removed', async () => {
      const proof = await bench.queries.testEntry();
      expect(proof).toMatchObject({
        matches: true,
        differences: [],
        request: { start: { dateTime: '2026-11-20T08:10:00+00:00' } },
      });
      expect(proof.request).not.toHaveProperty('attendees');
      expect(bench.google.events(ARTHUR.email).map((event) => event.status)).toEqual(['cancelled']);
      expect(bench.google.mails).toEqual([]);
    });

    it('in the calendar that was chosen', async () => {
      const calendarId = bench.google.addCalendar({ ownerEmail: ARTHUR.email, summary: 'Rooms' });
      await bench.settings.saveCalendar({ ...bench.settings.calendar, calendarId });
      await bench.queries.testEntry();
      expect(bench.google.events(calendarId)).toHaveLength(1);
      expect(bench.authorisation.target()).toMatchObject({ calendarId, primary: false, address: ARTHUR.email });
    });

    it.each(['commit-then-drop', 'truncated-json'] as const)('and leaves nothing behind after %s', async (kind) => {
      bench.google.faults.add({ match: { method: 'POST', path: /events/ }, kind });
      expect(await codeOf(bench.queries.testEntry())).toBe('google-unavailable');
      expect(bench.google.events(ARTHUR.email).filter((event) => event.status !== 'cancelled')).toEqual([]);
    });

    it('only when an account is authorized', async () => {
      await bench.authorisation.forget({ revoke: false });
      expect(await codeOf(bench.queries.testEntry())).toBe('not-authorized');
      expect(await codeOf(bench.queries.calendars())).toBe('not-authorized');
    });
  });

  it('ends the authorization when the permission to write is missing after all', async () => {
    await bench.authorize({ email: SADIE.email, scopes: [EVENTS] });
    const { grant } = bench.settings.google;
    await bench.authorisation.forget({ revoke: false });
    // A grant of a narrower consent, as one is left when its owner takes a permission back.
    const { url } = await bench.authorisation.begin();
    const address = bench.google.consent(url, { email: SADIE.email, scopes: [LIST] });
    await failureOf(bench.authorisation.complete(address));
    const narrow = JSON.parse(bench.answers.at(-1) ?? '{}') as { refresh_token: string };
    if (grant !== null) await bench.settings.saveGoogle({ grant: { ...grant, refreshToken: narrow.refresh_token } });
    const failure = await failureOf(bench.calendar.insert({ ...at, calendarId: SADIE.email }, entry(), 'none'));
    expect(failure).toMatchObject({ code: 'scope-missing', detail: { missing: 'calendar.events' } });
    expect(bench.authorisation.view()).toMatchObject({ state: 'reauthorize', brokenBy: 'scope-missing' });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { clockEnv, createTestClock } from '../faults/clock.ts';
import { FAST_CLOCK } from '../faults/world.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

/** Waits between attempts are shorter than they seem. */
const clock = createTestClock(10);

describe('while Google is at fault', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  const times = ahead(7);
  const live = () => google.events(ACCOUNT.email).filter((entry) => entry.status !== 'cancelled');

  beforeEach(async () => {
    google = await startCalendar({ now: clock.now });
    agent = await startAgentProcess({ google, env: clockEnv(clock), imports: [FAST_CLOCK] });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
  });
  afterEach(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it.each(['500', '503-json', '503-html', 'reset-before', 'commit-then-drop', 'truncated-json'] as const)(
    'creates, changes and removes an entry once although each call first ends in %s',
    async (kind) => {
      for (const method of ['POST', 'PATCH', 'DELETE']) {
        google.faults.add({ match: { method, path: /\/events/ }, kind, times: 1 });
      }
      await pbx.send(meetingEvent({ data: times }));
      await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
      expect(live()).toHaveLength(1);
      await pbx.send(
        meetingEvent({ type: 'pbx.meeting.updated.v1', data: { ...times, sequence: 1, subject: 'Moved' } }),
        'updated',
      );
      await pbx.result('6500-20240429-1', (result) => result.sequence === 1 && result.state === 'synced');
      expect(live().map((entry) => entry.summary)).toEqual(['Moved']);
      await pbx.send(cancellation('6500-20240429-1', 2), 'cancelled');
      await pbx.result('6500-20240429-1', (result) => result.state === 'cancelled');
      expect(live()).toEqual([]);
      const counts = Object.groupBy(google.mails, (mail) => mail.kind);
      expect([counts.invitation?.length, counts.update?.length, counts.cancellation?.length]).toEqual([2, 2, 2]);
    },
  );

  it('slows down when it is asked to, says so, and goes on', async () => {
    google.faults.add({ match: { method: 'POST', path: /\/events/ }, kind: '403-rate', times: 1 });
    await pbx.send(meetingEvent({ data: times }));
    expect(await pbx.result('6500-20240429-1', (result) => result.error !== null)).toMatchObject({
      state: 'pending',
      error: { code: 'rate-limited', retryable: true },
    });
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    expect(live()).toHaveLength(1);
  });

  it('keeps everything when the authorization is revoked, asks Google no more, and goes on after a new one', async () => {
    google.revoke(ACCOUNT.email);
    await pbx.send(meetingEvent({ data: times }));
    expect(await pbx.result('6500-20240429-1')).toMatchObject({ state: 'held', error: { code: 'reauthorize' } });
    const asked = google.requests.length;
    await pbx.send(meetingEvent({ id: 'two', data: { ...times, uid: 'two' } }));
    await pbx.result('two', (result) => result.state === 'held');
    expect(google.requests.length).toBe(asked);
    const status = await agent.api('GET', '/api/v1/status');
    expect(status.body.google.state).toBe('reauthorize');
    const alarms = () => agent.output.filter((line) => line.includes('"problem":"reauthorize"'));
    await expect.poll(alarms).toHaveLength(1);
    await pbx.send(meetingEvent({ id: 'three', data: { ...times, uid: 'three' } }));
    await pbx.result('three', (result) => result.state === 'held');
    expect(alarms()).toHaveLength(1);
    await agent.authorize(google);
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    await pbx.result('two', (result) => result.state === 'synced');
    await pbx.result('three', (result) => result.state === 'synced');
    expect(live()).toHaveLength(3);
  });

  it('renews a token that Google refuses before its time, once', async () => {
    google.expireAccessTokens();
    await pbx.send(meetingEvent({ data: times }));
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    expect(live()).toHaveLength(1);
  });

  it('explains that the API is not enabled, with the page of the project, and loses nothing until it is', async () => {
    google.switches.apiDisabled = true;
    await pbx.send(meetingEvent({ data: times }));
    const result = await pbx.result('6500-20240429-1');
    expect(result).toMatchObject({ state: 'held', error: { code: 'api-not-enabled' } });
    expect(result.error?.link).toMatch(/project=\d+$/);
    await expect
      .poll(async () => (await agent.api('GET', '/api/v1/status')).body.problems.map((item: { id: string }) => item.id))
      .toContain('api-not-enabled');
    google.switches.apiDisabled = false;
    const settings = (await agent.api('GET', '/api/v1/google/settings')).body;
    await agent.api('PUT', '/api/v1/google/settings', { ...settings, visibility: 'private' });
    await pbx.result('6500-20240429-1', (item) => item.state === 'synced');
    expect(live()).toHaveLength(1);
  });

  it('keeps the answers of guests, and the guests that people added, when the list changes', async () => {
    await pbx.send(meetingEvent({ data: times }));
    const { eventId } = await pbx.result('6500-20240429-1');
    google.rsvp(ACCOUNT.email, eventId ?? '', 'guest@example.com', 'accepted', 'with pleasure');
    google.addGuest(ACCOUNT.email, eventId ?? '', 'added@example.com');
    const invitees = [
      { extension: null, name: 'Guest', email: 'Guest@Example.com' },
      { extension: null, name: 'New', email: 'new@example.com' },
    ];
    await pbx.send(
      meetingEvent({ type: 'pbx.meeting.updated.v1', data: { ...times, sequence: 1, invitees } }),
      'updated',
    );
    await pbx.result('6500-20240429-1', (result) => result.sequence === 1);
    const guests = live()[0]?.attendees ?? [];
    expect(guests.map((guest) => guest.email).sort()).toEqual([
      'added@example.com',
      'guest@example.com',
      'new@example.com',
    ]);
    expect(guests.find((guest) => guest.email === 'guest@example.com')).toMatchObject({
      responseStatus: 'accepted',
      comment: 'with pleasure',
    });
  });

  it('changes one occurrence and cancels another, and leaves the series as it is', async () => {
    const recurrence = { rrule: 'FREQ=DAILY;COUNT=5', excluded: [] };
    await pbx.send(meetingEvent({ data: { ...times, recurrence } }));
    await pbx.result('6500-20240429-1');
    const on = (days: number) => `${ahead(7 + days).start}`;
    const moved = { ...ahead(8, 15), sequence: 1, occurrence: on(1), subject: 'Later today' };
    await pbx.send(meetingEvent({ type: 'pbx.meeting.updated.v1', data: moved }), 'updated');
    await pbx.result('6500-20240429-1', (result) => result.sequence === 1);
    await pbx.send(cancellation('6500-20240429-1', 2, on(2)), 'cancelled');
    const result = await pbx.result('6500-20240429-1', (item) => item.sequence === 2);
    expect(result.state).toBe('synced');
    const events = google.events(ACCOUNT.email);
    const series = events.find((event) => event.recurringEventId === undefined);
    expect(series).toMatchObject({
      summary: 'Weekly_Meeting',
      status: 'confirmed',
      recurrence: ['RRULE:FREQ=DAILY;COUNT=5'],
    });
    const exceptions = events.filter((event) => event.recurringEventId !== undefined);
    expect(exceptions.map((event) => event.status).sort()).toEqual(['cancelled', 'confirmed']);
    expect(exceptions.find((event) => event.status === 'confirmed')?.summary).toBe('Later today');
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultCalendarSettings } from '../../src/sync/ports.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

describe('who is mailed, and whose word counts', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  let serial = 0;
  const person = (email: string) => ({ extension: null, name: null, email });
  const entryOf = (uid: string) =>
    google
      .events(ACCOUNT.email)
      .find((entry) => entry.extendedProperties?.private?.['pbxMeeting'] === uid && entry.status !== 'cancelled');
  const guestsOf = (uid: string) => (entryOf(uid)?.attendees ?? []).map((row) => row.email);
  const save = (change: object) =>
    agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, ...change });
  const status = async () => (await agent.api('GET', '/api/v1/status')).body;

  /** One meeting of its own for each test. */
  async function schedule(guests: string[], change: object = {}): Promise<string> {
    serial += 1;
    const uid = `m-${serial}`;
    const data = { ...ahead(7), uid, host: null, invitees: guests.map(person), ...change };
    await pbx.send(meetingEvent({ data }));
    return uid;
  }
  const update = (uid: string, sequence: number, change: object) =>
    pbx.send(
      meetingEvent({
        type: 'pbx.meeting.updated.v1',
        data: { ...ahead(7), uid, sequence, host: null, invitees: [], ...change },
      }),
      'updated',
    );
  const synced = (uid: string, sequence = 0) =>
    pbx.result(uid, (result) => result.state === 'synced' && result.sequence === sequence);

  beforeAll(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
  });
  afterEach(async () => {
    google.switches.invitationQuota = { limit: undefined, stickyMs: 60_000, blocks: 'guests' };
    google.mails.length = 0;
    await save({});
  });
  afterAll(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('mails nobody about a change of settings, and everybody once about a change of the meeting', async () => {
    const uid = await schedule(['a@else.example', 'b@else.example']);
    await synced(uid);
    google.mails.length = 0;
    await save({ visibility: 'private', includePassword: false });
    await pbx.until(() => entryOf(uid)?.visibility === 'private');
    expect(google.mails).toEqual([]);
    await update(uid, 1, { subject: 'Other', invitees: ['a@else.example', 'b@else.example'].map(person) });
    await synced(uid, 1);
    expect(google.mails.map((mail) => [mail.kind, mail.to]).sort()).toEqual([
      ['update', 'a@else.example'],
      ['update', 'b@else.example'],
    ]);
  });

  it('lets meetings without guests go on while Google pauses invitations', async () => {
    google.switches.invitationQuota = { limit: 1, stickyMs: 600_000, blocks: 'guests' };
    const first = await schedule(['a@else.example', 'b@else.example']);
    expect(await pbx.result(first, (result) => result.error !== null)).toMatchObject({
      state: 'pending',
      error: { code: 'quota-exceeded' },
      nextAttemptAt: expect.any(String),
    });
    const requests = google.requests.length;
    const second = await schedule(['c@else.example']);
    await pbx.result(second, (result) => result.error?.code === 'quota-exceeded');
    expect(google.requests).toHaveLength(requests);
    const alone = await schedule([]);
    await synced(alone);
    expect((await status()).problems.map((problem: { id: string }) => problem.id)).toContain('quota-exceeded');

    await save({ invitationsPaused: 'create-without-guests' });
    google.switches.invitationQuota = { limit: 1, stickyMs: 600_000, blocks: 'guests' };
    const third = await schedule(['d@else.example', 'e@else.example']);
    await pbx.result(third, (result) => result.state === 'pending' && result.eventId !== null);
    expect(entryOf(third)).toMatchObject({ summary: 'Weekly_Meeting' });
    expect(guestsOf(third)).toEqual([]);
    // The pause is over: the guests follow, and are invited once.
    google.switches.invitationQuota = { limit: undefined, stickyMs: 1, blocks: 'guests' };
    google.endInvitationPause();
    google.mails.length = 0;
    await agent.api('POST', `/api/v1/meetings/${pbx.device}/${third}/retry`);
    await synced(third);
    expect(guestsOf(third)).toEqual(['d@else.example', 'e@else.example']);
    expect(google.mails.filter((mail) => mail.to === 'd@else.example').map((mail) => mail.kind)).toEqual([
      'invitation',
    ]);
    await synced(first);
    await synced(second);
  });

  it('stops inviting at the cap of the hour, says so, and goes on when a person confirms', async () => {
    await save({ guestsPerHour: 3 });
    const before = await status();
    expect(before.problems.map((problem: { id: string }) => problem.id)).not.toContain('invitations-capped');
    const uids = [
      await schedule(['f@else.example', 'g@else.example']),
      await schedule(['h@else.example', 'i@else.example']),
    ];
    const waiting = await pbx.until(() =>
      uids.find((uid) => pbx.results.get(uid)?.error?.code === 'invitations-capped'),
    );
    expect(entryOf(waiting)).toBeUndefined();
    const problem = await problemNamed('invitations-capped');
    expect(problem).toMatchObject({ severity: 'warning', confirmable: true });
    const answer = await agent.api('POST', '/api/v1/problems/invitations-capped/confirm');
    expect(answer.body.released).toBeGreaterThanOrEqual(1);
    await synced(waiting);
  });

  it('sets back what a person changed, or leaves it and tells, as the settings say; never touches what is theirs', async () => {
    const uid = await schedule(['a@else.example']);
    await synced(uid);
    const id = entryOf(uid)?.id ?? '';
    google.editAsPerson(ACCOUNT.email, id, { summary: 'My own title', colorId: '5' });
    google.addGuest(ACCOUNT.email, id, 'added@else.example');
    await update(uid, 1, { room: '6501', invitees: [person('a@else.example')] });
    await synced(uid, 1);
    expect(entryOf(uid)).toMatchObject({
      summary: 'Weekly_Meeting',
      location: expect.stringContaining('6501'),
      colorId: '5',
    });
    expect(guestsOf(uid)).toEqual(['a@else.example', 'added@else.example']);
    const { history } = (await agent.api('GET', `/api/v1/meetings/${pbx.device}/${uid}`)).body;
    expect(history).toContainEqual(
      expect.objectContaining({ action: 'set back', detail: expect.stringContaining('summary') }),
    );

    await save({ changedInCalendar: 'leave' });
    google.editAsPerson(ACCOUNT.email, id, { summary: 'Mine again' });
    for (const sequence of [2, 3]) {
      await update(uid, sequence, { room: `650${sequence}`, invitees: [person('a@else.example')] });
      const result = await pbx.result(uid, (item) => item.sequence === sequence && item.state !== 'pending');
      expect(result.state).toBe('skipped');
      expect(result.warnings).toContainEqual(
        expect.objectContaining({ code: 'changed-in-calendar', message: expect.stringContaining('summary') }),
      );
      expect(entryOf(uid)).toMatchObject({ summary: 'Mine again', location: expect.stringContaining('6501') });
    }
    await pbx.send(cancellation(uid, 4), 'cancelled');
    await pbx.result(uid, (item) => item.state === 'cancelled');
    expect(entryOf(uid)).toBeUndefined();
  });

  it('leaves deleted what a person deleted, or makes it anew once with the next change, as the settings say', async () => {
    const uid = await schedule(['a@else.example']);
    await synced(uid);
    google.deleteAsPerson(ACCOUNT.email, entryOf(uid)?.id ?? '');
    await update(uid, 1, { subject: 'Still on', invitees: [person('a@else.example')] });
    expect((await pbx.result(uid, (item) => item.sequence === 1 && item.state === 'skipped')).warnings).toContainEqual(
      expect.objectContaining({ code: 'deleted-in-calendar' }),
    );
    // The new rule concerns what comes from now on: nothing is made anew by the switch itself.
    await save({ deletedInCalendar: 'recreate' });
    expect(entryOf(uid)).toBeUndefined();
    await update(uid, 2, { subject: 'On again', invitees: [person('a@else.example')] });
    await synced(uid, 2);
    expect(entryOf(uid)).toMatchObject({ summary: 'On again' });
    google.deleteAsPerson(ACCOUNT.email, entryOf(uid)?.id ?? '');
    google.mails.length = 0;
    await update(uid, 3, { subject: 'And again', invitees: [person('a@else.example')] });
    await synced(uid, 3);
    expect(google.mails.map((mail) => mail.kind)).toEqual(['invitation']);
  });

  async function problemNamed(id: string) {
    for (;;) {
      const found = (await status()).problems.find((problem: { id: string }) => problem.id === id);
      if (found !== undefined) return found;
    }
  }
});

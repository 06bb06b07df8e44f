import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

describe('a dry run', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  const times = ahead(7);
  const preview = (event: unknown, deviceId = pbx.device) =>
    agent.api('POST', '/api/v1/meetings/preview', { deviceId, event });
  const writes = () => google.requests.filter((request) => request.method !== 'GET' && /\/events/.test(request.path));
  const updated = (sequence: number, data: object) =>
    meetingEvent({ id: `u-${sequence}`, type: 'pbx.meeting.updated.v1', data: { ...times, sequence, ...data } });

  beforeAll(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
  });
  afterAll(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('shows the very request that the event then makes, and writes nothing', async () => {
    const event = meetingEvent({ data: times });
    const { status, body } = await preview(event);
    expect([status, body.action, body.warnings.map((warning: { code: string }) => warning.code)]).toEqual([
      200,
      'create',
      ['invitee-without-address'],
    ]);
    expect(body.nextOccurrences).toMatchObject([{ start: times.start, timeZone: 'Etc/GMT-1' }]);
    expect(writes()).toEqual([]);
    expect((await agent.api('GET', '/api/v1/meetings')).body.items).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('5021');

    await pbx.send(event);
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    const [sent] = writes();
    expect(body.request).toMatchObject({ method: sent?.method, query: { sendUpdates: 'all' }, body: sent?.body });
    expect(sent?.path).toBe(body.request.path);
  });

  it('tells what a change, a repetition, an older state and a cancellation would do', async () => {
    const patch = (await preview(updated(1, { subject: 'Other' }))).body;
    expect(patch).toMatchObject({ action: 'update', request: { method: 'PATCH', body: { summary: 'Other' } } });
    expect(patch.request.body).not.toHaveProperty('attendees');
    expect(patch.request.headers).toHaveProperty('If-Match');
    const again = meetingEvent({ id: 'again', data: times });
    expect((await preview(again)).body).toMatchObject({
      action: 'none',
      request: null,
      reason: expect.stringContaining('known already'),
    });
    const gone = (await preview(cancellation('6500-20240429-1', 4))).body;
    expect(gone).toMatchObject({
      action: 'cancel',
      request: { method: 'DELETE', query: { sendUpdates: 'all' }, body: null },
      nextOccurrences: [],
    });
    expect(writes()).toHaveLength(1);
  });

  it('shows each request of a series with a changed occurrence', async () => {
    const data = { ...times, uid: 'series', recurrence: { rrule: 'FREQ=DAILY;COUNT=4', excluded: [] } };
    const { body } = await preview(meetingEvent({ data }));
    expect(body.request.body.recurrence).toEqual(['RRULE:FREQ=DAILY;COUNT=4']);
    expect(body.nextOccurrences).toHaveLength(4);
  });

  it('says what holds a meeting back, and what is wrong with an event', async () => {
    const event = meetingEvent({ data: { ...times, uid: 'held' } });
    expect((await preview(event, 'unheard-of')).body).toMatchObject({ action: 'held', request: null });
    const wrong = await preview(meetingEvent({ data: { ...times, start: 'soon' } }));
    expect(wrong).toMatchObject({ status: 422, body: { code: 'schema', errors: [{ path: '/data/start' }] } });
    expect((await preview('nothing')).status).toBe(400);
    expect(writes()).toHaveLength(1);
  });

  it('reads an entry back and says field by field whether it is as it was written', async () => {
    const path = `/api/v1/meetings/${pbx.device}/6500-20240429-1`;
    expect((await agent.api('GET', path)).body).not.toHaveProperty('verification');
    const { verification } = (await agent.api('GET', `${path}?verify=true`)).body;
    expect(verification).toMatchObject({
      matches: true,
      entries: [{ occurrence: null, state: 'found', matches: true }],
    });
    const { eventId } = verification.entries[0];
    google.editAsPerson(ACCOUNT.email, eventId, { summary: 'Mine', colorId: '3' });
    const changed = (await agent.api('GET', `${path}?verify=true`)).body.verification;
    const wrong = changed.entries[0].fields.filter((field: { matches: boolean }) => !field.matches);
    expect(wrong).toEqual([{ field: 'summary', asked: 'Weekly_Meeting', held: 'Mine', matches: false }]);
    google.deleteAsPerson(ACCOUNT.email, eventId);
    const gone = (await agent.api('GET', `${path}?verify=true`)).body.verification;
    expect(gone).toMatchObject({ matches: false, entries: [{ matches: false }] });
    expect((await agent.api('GET', `${path}?verify=maybe`)).status).toBe(400);
  });
});

import nodeIcal from 'node-ical';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

/** Nothing is authorized here: the meetings wait, and can be carried into a calendar by hand. */
describe('while no account is authorized', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;

  beforeEach(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.signIn();
  });
  afterEach(async () => {
    await pbx?.[Symbol.asyncDispose]();
    await agent?.[Symbol.asyncDispose]();
    await google?.[Symbol.asyncDispose]();
  });

  it('the held meetings can be had as one file, and a series tells its next occurrences', async () => {
    const times = ahead(7);
    const weekly = { recurrence: { rrule: 'FREQ=WEEKLY;COUNT=4', excluded: [] }, timeZone: '' };
    await pbx.send(meetingEvent({ data: { ...times, ...weekly, uid: 'series' } }));
    await pbx.send(meetingEvent({ data: { ...ahead(9), uid: 'single' } }));
    await pbx.result('single', (result) => result.state === 'held');
    const second = `${new Date(Date.parse(`${times.start}Z`) + 7 * 86_400_000).toISOString().slice(0, 19)}`;
    await pbx.send(cancellation('series', 1, second), 'cancelled');
    await pbx.result('series', (result) => result.state === 'held' && result.sequence === 1);

    const file = await agent.api('GET', '/api/v1/meetings.ics');
    expect(file.headers.get('content-type')).toContain('text/calendar');
    expect(file.headers.get('content-disposition')).toContain('meetings-held.ics');
    const events = Object.values(nodeIcal.sync.parseICS(file.body)).filter((item) => item?.type === 'VEVENT');
    expect(events.map((event) => event?.uid).sort()).toEqual(['series@c074ad123456', 'single@c074ad123456']);
    expect((await agent.api('GET', '/api/v1/meetings.ics?state=synced')).status).toBe(409);
    expect((await agent.api('GET', '/api/v1/meetings.ics?state=unheard-of')).status).toBe(400);

    const { body } = await agent.api('GET', '/api/v1/meetings/c074ad123456/series');
    expect(body.nextOccurrences).toHaveLength(3);
    expect(body.nextOccurrences[0]).toMatchObject({ ...times, timeZone: 'Europe/Paris', changedFrom: null });
    // Ten in Paris is eight or nine in UTC.
    expect(body.nextOccurrences[0].startsAt).toMatch(/T0[89]:00:00\.000Z$/);
    const one = await agent.api('GET', '/api/v1/meetings/c074ad123456/series/ics');
    expect(one.body).toContain('TZID:Europe/Paris');
  });
});

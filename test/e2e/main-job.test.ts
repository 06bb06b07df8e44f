import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { type Mosquitto, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

describe.skipIf(withoutMosquitto)('the main job over Mosquitto', () => {
  let google: GoogleStandIn;
  let broker: Mosquitto;
  let agent: AgentProcess;
  let pbx: Pbx;

  beforeEach(async () => {
    google = await startCalendar();
    broker = await startMosquitto();
    agent = await startAgentProcess({ google, mqttUrl: broker.url });
    pbx = await connectPbx(broker.url);
    await pbx.identify();
  });
  afterEach(async () => {
    await pbx?.[Symbol.asyncDispose]();
    await agent?.[Symbol.asyncDispose]();
    await broker?.[Symbol.asyncDispose]();
    await google?.[Symbol.asyncDispose]();
  });

  it('turns the example message into the entry at the right hour, and keeps the host password nowhere', async () => {
    await agent.authorize(google);
    await pbx.send(meetingEvent());
    const result = await pbx.result('6500-20240429-1');
    expect(result).toMatchObject({ state: 'synced', sequence: 0, account: 'default', error: null });
    expect(result.warnings.map((warning) => warning.code).sort()).toEqual(['invitee-without-address', 'over']);
    expect(result.warnings.find((warning) => warning.code === 'invitee-without-address')?.message).toContain('1002');

    const [entry] = google.events(ACCOUNT.email);
    expect(entry?.id).toBe(result.eventId);
    expect(Date.parse(entry?.start?.dateTime ?? '')).toBe(Date.parse('2024-04-29T09:00:00Z'));
    expect(Date.parse(entry?.end?.dateTime ?? '')).toBe(Date.parse('2024-04-29T10:00:00Z'));
    expect(entry?.start?.timeZone).toBe('Etc/GMT-1');
    expect(entry?.attendees?.map((guest) => guest.email).sort()).toEqual([
      'ext1001@mycompanyabc.com',
      'guest@example.com',
    ]);
    expect(entry?.location).toBe('6500');
    expect(google.mails).toEqual([]);

    const files = readdirSync(agent.dataDir).map((name) => readFileSync(join(agent.dataDir, name), 'latin1'));
    const api = JSON.stringify((await agent.api('GET', '/api/v1/meetings/c074ad123456/6500-20240429-1')).body);
    const topics = pbx.seen.map((message) => message.payload);
    for (const place of [...files, ...topics, agent.output.join('\n'), api, JSON.stringify(google.requests)]) {
      expect(place).not.toMatch(/hostPassword|\b5021\b/);
    }
  });

  it('invites each guest of a coming meeting once, tells of one change once, and of the end once', async () => {
    await agent.authorize(google);
    const times = ahead(7);
    await pbx.send(meetingEvent({ data: times }));
    await pbx.result('6500-20240429-1');
    const guests = ['ext1001@mycompanyabc.com', 'guest@example.com'];
    expect(google.mails.map((mail) => [mail.kind, mail.to]).sort()).toEqual(guests.map((to) => ['invitation', to]));

    await pbx.send(
      meetingEvent({ id: 'again', type: 'pbx.meeting.updated.v1', data: { ...times, sequence: 1 } }),
      'updated',
    );
    await pbx.result('6500-20240429-1', (result) => result.sequence === 1);
    expect(google.mails).toHaveLength(2);

    await pbx.send(
      meetingEvent({ type: 'pbx.meeting.updated.v1', data: { ...times, sequence: 2, subject: 'Moved' } }),
      'updated',
    );
    await pbx.result('6500-20240429-1', (result) => result.sequence === 2);
    expect(
      google.mails
        .slice(2)
        .map((mail) => [mail.kind, mail.to])
        .sort(),
    ).toEqual(guests.map((to) => ['update', to]));

    await pbx.send(cancellation('6500-20240429-1', 3), 'cancelled');
    expect(await pbx.result('6500-20240429-1', (result) => result.sequence === 3)).toMatchObject({
      state: 'cancelled',
      eventId: null,
    });
    expect(
      google.mails
        .slice(4)
        .map((mail) => [mail.kind, mail.to])
        .sort(),
    ).toEqual(guests.map((to) => ['cancellation', to]));
    expect(google.events(ACCOUNT.email).map((entry) => entry.status)).toEqual(['cancelled']);
  });

  it('revives a cancelled meeting under its own id and follows the tick', async () => {
    await agent.authorize(google);
    const times = ahead(3);
    await pbx.send(meetingEvent({ data: times }));
    const first = await pbx.result('6500-20240429-1');
    await pbx.send(cancellation('6500-20240429-1', 1), 'cancelled');
    await pbx.result('6500-20240429-1', (result) => result.sequence === 1);
    await pbx.send(meetingEvent({ id: 'revived', data: { ...times, sequence: 2 } }));
    const revived = await pbx.result('6500-20240429-1', (result) => result.sequence === 2);
    expect(revived).toMatchObject({ state: 'synced', eventId: first.eventId });
    await pbx.send(
      meetingEvent({ type: 'pbx.meeting.updated.v1', data: { ...times, sequence: 3, syncToGoogleCalendar: false } }),
      'updated',
    );
    expect(await pbx.result('6500-20240429-1', (result) => result.sequence === 3)).toMatchObject({ state: 'skipped' });
    expect(google.events(ACCOUNT.email).filter((entry) => entry.status !== 'cancelled')).toEqual([]);
  });

  it('holds meetings until the account is authorized, and of a device until its firmware suffices', async () => {
    await pbx.identify({ firmware: '1.0.25.6' });
    await pbx.send(meetingEvent({ data: ahead(2) }));
    expect(await pbx.result('6500-20240429-1')).toMatchObject({ state: 'held', error: { code: 'firmware-too-old' } });
    await pbx.identify({ firmware: '1.0.25.13' });
    await pbx.result('6500-20240429-1', (result) => result.error?.code === 'not-authorized');
    await agent.authorize(google);
    expect(await pbx.result('6500-20240429-1', (result) => result.state === 'synced')).toBeTruthy();
  });

  it('answers what it cannot take with the reason, and goes on', async () => {
    await agent.authorize(google);
    await pbx.send('this is no JSON');
    await pbx.send(meetingEvent({ data: { start: 'tomorrow' } }));
    await pbx.until(() => pbx.rejected.length === 2);
    expect(pbx.rejected.map((item) => item.code)).toEqual(['invalid-json', 'schema']);
    expect(pbx.rejected[1]?.errors.map((item) => item.path)).toEqual(['/data/start']);
    await pbx.send(meetingEvent({ id: 'good', data: ahead(1) }));
    expect(await pbx.result('6500-20240429-1')).toMatchObject({ state: 'synced' });
  });

  it('leaves deleted what a person deleted in the calendar, and says so', async () => {
    await agent.authorize(google);
    const times = ahead(4);
    await pbx.send(meetingEvent({ data: times }));
    const { eventId } = await pbx.result('6500-20240429-1');
    google.deleteAsPerson(ACCOUNT.email, eventId ?? '');
    await pbx.send(
      meetingEvent({ type: 'pbx.meeting.updated.v1', data: { ...times, sequence: 1, subject: 'Changed' } }),
      'updated',
    );
    const result = await pbx.result('6500-20240429-1', (item) => item.sequence === 1);
    expect(result).toMatchObject({ state: 'skipped' });
    expect(result.warnings.map((warning) => warning.code)).toContain('deleted-in-calendar');
  });

  it('takes what arrived while it was away, and writes nothing twice after a restart', async () => {
    await agent.authorize(google);
    await pbx.send(meetingEvent({ data: ahead(5) }));
    await pbx.result('6500-20240429-1');
    await agent.kill();
    await pbx.send(meetingEvent({ id: 'offline', data: { ...ahead(6), uid: 'offline-1' } }));
    const writes = google.requests.filter((request) => request.method !== 'GET').length;
    const again = await startAgentProcess({ google, mqttUrl: broker.url, dataDir: agent.dataDir });
    try {
      expect(await pbx.result('offline-1')).toMatchObject({ state: 'synced' });
      const calls = google.requests
        .slice(writes)
        .filter((request) => request.method !== 'GET' && request.path.includes('/events'));
      expect(google.events(ACCOUNT.email)).toHaveLength(2);
      expect(calls.length).toBeLessThanOrEqual(2);
    } finally {
      await again[Symbol.asyncDispose]();
    }
  });

  it('ends with exit code 0 on SIGTERM', async () => {
    expect(await agent.kill('SIGTERM')).toBe(0);
  });
});

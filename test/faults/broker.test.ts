import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { type Mosquitto, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { slowWay } from './slow-way.ts';

const SOON = { timeout: 10_000 };
const uids = (count: number) => Array.from({ length: count }, (_, index) => `m-${index}`);
const eventOf = (uid: string, id = uid) => meetingEvent({ id, data: { uid, ...ahead(7) } });
const isWrite = ({ method, path }: { method: string; path: string }) => method !== 'GET' && /\/events/.test(path);

describe.skipIf(withoutMosquitto)('a broker at fault', () => {
  let google: GoogleStandIn;
  let dataDir: string;

  beforeEach(async () => {
    google = await startCalendar();
    dataDir = mkdtempSync(join(tmpdir(), 'broker-'));
  });
  afterEach(async () => {
    await google[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (mqttUrl: string, env: Record<string, string> = {}) =>
    startAgentProcess({ google, mqttUrl, dataDir, env });
  const problems = async (agent: AgentProcess): Promise<string[]> =>
    (await agent.api('GET', '/api/v1/status')).body.problems.map((item: { id: string }) => item.id);
  const synced = (pbx: Pbx, meetings: string[]) =>
    Promise.all(meetings.map((uid) => pbx.result(uid, (result) => result.state === 'synced')));

  /** One entry and one invitation to each of two guests for every meeting. */
  function expectEachOnce(meetings: string[]): void {
    const held = google.events(ACCOUNT.email).map((entry) => entry.extendedProperties?.private?.['pbxMeeting']);
    expect(held.toSorted()).toEqual([...meetings].toSorted());
    expect(google.mails).toHaveLength(meetings.length * 2);
    expect(google.mails.every((mail) => mail.kind === 'invitation')).toBe(true);
  }

  it('that restarts again and again while meetings arrive loses and doubles none', async () => {
    await using broker = await startMosquitto();
    await using agent = await start(broker.url);
    await agent.authorize(google);
    await using pbx = await connectPbx(broker.url);
    await pbx.identify();
    const meetings = uids(40);
    const sent: Promise<void>[] = [];
    for (const [index, uid] of meetings.entries()) {
      sent.push(pbx.send(eventOf(uid)));
      if (index % 15 !== 14) continue;
      await broker.stop();
      await broker.start();
    }
    await Promise.all(sent);
    await synced(pbx, meetings);
    expectEachOnce(meetings);
    await expect.poll(() => problems(agent), SOON).not.toContain('mqtt-disconnected');
  });

  it('that is away is told, and what was published meanwhile by others is taken afterwards', async () => {
    await using broker = await startMosquitto();
    await using agent = await start(broker.url);
    await agent.authorize(google);
    await broker.stop();
    await expect.poll(() => problems(agent), SOON).toContain('mqtt-disconnected');
    expect((await agent.api('GET', '/readyz')).status).toBe(503);
    await broker.start();
    await using pbx = await connectPbx(broker.url);
    await pbx.identify();
    await pbx.send(eventOf('m-0'));
    await synced(pbx, ['m-0']);
    await expect.poll(() => problems(agent), SOON).not.toContain('mqtt-disconnected');
  });

  it('that refuses the password is told, keeps the meetings, and gives them to the agent with the new one', async () => {
    await using broker = await startMosquitto([], { agent: 'first', pbx: 'pbx' });
    const login = (password: string) => ({ MQTT_USERNAME: 'agent', MQTT_PASSWORD: password });
    await using agent = await start(broker.url, login('first'));
    await agent.authorize(google);
    await broker.stop();
    broker.password('agent', 'second');
    await broker.start();
    await expect.poll(() => problems(agent), SOON).toContain('mqtt-refused');
    await using pbx = await connectPbx(broker.url, undefined, { username: 'pbx', password: 'pbx' });
    await pbx.identify();
    await pbx.send(eventOf('m-0'));
    expect(agent.output.join('\n')).not.toMatch(/first|second/);
    await agent.kill('SIGTERM');
    await using again = await start(broker.url, login('second'));
    await synced(pbx, ['m-0']);
    await again.signIn();
    expect(await problems(again)).not.toContain('session-lost');
    expectEachOnce(['m-0']);
  });

  it('that is slow delays, and no more', async () => {
    await using broker = await startMosquitto();
    await using way = await slowWay(broker.port, 150);
    await using agent = await start(`mqtt://127.0.0.1:${way.port}`);
    await agent.authorize(google);
    await using pbx = await connectPbx(broker.url);
    await pbx.identify();
    const meetings = uids(20);
    await Promise.all(meetings.map((uid) => pbx.send(eventOf(uid))));
    await synced(pbx, meetings);
    expectEachOnce(meetings);
    expect(await problems(agent)).toEqual([]);
  });

  it('that is full and dropped messages is made good by a resync, which writes only what is missing', async () => {
    await using broker = await startMosquitto(['max_queued_messages 5']);
    await using first = await start(broker.url);
    await first.authorize(google);
    await using pbx = await connectPbx(broker.url);
    await pbx.identify();
    await pbx.send(eventOf('m-0'));
    await synced(pbx, ['m-0']);
    await first.kill('SIGKILL');
    const meetings = uids(40);
    for (const uid of meetings) await pbx.send(eventOf(uid));
    await using agent = await start(broker.url);
    await agent.signIn();
    expect((await agent.api('GET', '/api/v1/meetings?limit=100')).body.items.length).toBeLessThan(meetings.length);
    expect((await agent.api('POST', `/api/v1/devices/${pbx.device}/resync`)).status).toBe(202);
    expect((await agent.api('POST', '/api/v1/devices/nobody/resync')).body.code).toBe('device-not-found');
    const { payload } = await pbx.until(() => pbx.commands.find((command) => command.name === 'resync'));
    for (const uid of meetings) await pbx.send(eventOf(uid, `${payload.requestId}-${uid}`));
    await synced(pbx, meetings);
    expectEachOnce(meetings);
    expect(google.requests.filter(isWrite)).toHaveLength(meetings.length);
  });

  it('that lost the session is told, every PBX is asked, and its answer costs no write and no mail', async () => {
    await using broker = await startMosquitto();
    await using agent = await start(broker.url);
    await agent.authorize(google);
    await using one = await connectPbx(broker.url);
    await using two = await connectPbx(broker.url, 'c074ad654321');
    const meetings = uids(10);
    for (const pbx of [one, two]) {
      await pbx.identify();
      for (const uid of meetings) await pbx.send(eventOf(uid, `${pbx.device}-${uid}`));
      await synced(pbx, meetings);
    }
    const before = { writes: google.requests.filter(isWrite).length, mails: google.mails.length };
    await broker.stop('SIGKILL');
    broker.forget();
    await broker.start();
    await expect.poll(() => problems(agent), SOON).toContain('session-lost');
    for (const pbx of [one, two]) {
      const { payload } = await pbx.until(() => pbx.commands.find((command) => command.name === 'resync'));
      for (const uid of meetings) await pbx.send(eventOf(uid, `${pbx.device}-${payload.requestId}-${uid}`));
      await pbx.client.publishAsync(
        `pbx/${pbx.device}/commands/reply`,
        JSON.stringify({ requestId: payload.requestId, ok: true, error: null }),
        { qos: 1 },
      );
    }
    await expect.poll(() => problems(agent), SOON).not.toContain('session-lost');
    // A meeting that comes after them: by its result the others have been looked at.
    await one.send(eventOf('last'));
    await synced(one, ['last']);
    expect(google.requests.filter(isWrite)).toHaveLength(before.writes + 1);
    expect(google.mails).toHaveLength(before.mails + 2);
    expect(await retainedOn(broker)).toEqual(
      expect.arrayContaining(meetings.map((uid) => `pbx/${two.device}/meetings/${uid}/result`)),
    );
  });
});

/** What a newcomer hears at once. */
async function retainedOn(broker: Mosquitto): Promise<string[]> {
  const topics: string[] = [];
  const client = await connectAsync(broker.url);
  client.on('message', (topic, _payload, packet) => void (packet.retain && topics.push(topic)));
  await client.subscribeAsync('pbx/#', { qos: 1 });
  await expect.poll(() => topics.length, SOON).toBeGreaterThan(20);
  await client.endAsync();
  return topics;
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../firmware-bridge/simulator/server.ts';
import { ahead } from '../fakes/meeting-event.ts';
import { type Mosquitto, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { failedPoll, type Listener, listen, poll, runBridge, settingsFor, simulator } from './harness.ts';

describe.skipIf(withoutMosquitto)('the bridge, when the PBX does not do as it should', () => {
  let broker: Mosquitto;
  let number = 0;
  let mac = '';
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  beforeEach(() => {
    number += 1;
    mac = `c0:74:ad:00:01:${String(number).padStart(2, '0')}`;
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  const cancellations = (heard: Listener) => heard.events.filter((event) => event.operation === 'cancelled');

  /** Three published meetings. */
  async function three(pbx: Simulator) {
    return [1, 2, 3].map((day) => pbx.schedule.add({ subject: `Meeting ${day}`, ...ahead(day) }).id);
  }

  it('tries a wrong password once, however often it is asked and restarted, and goes on when it was corrected', async () => {
    await using pbx = await simulator({ mac });
    await three(pbx);
    let password = 'wrong';
    const settings = settingsFor(pbx, { password: () => password });
    await using first = runBridge({ mqttUrl: broker.url, devices: [settings] });
    for (let attempt = 0; attempt < 10; attempt += 1) expect(await failedPoll(first)).toBe('pbx-login-refused');
    expect(pbx.api.counts.get('login refused')).toBe(1);
    await first.bridge[Symbol.asyncDispose]();
    for (let start = 0; start < 3; start += 1) {
      await using again = runBridge({ mqttUrl: broker.url, devices: [settings], dataDir: first.dataDir });
      expect(await failedPoll(again)).toBe('pbx-login-refused');
      expect(again.bridge.health()[0]?.problem?.fix).toContain('PBX_PASSWORD');
    }
    expect(pbx.api.counts.get('login refused')).toBe(1);
    expect(pbx.api.counts.get('locked')).toBeUndefined();
    password = pbx.password;
    await using corrected = runBridge({ mqttUrl: broker.url, devices: [settings], dataDir: first.dataDir });
    await poll(corrected);
    expect(corrected.bridge.health()[0]).toMatchObject({ state: 'ok', meetings: 3 });
  });

  it('never reads a missing permission as "no meetings", and tells it from a closed API', async () => {
    let now = Date.now();
    await using pbx = await simulator({ mac, clock: () => now });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)], clock: () => now });
    await three(pbx);
    await poll(running);
    pbx.api.switches.denied.add('listMultimediaConferenceReservationInfo');
    for (let look = 0; look < 4; look += 1) expect(await failedPoll(running)).toBe('pbx-no-permission');
    expect(running.bridge.health()[0]?.problem?.title).toContain('listMultimediaConferenceReservationInfo');
    pbx.api.switches.denied.clear();
    pbx.api.switches.apiClosed = true;
    now += 600_000;
    expect(await failedPoll(running)).toBe('pbx-api-closed');
    pbx.api.switches.apiClosed = false;
    // Within a minute after a refused login there is no other.
    expect(await failedPoll(running)).toBe('pbx-login-wait');
    now += 61_000;
    expect(await poll(running)).toBe(0);
    await heard.until(() => heard.events.length === 3 && heard.identities.at(-1)?.bridge.problem === null);
    await heard.settled();
    expect(cancellations(heard)).toEqual([]);
    expect(heard.identities.map((identity) => identity.bridge.problem?.code ?? null)).toContain('pbx-no-permission');
  });

  it('says offline while the PBX is down, reads its firmware anew, and loses and invents nothing by the reboot', async () => {
    await using pbx = await simulator({ mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    const [first] = await three(pbx);
    await poll(running);
    await heard.until(() => heard.availability.at(-1) === 'online');
    await pbx.down();
    expect(await failedPoll(running)).toBe('pbx-unreachable');
    await heard.until(() => heard.availability.at(-1) === 'offline');
    await pbx.up('1.0.35.2');
    pbx.schedule.edit(first ?? '', { subject: 'Renamed while away' });
    expect(await poll(running)).toBe(1);
    await heard.until(() => heard.availability.at(-1) === 'online' && heard.events.length === 4);
    expect(heard.identities.at(-1)).toMatchObject({ firmware: '1.0.35.2' });
    expect(cancellations(heard)).toEqual([]);
  });

  it('concludes nothing from a list with a lost page, from a web page, or from an answer without status', async () => {
    await using pbx = await simulator({ mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    await three(pbx);
    await poll(running);
    pbx.api.switches.losePage = 2;
    for (let look = 0; look < 3; look += 1) expect(await failedPoll(running)).toBe('list-incomplete');
    pbx.api.switches.losePage = null;
    pbx.api.switches.html = true;
    expect(await failedPoll(running)).toBe('not-a-pbx');
    pbx.api.switches.html = false;
    await poll(running);
    pbx.api.switches.withoutStatus = true;
    expect(await failedPoll(running)).toBe('pbx-answer');
    pbx.api.switches.withoutStatus = false;
    pbx.api.switches.statusOf.set('listMultimediaConferenceReservationInfo', -26);
    expect(await failedPoll(running)).toBe('pbx-busy');
    pbx.api.switches.statusOf.clear();
    expect(await poll(running)).toBe(0);
    await heard.until(() => heard.events.length === 3);
    await heard.settled();
    expect(cancellations(heard)).toEqual([]);
  });

  it('publishes nothing while a required field is missing, and names the keys but no value', async () => {
    await using pbx = await simulator({ mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    pbx.api.switches.withoutFields.add('open_calendar');
    pbx.schedule.add({ subject: 'Secret merger', ...ahead(1), password: '99887766' });
    expect(await failedPoll(running)).toBe('mapping-incomplete');
    const problem = running.bridge.health()[0]?.problem;
    expect(problem?.title).toContain('missing: googleSync');
    expect(problem?.title).toContain('start_time');
    expect(JSON.stringify(problem)).not.toMatch(/Secret merger|99887766/);
    await heard.until(() => heard.identities.at(-1)?.bridge.problem?.code === 'mapping-incomplete');
    await heard.settled();
    expect(heard.events).toEqual([]);
    expect(heard.wrong).toEqual([]);
    pbx.api.switches.withoutFields.clear();
    expect(await poll(running)).toBe(1);
  });

  it('that lost its folder names every meeting as before, with higher sequences and the same content', async () => {
    let now = Date.now();
    await using pbx = await simulator({ mac, clock: () => now });
    await using heard = await listen(broker.url, pbx.device);
    await three(pbx);
    {
      await using first = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)], clock: () => now });
      await poll(first);
      await heard.until(() => heard.events.length === 3);
    }
    now += 60_000;
    await using second = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)], clock: () => now });
    await poll(second);
    await heard.until(() => heard.events.length === 6);
    const content = heard.events.map((event) => ({ ...event.data, sequence: 0 }));
    expect(content.slice(3)).toEqual(content.slice(0, 3));
    for (const index of [0, 1, 2]) {
      expect(heard.events[index + 3]?.data.sequence).toBeGreaterThan(heard.events[index]?.data.sequence);
      expect(heard.events[index + 3]?.id).not.toBe(heard.events[index]?.id);
    }
  });

  it('asks by name before it believes a list that leaves meetings out', async () => {
    await using pbx = await simulator({ mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    const [first, second, third] = await three(pbx);
    await poll(running);
    pbx.api.switches.emptyList = true;
    for (let look = 0; look < 4; look += 1) expect(await poll(running)).toBe(0);
    expect(running.bridge.health()[0]).toMatchObject({
      problem: { code: 'list-collapsed' },
      warnings: [{ code: 'list-contradicts', count: 3 }],
    });
    pbx.api.switches.emptyList = false;
    expect(await poll(running)).toBe(0);
    expect(running.bridge.health()[0]?.problem).toBeNull();
    // Really deleted, all of them: the PBX denies each by name.
    for (const id of [first, second, third]) pbx.schedule.delete(id ?? '');
    expect(await poll(running)).toBe(0);
    expect(await poll(running)).toBe(3);
    await heard.until(() => cancellations(heard).length === 3);
  });

  it('holds back a meeting that is listed and not shown, and goes on with the others', async () => {
    await using pbx = await simulator({ mac });
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    await three(pbx);
    await poll(running);
    const ghost = pbx.schedule.add({ subject: 'Ghost', ...ahead(4) });
    const shown = pbx.schedule.meetings.get.bind(pbx.schedule.meetings);
    pbx.schedule.meetings.get = (id: string) => (id === ghost.id ? undefined : shown(id));
    pbx.schedule.add({ subject: 'Real', ...ahead(5) });
    expect(await poll(running)).toBe(1);
    expect(running.bridge.health()[0]?.warnings).toMatchObject([{ code: 'detail-refused', count: 1 }]);
    pbx.schedule.meetings.get = shown;
    expect(await poll(running)).toBe(1);
  });

  it('reads details again by and by, so that a change that the list does not show is found', async () => {
    let now = Date.now();
    await using pbx = await simulator({ mac, clock: () => now });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)], clock: () => now });
    const [first] = await three(pbx);
    await poll(running);
    // The agenda is in the detail alone.
    pbx.schedule.edit(first ?? '', { agenda: 'New agenda' });
    expect(await poll(running)).toBe(0);
    now += 16 * 60_000;
    expect(await poll(running)).toBe(1);
    await heard.until(() => heard.events.length === 4);
    expect(heard.events[3]?.data).toMatchObject({ uid: first, agenda: 'New agenda' });
  });

  it('takes the other dialect when the PBX does not know the actions of the first', async () => {
    await using pbx = await simulator({
      mac,
      preset: 'meetme',
      identity: 'ucm6304',
      api: { unknownActionStatus: -19 },
    });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    await three(pbx);
    await poll(running);
    await heard.until(() => heard.events.length === 3);
    expect(running.bridge.health()[0]).toMatchObject({ state: 'ok', dialect: 'meetme-1' });
  });

  it('goes on after a lock-out when its time is over, without another wrong try', async () => {
    let now = Date.now();
    await using pbx = await simulator({ mac, clock: () => now, api: { triesBeforeLock: 1, lockSeconds: 600 } });
    let password = 'somebody else typed this';
    const settings = settingsFor(pbx, { password: () => password });
    await using running = runBridge({ mqttUrl: broker.url, devices: [settings], clock: () => now });
    for (let look = 0; look < 3; look += 1) expect(await failedPoll(running)).toBe('pbx-locked');
    expect(pbx.api.counts.get('login')).toBe(1);
    password = pbx.password;
    now += 31 * 60_000;
    expect(await poll(running)).toBe(0);
    expect(pbx.api.counts.get('login')).toBe(2);
  });

  it('does with the list alone where the firmware knows no details, and says what is missing', async () => {
    await using pbx = await simulator({ mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    pbx.api.switches.statusOf.set('getMultimediaConferenceReservation', -19);
    await three(pbx);
    await poll(running);
    await heard.until(() => heard.events.length === 3);
    expect(heard.events[0]?.data).toMatchObject({ subject: 'Meeting 1', invitees: [], syncToGoogleCalendar: true });
    const [health] = running.bridge.health();
    expect(health).toMatchObject({ dialect: 'reservation-1', warnings: [{ code: 'detail-unsupported', count: 3 }] });
  });
});

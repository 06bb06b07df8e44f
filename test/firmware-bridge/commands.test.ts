import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadDialect } from '../../firmware-bridge/dialect/load.ts';
import type { Preset } from '../../firmware-bridge/simulator/server.ts';
import { ahead } from '../fakes/meeting-event.ts';
import { type Mosquitto, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { type Listener, listen, PRESETS, poll, renamedDialect, runBridge, settingsFor, simulator } from './harness.ts';

/** What a site would set once it has seen the names work. */
const CONFIRMED = loadDialect(
  '{"extends":"reservation-1","id":"confirmed","write":{"confirmed":true}}',
  'confirmed.json',
);
const dialectOf = (preset: Preset) => ({ reservation: CONFIRMED, meetme: null, renamed: renamedDialect() })[preset];

describe.skipIf(withoutMosquitto)('a command over MQTT', () => {
  let broker: Mosquitto;
  let number = 0;
  let mac = '';
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  beforeEach(() => {
    number += 1;
    mac = `c0:74:ad:00:03:${String(number).padStart(2, '0')}`;
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  async function answer(heard: Listener, name: string, document: Record<string, unknown>) {
    // Its identity shows that the bridge listens.
    await heard.until(() => heard.identities.length > 0);
    const requestId = `request-${Math.random()}`;
    await heard.command(name, { requestId, ...document });
    await heard.until(() => heard.replies.some((reply) => reply.requestId === requestId));
    return heard.replies.find((reply) => reply.requestId === requestId);
  }

  it('makes the bridge look at once, and tells why it could not', async () => {
    await using pbx = await simulator({ mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    await poll(running);
    pbx.schedule.add({ subject: 'A', ...ahead(1) });
    expect(await answer(heard, 'poll', {})).toMatchObject({ ok: true });
    await heard.until(() => heard.events.length === 1);
    await pbx.down();
    expect(await answer(heard, 'poll', {})).toMatchObject({
      ok: false,
      error: expect.stringContaining('cannot be reached'),
    });
  });

  it('publishes every meeting that is not over again, with the same sequence and the same id', async () => {
    let now = Date.now();
    await using pbx = await simulator({ mac, clock: () => now });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)], clock: () => now });
    const ids = [1, 3, 4, 9].map((day) => pbx.schedule.add({ subject: `Day ${day}`, ...ahead(day) }).id);
    await poll(running);
    pbx.schedule.delete(ids[3] ?? '');
    await poll(running);
    await poll(running);
    await heard.until(() => heard.events.length === 5);
    now += 2 * 86_400_000;
    expect(await answer(heard, 'resync', {})).toMatchObject({ ok: true });
    await heard.until(() => heard.events.length >= 7);
    await heard.settled();
    const again = heard.events.slice(5);
    // Two are to come; the cancelled one is told again, the one that is over is not.
    expect(again.map((event) => event.operation).sort()).toEqual(['cancelled', 'scheduled', 'scheduled']);
    for (const event of again) expect(heard.events.slice(0, 5)).toContainEqual(event);
  });

  it('is obeyed once, however often the broker delivers it', async () => {
    await using pbx = await simulator({ preset: 'meetme', mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx, { allowWrite: true })] });
    await poll(running);
    const data = { subject: 'Once', ...ahead(2), timeZone: 'Europe/Berlin', room: '6500', syncToGoogleCalendar: true };
    const document = { requestId: 'the-same', data };
    await heard.until(() => heard.identities.length > 0);
    for (let time = 0; time < 3; time += 1) await heard.command('schedule', document);
    await heard.until(() => heard.replies.length >= 1);
    await answer(heard, 'poll', {});
    expect(pbx.schedule.meetings.size).toBe(1);
    expect(pbx.api.counts.get('addMeetme')).toBe(1);
  });

  it.each(PRESETS)('schedules a meeting on the PBX, whose own event follows, preset %s', async (preset) => {
    await using pbx = await simulator({ preset, mac });
    await using heard = await listen(broker.url, pbx.device);
    const settings = settingsFor(pbx, { allowWrite: true, dialect: dialectOf(preset) });
    await using running = runBridge({ mqttUrl: broker.url, devices: [settings] });
    await poll(running);
    await heard.until(() => heard.identities.at(-1)?.capabilities.includes('schedule'));
    const reply = await answer(heard, 'schedule', {
      data: {
        subject: 'Planned here',
        ...ahead(4),
        timeZone: '(UTC+01:00) Europe/Berlin',
        recurrence: { rrule: 'FREQ=WEEKLY', excluded: [] },
        host: { extension: '1000', name: 'Arthur', email: 'arthur@example.com' },
        invitees: [{ extension: '1001', name: 'Ann', email: 'ann@example.com' }],
        room: '6500',
        password: '1234',
        hostPassword: '98761234',
        agenda: 'Plans',
        syncToGoogleCalendar: true,
      },
    });
    expect(reply).toMatchObject({ ok: true, uid: expect.any(String) });
    await heard.until(() => heard.events.length === 1);
    expect(heard.events[0]).toMatchObject({
      operation: 'scheduled',
      data: {
        uid: reply?.uid,
        subject: 'Planned here',
        ...ahead(4),
        invitees: [{ extension: '1001', name: 'Ann', email: 'ann@example.com' }],
        agenda: 'Plans',
        hostPassword: null,
      },
    });
    expect(heard.events[0]?.data.recurrence.rrule).toMatch(/^FREQ=WEEKLY/);
  });

  it('does not schedule with names that no site has confirmed, nor without being allowed to', async () => {
    await using pbx = await simulator({ mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx, { allowWrite: true })] });
    await poll(running);
    await heard.until(() => heard.identities.length > 0);
    expect(heard.identities.at(-1).capabilities).toEqual(['resync', 'poll']);
    const data = { subject: 'A', ...ahead(1), timeZone: '', syncToGoogleCalendar: true };
    expect(await answer(heard, 'schedule', { data })).toMatchObject({ ok: false });
    expect(pbx.schedule.meetings.size).toBe(0);
  });

  it.each([
    [{ subject: "It's" }, /does not take '/],
    [{ subject: '' }, /subject/],
    [{ end: '2020-01-01T00:00:00' }, /end must be after/],
    [{ timeZone: 'Nowhere/Else' }, /no time zone/],
    [{ recurrence: { rrule: 'FREQ=MONTHLY', excluded: [] } }, /cannot repeat a meeting as FREQ=MONTHLY/],
    [{ recurrence: { rrule: 'FREQ=DAILY', excluded: [] }, timeZone: 'Asia/Tokyo' }, /only in its own time zone/],
    [{ start: `${ahead(1).start.slice(0, 11)}23:30:00`, end: `${ahead(2).start.slice(0, 11)}00:30:00` }, /midnight/],
  ])('is refused in words that help: %j', async (change, words) => {
    await using pbx = await simulator({ preset: 'meetme', mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx, { allowWrite: true })] });
    await poll(running);
    const data = { subject: 'A', ...ahead(1), timeZone: '', room: '6500', syncToGoogleCalendar: true, ...change };
    const reply = await answer(heard, 'schedule', { data });
    expect(reply).toMatchObject({ ok: false, error: expect.stringMatching(words) });
    expect(pbx.schedule.meetings.size).toBe(0);
  });

  it('fills in the addresses of extensions from their user records, and keeps them when that is not permitted any more', async () => {
    let now = Date.now();
    const users = [{ extension: '1002', name: 'Ben', email: 'ben@example.com' }];
    await using pbx = await simulator({ mac, users, clock: () => now });
    await using heard = await listen(broker.url, pbx.device);
    const settings = settingsFor(pbx, { lookUpAddresses: true });
    await using running = runBridge({ mqttUrl: broker.url, devices: [settings], clock: () => now });
    pbx.schedule.add({ subject: 'A', ...ahead(5), invitees: [{ extension: '1002' }, { extension: '1003' }] });
    await poll(running);
    await heard.until(() => heard.events.length === 1);
    const invitees = [
      { extension: '1002', name: 'Ben', email: 'ben@example.com' },
      { extension: '1003', name: null, email: null },
    ];
    expect(heard.events[0]?.data.invitees).toEqual(invitees);
    now += 2 * 3_600_000;
    pbx.api.switches.denied.add('listUser');
    expect(await poll(running)).toBe(0);
    now += 2 * 3_600_000;
    pbx.api.switches.denied.clear();
    users.push({ extension: '1003', name: 'Cleo', email: 'cleo@example.com' });
    expect(await poll(running)).toBe(1);
    await heard.until(() => heard.events.length === 2);
    expect(heard.events[1]?.data.invitees[1]).toEqual({ extension: '1003', name: 'Cleo', email: 'cleo@example.com' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ahead } from '../fakes/meeting-event.ts';
import { type Mosquitto, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { listen, PRESETS, poll, runBridge, settingsFor, simulator } from './harness.ts';

describe.skipIf(withoutMosquitto)('the bridge between a PBX and a broker', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  it.each(PRESETS)('turns what happens to a meeting into events, preset %s', async (preset) => {
    const mac = `c0:74:ad:00:00:0${PRESETS.indexOf(preset)}`;
    await using pbx = await simulator({ preset, mac });
    await using heard = await listen(broker.url, pbx.device);
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(pbx)] });
    expect(await poll(running)).toBe(0);

    const times = ahead(5);
    const { id } = pbx.schedule.add({
      subject: 'Weekly_Meeting',
      ...times,
      agenda: 'Numbers',
      password: '1234',
      invitees: [{ extension: '1001', name: 'Ann', email: 'ann@example.com' }, { extension: '1002' }],
    });
    expect(await poll(running)).toBe(1);
    await heard.until(() => heard.events.length === 1);
    const first = heard.events[0];
    expect(first).toMatchObject({
      operation: 'scheduled',
      data: {
        uid: id,
        subject: 'Weekly_Meeting',
        ...times,
        recurrence: null,
        occurrence: null,
        host: { extension: '1000', email: 'arthur.morgan@mycompanyabc.com' },
        invitees: [
          { extension: '1001', name: 'Ann', email: 'ann@example.com' },
          { extension: '1002', name: null, email: null },
        ],
        room: '6500',
        password: '1234',
        hostPassword: null,
        agenda: 'Numbers',
        syncToGoogleCalendar: true,
      },
    });
    expect(first?.data.timeZone).toContain('Europe/Berlin');
    expect(first?.data.sequence).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1_000) - 5);

    expect(await poll(running)).toBe(0);
    pbx.schedule.edit(id, { subject: 'Moved', start: times.start.replace('T10', 'T09') });
    await poll(running);
    pbx.schedule.edit(id, { ticked: false });
    await poll(running);
    pbx.schedule.edit(id, { ticked: true });
    await poll(running);
    pbx.schedule.delete(id);
    expect(await poll(running)).toBe(0);
    expect(await poll(running)).toBe(1);
    await heard.until(() => heard.events.length === 5);
    expect(heard.events.map((event) => event.operation)).toEqual([
      'scheduled',
      'updated',
      'updated',
      'updated',
      'cancelled',
    ]);
    expect(heard.events[1]?.data).toMatchObject({ subject: 'Moved', start: times.start.replace('T10', 'T09') });
    expect(heard.events.map((event) => event.data.syncToGoogleCalendar)).toEqual([true, true, false, true, undefined]);
    const sequences = heard.events.map((event) => event.data.sequence);
    expect(sequences).toEqual([...sequences].sort((left, right) => left - right));
    expect(new Set(sequences).size).toBe(5);
    expect(heard.identities.at(-1)).toMatchObject({
      model: preset === 'meetme' ? 'UCM6202' : 'UCM6304',
      mac,
      timeZone: 'Europe/Berlin',
      capabilities: ['resync', 'poll'],
      bridge: { problem: null },
    });
    expect(heard.wrong).toEqual([]);
  });
});

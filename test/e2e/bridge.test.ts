import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Simulator } from '../../firmware-bridge/simulator/server.ts';
import { toInstant } from '../../src/domain/zone.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead } from '../fakes/meeting-event.ts';
import { type Mosquitto, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { type Listener, listen, PRESETS, simulator } from '../firmware-bridge/harness.ts';
import { type BridgeProcess, startBridgeProcess } from '../firmware-bridge/process.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

const RENAMED = new URL('../../firmware-bridge/simulator/renamed-dialect.json', import.meta.url).pathname;

describe.skipIf(withoutMosquitto)('a meeting scheduled on a PBX', () => {
  let google: GoogleStandIn;
  let broker: Mosquitto;
  let agent: AgentProcess;
  beforeAll(async () => {
    google = await startCalendar();
    broker = await startMosquitto();
    agent = await startAgentProcess({ google, mqttUrl: broker.url });
    await agent.authorize(google);
  });
  afterAll(async () => {
    await agent?.[Symbol.asyncDispose]();
    await broker?.[Symbol.asyncDispose]();
    await google?.[Symbol.asyncDispose]();
  });

  /** Asks the bridge to look now, over MQTT as the agent does, and waits for its answer. */
  async function look(heard: Listener): Promise<void> {
    const requestId = `look-${Math.random()}`;
    await heard.command('poll', { requestId });
    await heard.until(() => heard.replies.some((reply) => reply.requestId === requestId));
    expect(heard.replies.find((reply) => reply.requestId === requestId)).toEqual({ requestId, ok: true });
  }

  const entries = (subject: RegExp) =>
    google.events(ACCOUNT.email).filter((entry) => entry.status !== 'cancelled' && subject.test(entry.summary ?? ''));

  it.each(PRESETS)(
    'is in the calendar after one look, follows each change, and leaves with it, preset %s',
    async (preset) => {
      const mac = `c0:74:ad:00:02:0${PRESETS.indexOf(preset)}`;
      const folder = mkdtempSync(join(tmpdir(), 'bridge-e2e-'));
      const meetme = join(folder, 'dialect.json');
      writeFileSync(meetme, '{"extends":"meetme-1"}');
      // A model that the agent supports; which actions its firmware has is another matter.
      await using pbx: Simulator = await simulator({ preset, mac, identity: 'ucm6304' });
      await using heard: Listener = await listen(broker.url, pbx.device);
      await using bridge: BridgeProcess = await startBridgeProcess({
        PBX_URL: pbx.url,
        PBX_USER: pbx.user,
        PBX_PASSWORD: pbx.password,
        PBX_TLS_FINGERPRINT: pbx.fingerprint,
        PBX_TIME_ZONE: 'Europe/Berlin',
        POLL_SECONDS: '3600',
        DATA_DIR: folder,
        MQTT_URL: broker.url,
        ...(preset === 'reservation' ? {} : { DIALECT_FILE: preset === 'meetme' ? meetme : RENAMED }),
      });
      await heard.until(() => heard.availability.at(-1) === 'online');
      const name = `Standup_${preset}`;
      const done = async (count: number) => {
        for (;;) {
          const answer = await agent.api('GET', `/api/v1/meetings?device=${pbx.device}`);
          const items: { state: string; sequence: number }[] = answer.body.items;
          const settled = items.every((item) => ['synced', 'skipped', 'cancelled'].includes(item.state));
          const highest = Math.max(...heard.events.map((event) => event.data.sequence));
          if (settled && heard.events.length === count && items.some((item) => item.sequence === highest)) return;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };

      const times = ahead(7);
      const weekly = pbx.schedule.add({ subject: name, ...times, repeat: 'weekly', hostPassword: '70615243' });
      await look(heard);
      await done(1);
      expect(entries(new RegExp(name))).toHaveLength(1);
      const [entry] = entries(new RegExp(name));
      expect(Date.parse(entry?.start?.dateTime ?? '')).toBe(toInstant(times.start, 'Europe/Berlin'));
      expect(entry?.start?.timeZone).toBe('Europe/Berlin');
      expect(entry?.recurrence?.[0]).toMatch(/^RRULE:FREQ=WEEKLY/);

      pbx.schedule.edit(weekly.id, { subject: `${name}_changed` });
      await look(heard);
      await done(2);
      expect(entries(new RegExp(name)).map((one) => one.summary)).toEqual([`${name}_changed`]);

      let count = 2;
      if (preset !== 'meetme') {
        // The generation before knows no single changed occurrence.
        const second = new Date(Date.parse(`${times.start}Z`) + 7 * 86_400_000).toISOString().slice(0, 19);
        const moved = { start: `${second.slice(0, 11)}15:00:00`, end: `${second.slice(0, 11)}16:00:00` };
        pbx.schedule.editOccurrence(weekly.id, second, moved);
        await look(heard);
        count += 1;
        await done(count);
        const instance = google
          .events(ACCOUNT.email)
          .find((one) => one.recurringEventId === entry?.id && one.status !== 'cancelled');
        expect(Date.parse(instance?.start?.dateTime ?? '')).toBe(toInstant(moved.start, 'Europe/Berlin'));
      }

      // With the series its moved occurrence loses and gets the tick.
      const items = pbx.schedule.meetings.size;
      pbx.schedule.edit(weekly.id, { ticked: false });
      await look(heard);
      count += items;
      await done(count);
      expect(entries(new RegExp(name)).filter((one) => one.recurringEventId === undefined)).toEqual([]);

      pbx.schedule.edit(weekly.id, { ticked: true });
      await look(heard);
      count += items;
      await done(count);
      expect(entries(new RegExp(name)).filter((one) => one.recurringEventId === undefined)).toHaveLength(1);

      pbx.schedule.delete(weekly.id);
      await look(heard);
      await look(heard);
      count += 1;
      await done(count);
      expect(entries(new RegExp(name))).toEqual([]);
      expect(heard.events.filter((event) => event.operation === 'cancelled')).toHaveLength(1);

      const kept = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'));
      for (const place of [...kept, bridge.output.join('\n'), JSON.stringify(heard.events)]) {
        expect(place).not.toContain('70615243');
        expect(place).not.toContain(pbx.password);
      }
      expect(await bridge.kill()).toBe(0);
      await heard.until(() => heard.availability.at(-1) === 'offline');
      rmSync(folder, { recursive: true, force: true });
    },
  );
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { freePort, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

const EVENTS = 200;
const KILLS = 4;

/** A small generator with a seed, so that a failing run can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

describe('the agent killed at random moments while events flow', () => {
  let google: GoogleStandIn;
  let dataDir: string;

  beforeEach(async () => {
    google = await startCalendar();
    dataDir = mkdtempSync(join(tmpdir(), 'survival-'));
  });
  afterEach(async () => {
    await google[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Publishes, kills and restarts; returns the uids whose publication was acknowledged. */
  async function storm(start: () => Promise<AgentProcess>, pbx: () => Promise<Pbx>): Promise<Set<string>> {
    const random = seeded(7);
    let agent = await start();
    await agent.authorize(google);
    const acknowledged = new Set<string>();
    let bridge = await pbx();
    await bridge.identify();
    const killAt = new Set(
      Array.from({ length: KILLS }, (_, index) => Math.floor((EVENTS / (KILLS + 1)) * (index + 0.5 + random()))),
    );
    for (let number = 0; number < EVENTS; number += 1) {
      const uid = `storm-${number}`;
      const event = meetingEvent({ data: { uid, ...ahead(2 + (number % 20)), subject: `Meeting ${number}` } });
      const sent = bridge.send(event).then(
        () => acknowledged.add(uid),
        () => undefined,
      );
      if (killAt.has(number)) {
        await agent.kill('SIGKILL');
        agent = await start();
        const old = bridge;
        bridge = await pbx();
        await old[Symbol.asyncDispose]();
        // Sent again, as a bridge does that got no acknowledgement; the same id makes it harmless.
        await bridge.send(event);
        acknowledged.add(uid);
      } else {
        await sent;
      }
    }
    try {
      for (const uid of acknowledged) await bridge.result(uid, (result) => result.state === 'synced');
    } finally {
      await bridge[Symbol.asyncDispose]();
      await agent[Symbol.asyncDispose]();
    }
    return acknowledged;
  }

  function expectEachOnce(uids: Set<string>): void {
    const entries = google.events(ACCOUNT.email);
    const byMeeting = entries.map((entry) => entry.extendedProperties?.private?.['pbxMeeting']);
    expect(byMeeting).toHaveLength(new Set(byMeeting).size);
    expect([...uids].filter((uid) => !byMeeting.includes(uid))).toEqual([]);
    const mails = google.mails.map((mail) => `${mail.kind} ${mail.eventId} ${mail.to}`);
    expect(mails.filter((mail, index) => mails.indexOf(mail) !== index)).toEqual([]);
    expect(mails).toHaveLength(entries.length * 2);
    expect(google.mails.every((mail) => mail.kind === 'invitation')).toBe(true);
  }

  it.skipIf(withoutMosquitto)(
    'has every acknowledged meeting exactly once over Mosquitto',
    { timeout: 90_000 },
    async () => {
      await using broker = await startMosquitto();
      const start = () => startAgentProcess({ google, mqttUrl: broker.url, dataDir });
      expectEachOnce(await storm(start, () => connectPbx(broker.url)));
    },
  );

  it('has every acknowledged meeting exactly once over the embedded broker', { timeout: 90_000 }, async () => {
    const embeddedPort = await freePort();
    const start = () => startAgentProcess({ google, embeddedPort, dataDir });
    expectEachOnce(await storm(start, () => connectPbx(`mqtt://127.0.0.1:${embeddedPort}`)));
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { freePort, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { clockEnv, createTestClock } from '../faults/clock.ts';
import { seeded } from '../faults/random.ts';
import { storm } from '../faults/storm.ts';
import { FAST_CLOCK } from '../faults/world.ts';
import { startAgentProcess, startCalendar } from './harness.ts';

const EVENTS = 200;
const KILLS = 4;

describe('the agent killed at random moments while events flow', () => {
  const clock = createTestClock(10);
  let google: GoogleStandIn;
  let dataDir: string;

  beforeEach(async () => {
    google = await startCalendar({ now: clock.now });
    dataDir = mkdtempSync(join(tmpdir(), 'survival-'));
  });
  afterEach(async () => {
    await google[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function expectNoHarm(broker: { mqttUrl: string } | { embeddedPort: number }, connect: () => Promise<Pbx>) {
    const start = () => startAgentProcess({ google, dataDir, env: clockEnv(clock), imports: [FAST_CLOCK], ...broker });
    const outcome = await storm({ google, start, connect, events: EVENTS, kills: KILLS, random: seeded(7) });
    expect(outcome).toMatchObject({ violations: [], acknowledged: EVENTS, kills: KILLS });
    expect(outcome.meetings).toBeGreaterThan(EVENTS / 2);
  }

  it.skipIf(withoutMosquitto)(
    'has every acknowledged meeting exactly once over Mosquitto',
    { timeout: 90_000 },
    async () => {
      await using broker = await startMosquitto(['autosave_on_changes false']);
      await expectNoHarm({ mqttUrl: broker.url }, () => connectPbx(broker.url));
    },
  );

  it('has every acknowledged meeting exactly once over the embedded broker', { timeout: 90_000 }, async () => {
    const embeddedPort = await freePort();
    await expectNoHarm({ embeddedPort }, () => connectPbx(`mqtt://127.0.0.1:${embeddedPort}`));
  });
});

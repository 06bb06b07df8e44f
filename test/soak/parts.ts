import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { connectPbx } from '../fakes/pbx.ts';
import { clockEnv, createTestClock } from '../faults/clock.ts';
import { seeded, shuffled } from '../faults/random.ts';
import { planRounds } from '../faults/rounds.ts';
import { storm } from '../faults/storm.ts';
import { allCells, type Cell } from '../faults/table.ts';
import { Walker } from '../faults/walker.ts';
import { FAST_CLOCK, startWorld } from '../faults/world.ts';
import { median, watchGrowth } from './growth.ts';

/** What a part of the soak did, in a line, and what went wrong. */
export interface Outcome {
  walked: string;
  violations: string[];
}

export type Say = (text: string) => void;

/** Events flow while the agent is killed again and again. */
export async function killTest(
  broker: { url: string; agent: { mqttUrl: string } | { embeddedPort: number } },
  size: { kills: number; events: number; seed: number },
  say: Say,
): Promise<Outcome> {
  const clock = createTestClock(30);
  const dataDir = mkdtempSync(join(tmpdir(), 'soak-'));
  try {
    await using google = await startCalendar({ now: clock.now });
    const outcome = await storm({
      google,
      start: () => startAgentProcess({ google, dataDir, env: clockEnv(clock), imports: [FAST_CLOCK], ...broker.agent }),
      connect: () => connectPbx(broker.url),
      events: size.events,
      kills: size.kills,
      random: seeded(size.seed),
      onKill: (count) => {
        if (count % 10 === 0) say(`${count} of ${size.kills} kills`);
      },
    });
    const { kills, acknowledged, meetings, violations } = outcome;
    const mails = google.mails.length;
    return {
      walked: `${kills} kills -9, ${acknowledged} events, ${meetings} meetings, ${mails} mails`,
      violations,
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Pass after pass in another order, each with an agent and a calendar of its own, until the time is over. */
export async function matrix(size: { untilMs: number; seed: number }, say: Say): Promise<Outcome> {
  const random = seeded(size.seed);
  const cells = allCells();
  const met = new Set<Cell>();
  const violations: string[] = [];
  let walked = 0;
  let kept = 0;
  for (let pass = 1; walked === 0 || Date.now() < size.untilMs; pass += 1) {
    const rounds = shuffled(planRounds(shuffled(cells, random)), random);
    await using world = await startWorld();
    const walker = new Walker(world, random);
    for (const [index, round] of rounds.entries()) {
      if (walked > 0 && Date.now() >= size.untilMs) break;
      const own = Object.values(round.cells).flat();
      const wrong = await walker.walk(round);
      for (const text of wrong) say(`VIOLATION ${text}`);
      violations.push(...wrong);
      for (const cell of own) met.add(cell);
      walked += own.length;
      kept += 1;
      if ((index + 1) % 20 === 0) say(`pass ${pass}: round ${index + 1} of ${rounds.length}, ${walked} cells`);
    }
    violations.push(...(await walker.resync()));
    for (const uid of world.touched()) violations.push(`${uid}: changed although nothing was asked of it`);
  }
  return {
    walked: `${met.size} of ${cells.length} cells, ${walked} walks in ${kept} rounds, each with a kill -9`,
    violations,
  };
}

/** Memory and open files of one process under load. */
export async function growth(untilMs: number, say: Say): Promise<Outcome> {
  const { samples, violations } = await watchGrowth(untilMs);
  for (const { meetings, rssMb, files } of samples) say(`${meetings} meetings: ${rssMb} MB, ${files} open files`);
  const [first, last] = [samples[0], samples.at(-1)];
  const sizes = samples.map((sample) => sample.rssMb);
  return {
    walked: `${last?.meetings} meetings in one process: ${first?.rssMb} -> ${last?.rssMb} MB (median ${median(sizes)}, most ${Math.max(...sizes)}), ${first?.files} -> ${last?.files} open files`,
    violations,
  };
}

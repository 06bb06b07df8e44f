import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded, shuffled } from './random.ts';
import { planRounds, type Round } from './rounds.ts';
import { allCells, FAILURES, MOMENTS } from './table.ts';
import { Walker } from './walker.ts';
import { startWorld, type World } from './world.ts';

/** The same share each time; another one with FAULT_SEED=n, all of them with `npm run soak`. */
const SEED = Number(process.env['FAULT_SEED'] ?? 1);
const SHARE: Record<Round['kind'], number> = { meetings: 2, grant: 1, clock: 1, token: 1, requests: 1 };

/** Buttons are pressed one after the other, so a few must do. */
const short = ({ kind, cells }: Round): Round => ({
  kind,
  cells: { before: cells.before.slice(0, 2), during: cells.during.slice(0, 2), after: cells.after.slice(0, 2) },
});

describe('the fault matrix', () => {
  const cells = allCells();
  const random = seeded(SEED);
  const rounds = planRounds(shuffled(cells, random));
  const share = Object.entries(SHARE).flatMap(([kind, count]) =>
    rounds
      .filter((round) => round.kind === kind)
      .slice(0, count)
      .map((round) => (kind === 'requests' ? short(round) : round)),
  );
  let world: World;
  let walker: Walker;

  beforeAll(async () => {
    world = await startWorld();
    walker = new Walker(world, random);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('has every call to Google, every failure and every moment, and each cell in one round', () => {
    const calls = new Set(cells.map((cell) => cell.operation));
    const walked = share.flatMap((round) => Object.values(round.cells).flat()).length;
    console.log(
      `fault matrix: ${cells.length} cells = ${calls.size} calls x ${Object.keys(FAILURES).length} failures x ${MOMENTS.length} moments, less what cannot be; ${walked} of them are walked here (seed ${SEED})`,
    );
    expect(cells.length).toBeGreaterThan(1_000);
    const planned = rounds.flatMap((round) => Object.values(round.cells).flat());
    expect(new Set(planned).size).toBe(cells.length);
    expect(planned).toHaveLength(cells.length);
  });

  it.each(share.map((round) => [round.kind, Object.values(round.cells).flat().length, round] as const))(
    'ends with nothing lost, doubled, mailed needlessly or hidden: %s, %d cells',
    { timeout: 60_000 },
    async (_kind, _count, round) => {
      expect(await walker.walk(round)).toEqual([]);
    },
  );

  it('leaves nothing to write and nobody to mail after a restart in which the PBX publishes all of it again', async () => {
    expect(await walker.resync()).toEqual([]);
    expect(world.touched()).toEqual([]);
    expect(world.google.unknownFields).toEqual([]);
  });
});

import fc from 'fast-check';
import { DEVICE, type EngineBench, openEngineBench } from '../fakes/engine-bench.ts';
import type { Fate, Shown } from '../fakes/google/in-process.ts';
import type { Switches } from '../fakes/google/switches.ts';
import { type Told, told } from './meetings.ts';

/**
 * Whatever the order in which the events of one meeting arrive, however often, and whatever fails meanwhile: the calendar
 * ends up as if the last word alone had been said. Events run through the real ledger, plan and delivery into the strict
 * stand-in; calendar writes are refused or lose their answers, and the process ends before it could note an outcome.
 */

export interface InterleavingCounts {
  interleavings: number;
  events: number;
  writes: number;
  refused: number;
  lost: number;
  crashes: number;
}

/** People look at the calendar until then. */
const HORIZON = Date.parse('2027-06-01T00:00:00Z');

/** What the agent gets to do after an event: nothing, one attempt, or all that there is to do. */
const TURNS = {
  '': async (_bench: EngineBench) => {},
  '.': (bench: EngineBench) => bench.turn(),
  '!': (bench: EngineBench) => bench.drain(),
};

interface History {
  all: Told[];
  order: number[];
  turns: (keyof typeof TURNS)[];
  fates: (Fate | 'crash')[];
  /** What nobody knows for certain of the service, one way or the other. */
  service: Pick<
    Switches,
    'revive' | 'patchTombstone' | 'secondDelete' | 'noopPatchMovesEtag' | 'ambiguousClock' | 'movedSeries'
  >;
}

/** Sequences 0.. as told; `order` says when each arrives, some twice; after each the agent may get its turn. */
const history: fc.Arbitrary<History> = fc.array(told, { minLength: 1, maxLength: 9 }).chain((all) =>
  fc.record({
    all: fc.constant(all),
    order: fc
      .tuple(
        fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
        fc.array(fc.nat(all.length - 1), { maxLength: 3 }),
      )
      .map(([order, again]) => [...order, ...again]),
    turns: fc.array(fc.constantFrom('' as const, '.' as const, '!' as const), {
      minLength: all.length + 3,
      maxLength: all.length + 3,
    }),
    fates: fc.array(fc.constantFrom<Fate | 'crash'>('done', 'done', 'done', 'done', 'refused', 'lost', 'crash'), {
      maxLength: 12,
    }),
    service: fc.record({
      revive: fc.constantFrom<Switches['revive']>('works', 'works', 403, 404, 410),
      patchTombstone: fc.constantFrom<Switches['patchTombstone']>('stays-cancelled', 403, 404, 410),
      secondDelete: fc.constantFrom<Switches['secondDelete']>(410, 403),
      noopPatchMovesEtag: fc.boolean(),
      ambiguousClock: fc.constantFrom<Switches['ambiguousClock']>('later', 'earlier'),
      movedSeries: fc.constantFrom<Switches['movedSeries']>('drops-exceptions', 'keeps-exceptions'),
    }),
  }),
);

/** Runs `size` random histories. Raises fast-check's report, with the seed and the shortest history that goes wrong. */
export async function searchInterleavings(size: number, seed: number, path?: string): Promise<InterleavingCounts> {
  const counts = { interleavings: 0, events: 0 };
  await using bench = await openEngineBench({ now: '2026-09-01T00:00:00Z' });
  await fc.assert(
    fc.asyncProperty(history, async ({ all, order, turns, fates, service }) => {
      Object.assign(bench.calendar.world.switches, service);
      counts.interleavings += 1;
      const uid = `m${counts.interleavings}`;
      bench.fates.splice(0, bench.fates.length, ...fates);
      for (const [at, sequence] of order.entries()) {
        const item = all[sequence] as Told;
        await tell(bench, uid, item, { sequence, id: `${uid}-${at}` });
        counts.events += 1;
        await TURNS[turns[at] ?? ''](bench);
      }
      bench.fates.length = 0;
      await bench.drain();
      const reached = bench.calendar.seen(uid, HORIZON);

      // The last word alone, told to an agent that never heard of the meeting.
      const alone = `${uid}-alone`;
      for (const [sequence, item] of lastWord(all))
        await tell(bench, alone, item, { sequence, id: `${alone}-${sequence}` });
      await bench.drain();
      const expected = bench.calendar.seen(alone, HORIZON);
      if (JSON.stringify(reached) !== JSON.stringify(expected))
        throw new Error(`the calendar shows\n${missing(reached, expected)}\ninstead of\n${missing(expected, reached)}`);

      // Looked at again with nothing new, nothing is written.
      const before = bench.calendar.writes();
      await bench.ledger.wake({ key: { device: DEVICE, uid } });
      await bench.drain();
      if (bench.calendar.writes() !== before) throw new Error('a second look wrote something');
    }),
    { numRuns: size, seed, reporter: report, ...(path === undefined ? {} : { path, endOnFailure: true }) },
  );
  const { refused, lost, crash: crashes } = bench.came;
  return { ...counts, writes: bench.calendar.writes(), refused, lost, crashes };
}

async function tell(
  bench: EngineBench,
  uid: string,
  { occurrence, cancelled, meeting }: Told,
  at: { sequence: number; id: string },
): Promise<void> {
  const operation = cancelled ? 'cancelled' : 'updated';
  await bench.publish(operation, {
    specversion: '1.0',
    id: at.id,
    source: '/pbx',
    type: `pbx.meeting.${operation}.v1`,
    data: { ...(cancelled ? {} : meeting), uid, sequence: at.sequence, occurrence },
  });
}

/** The lines that the first list has more often than the second. */
function missing(some: readonly Shown[], others: readonly Shown[]): string {
  const left = others.map((item) => JSON.stringify(item));
  const only = some
    .map((item) => JSON.stringify(item))
    .filter((line) => {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  return only.slice(0, 8).join('\n');
}

/** The shortest history that goes wrong, as a person can read it. */
function report(run: fc.RunDetails<[History]>): void {
  if (!run.failed) return;
  const [found] = run.counterexample ?? [];
  const lines = (found?.all ?? []).map(({ occurrence, cancelled, meeting }, sequence) => {
    const { start, end, timeZone, subject, recurrence, invitees, syncToGoogleCalendar: tick } = meeting;
    const guests = invitees.map((guest) => guest.name).join('+');
    const rest = `${start}/${end.slice(11)} ${timeZone} ${subject} ${JSON.stringify(recurrence)} ${guests} ${tick ? '' : 'unticked'}`;
    return `${sequence} ${occurrence ?? 'whole'} ${cancelled ? 'CANCELLED' : rest}`;
  });
  const { order, turns, fates, service } = found ?? { order: [], turns: [], fates: [], service: null };
  const arrivals = order.map((sequence, at) => `${sequence}${turns[at] ?? ''}`).join(' ');
  throw new Error(
    `seed ${run.seed}, path ${run.counterexamplePath}\n${lines.join('\n')}\narrive ${arrivals}; writes ${fates.join(' ')}; ${JSON.stringify(service)}\n${
      run.errorInstance instanceof Error ? run.errorInstance.message : ''
    }`,
  );
}

/** What counts in the end, by the contract: per occurrence the highest sequence; a cancellation voids what came before. */
function lastWord(all: readonly Told[]): [number, Told][] {
  const entries = [...all.entries()];
  const withdrawn = Math.max(
    -1,
    ...entries.filter(([, item]) => item.occurrence === null && item.cancelled).map(([at]) => at),
  );
  const last = new Map<string | null, [number, Told]>();
  for (const entry of entries) last.set(entry[1].occurrence, entry);
  return [...last.values()].filter(([at, item]) => item.occurrence === null || at > withdrawn);
}

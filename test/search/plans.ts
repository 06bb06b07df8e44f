import fc from 'fast-check';
import type { DesiredState } from '../../src/domain/meeting.ts';
import { plan, type RecordedEntry } from '../../src/domain/plan.ts';
import { carriedOut, planInput } from '../domain/a-meeting.ts';
import { type Told, told } from './meetings.ts';

/** Planning again after a plan was carried out plans nothing, whatever was said before and whatever the calendar held. */

export interface PlanCounts {
  plans: number;
  steps: number;
}

/** Runs `size` random histories. Raises fast-check's report. */
export function searchPlans(size: number, seed: number): PlanCounts {
  const counts: PlanCounts = { plans: 0, steps: 0 };
  fc.assert(
    fc.property(fc.array(fc.array(told, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }), (rounds) => {
      let recorded: RecordedEntry[] = [];
      let sequence = 0;
      const wishes = new Map<string | null, DesiredState>();
      for (const round of rounds) {
        for (const item of round) wishes.set(item.occurrence, desired(item, ++sequence));
        const main = wishes.get(null) ?? null;
        const occurrences = [...wishes.values()].filter((wish) => wish.occurrence !== null);
        const input = () => planInput(null, { main, occurrences, recorded, now: Date.parse('2026-09-01T00:00:00Z') });
        const made = plan(input());
        counts.plans += 1;
        counts.steps += made.steps.length;
        recorded = carriedOut(made, recorded);
        const again = plan(input());
        if (again.steps.length > 0)
          throw new Error(`planned again: ${again.steps.map((step) => step.action).join(', ')}`);
        if (again.state !== made.state) throw new Error(`the state was ${made.state} and is ${again.state}`);
      }
    }),
    { numRuns: size, seed },
  );
  return counts;
}

function desired(item: Told, sequence: number): DesiredState {
  return {
    occurrence: item.occurrence,
    sequence,
    cancelled: item.cancelled,
    contentHash: '',
    meeting: item.cancelled ? null : { ...item.meeting, uid: 'm', sequence },
    warnings: [],
  };
}

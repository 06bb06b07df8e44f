import { type Taking, takeMeeting } from '../domain/directory.ts';
import { newGuests } from '../domain/invitations.ts';
import type { DesiredState } from '../domain/meeting.ts';
import { type PlanningContext, planFor } from './planning.ts';
import type { CalendarSettings, CalendarTarget, Claim, Clock, Impact, Ledger, Retaking } from './ports.ts';

export interface RetakingDeps {
  ledger: Pick<Ledger, 'coming' | 'retake'>;
  settings(): CalendarSettings;
  target(): CalendarTarget;
  agentId: string;
  clock: Clock;
  /** Meetings may be due. */
  onApplied(): void;
}

/** A directory or a choice of meetings concerns those that are known already only when a person wants it so. */
export function createRetaking(deps: RetakingDeps): Retaking {
  return {
    async impact(taking) {
      const impact: Impact = { meetings: 0, invitations: 0 };
      let cursor: string | null = null;
      do {
        const { items, next } = await deps.ledger.coming(cursor);
        for (const item of items) add(impact, item, { taking, deps });
        // Deliveries and messages go on meanwhile.
        await new Promise((resolve) => setImmediate(resolve));
        cursor = next;
      } while (cursor !== null);
      return impact;
    },

    async apply(taking) {
      let meetings = 0;
      let cursor: string | null = null;
      do {
        const { changed, next } = await deps.ledger.retake(taking, cursor);
        meetings += changed;
        cursor = next;
      } while (cursor !== null);
      if (meetings > 0) deps.onApplied();
      return meetings;
    },
  };
}

function add(impact: Impact, claim: Claim, { taking, deps }: { taking: Taking; deps: RetakingDeps }): void {
  const again = (wish: DesiredState): DesiredState =>
    wish.meeting === null ? wish : { ...wish, meeting: takeMeeting(wish.meeting, taking) };
  const retaken: Claim = {
    ...claim,
    main: claim.main === null ? null : again(claim.main),
    occurrences: claim.occurrences.map(again),
  };
  if (JSON.stringify(retaken) === JSON.stringify(claim)) return;
  const context: PlanningContext = {
    settings: deps.settings(),
    target: supposedTarget(deps, claim),
    agentId: deps.agentId,
    now: deps.clock(),
    unhindered: true,
  };
  try {
    const before = planFor(claim, context);
    const after = planFor(retaken, context);
    if (JSON.stringify(before.steps) === JSON.stringify(after.steps)) return;
    impact.meetings += 1;
    impact.invitations += Math.max(0, newGuests(after) - newGuests(before));
  } catch {
    // A meeting that cannot be planned is told as such by its delivery; no change invites anybody to it.
  }
}

/** While nothing can be written: where it would go as soon as it can. */
function supposedTarget({ target, settings }: RetakingDeps, claim: Claim): CalendarTarget {
  const present = target();
  if (present.ok) return present;
  const main = claim.recorded.find((item) => item.occurrence === null);
  const calendarId = main?.calendarId ?? settings().calendarId;
  return { ok: true, account: main?.account ?? '', address: '', calendarId, primary: false };
}

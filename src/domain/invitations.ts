import { addressKey, type CalendarEntry, sameGuests } from './entry.ts';
import type { Plan, Step } from './plan.ts';

/** How many people a plan newly invites by mail. Kept guests, and writes that mail nobody, do not count. */
export function newGuests(plan: Plan): number {
  return plan.steps.reduce((sum, step) => sum + invitedBy(step), 0);
}

/** Whether any write of the plan concerns an entry with guests: Google refuses all of these while it pauses invitations. */
export function concernsGuests(plan: Plan): boolean {
  return plan.steps.some((step) => {
    const entries = [
      'entry' in step ? step.entry : null,
      'recorded' in step && step.recorded !== null && step.action !== 'revive' ? step.recorded.entry : null,
    ];
    return entries.some((entry) => entry !== null && entry.guests.length > 0);
  });
}

function invitedBy(step: Step): number {
  switch (step.action) {
    case 'create':
    case 'revive':
      return step.mail === 'none' ? 0 : step.entry.guests.length;
    case 'update':
      return step.mail === 'none' ? 0 : step.entry.guests.length - keptGuests(step.entry, step.recorded.entry).length;
    case 'change-occurrence':
      // The guests of the series are guests of its occurrences already.
      return step.mail === 'none' || step.recorded === null
        ? 0
        : step.entry.guests.length - keptGuests(step.entry, step.recorded.entry).length;
    default:
      return 0;
  }
}

/**
 * The same plan with nobody newly invited, for the time in which invitations are paused: the entry is there at the
 * right hour, and its guests follow when the next plan finds them missing. null = nothing is left to do.
 */
export function withoutNewGuests(plan: Plan): Plan | null {
  const steps = plan.steps.flatMap((step): Step[] => {
    if (invitedBy(step) === 0) return [step];
    if (step.action === 'create' || step.action === 'revive')
      return [{ ...step, entry: { ...step.entry, guests: [] }, mail: 'none' }];
    if (step.action !== 'update') return [];
    const entry = { ...step.entry, guests: keptGuests(step.entry, step.recorded.entry) };
    return [{ ...step, entry, guestsChanged: !sameGuests(step.recorded.entry?.guests ?? [], entry.guests) }];
  });
  return steps.length === 0 ? null : { ...plan, steps };
}

function keptGuests(entry: CalendarEntry, before: CalendarEntry | null): CalendarEntry['guests'] {
  const known = new Set((before?.guests ?? []).map((guest) => addressKey(guest.email)));
  return entry.guests.filter((guest) => known.has(addressKey(guest.email)));
}

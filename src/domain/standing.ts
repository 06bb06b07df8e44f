import type { DesiredState } from './meeting.ts';

/**
 * What arrived for one uid, in whatever order. Staleness is judged per (uid, occurrence); a cancellation of the whole
 * meeting also voids every occurrence up to its sequence, even when the cancellation itself came too late to count.
 */
export type Verdict = 'applied' | 'duplicate' | 'stale' | 'sequence-conflict';

/**
 * - no state yet, or a higher sequence: applied
 * - lower sequence: stale
 * - equal sequence: same content is a duplicate, a cancellation beats an update, anything else is a conflict
 */
export function judge(
  known: Pick<DesiredState, 'sequence' | 'cancelled' | 'contentHash'> | null,
  incoming: Pick<DesiredState, 'sequence' | 'cancelled' | 'contentHash'>,
): Verdict {
  if (known === null || incoming.sequence > known.sequence) return 'applied';
  if (incoming.sequence < known.sequence) return 'stale';
  if (known.cancelled && incoming.cancelled) return 'duplicate';
  if (incoming.cancelled) return 'applied';
  if (known.cancelled) return 'stale';
  return known.contentHash === incoming.contentHash ? 'duplicate' : 'sequence-conflict';
}

/** The occurrences that still count: those that no cancellation of the whole meeting has voided. */
export function standingOccurrences(occurrences: readonly DesiredState[], withdrawnThrough: number): DesiredState[] {
  return occurrences.filter((state) => state.sequence > withdrawnThrough);
}

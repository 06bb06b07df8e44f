import type { DesiredState, Meeting, WallClock } from './meeting.ts';
import { placeOccurrences, standingRecurrence } from './occurrences.ts';
import { occurrences, recurrenceFault } from './recurrence.ts';
import { shiftWallClock } from './wall-clock.ts';
import { resolveZone, spanOf } from './zone.ts';

export interface NextOccurrence {
  /** Wall clock in `timeZone`. */
  start: WallClock;
  end: WallClock;
  timeZone: string;
  /** Milliseconds since the epoch. */
  startsAt: number;
  endsAt: number;
  /** The original start where this one was moved or otherwise changed by itself; null for an ordinary one. */
  changedFrom: WallClock | null;
}

/**
 * The next `n` times at which a meeting takes place or still goes on, in order: for a series with its changed and
 * cancelled occurrences in place. Empty when it is over, cancelled, or its zone or rule cannot be read.
 */
export function nextOccurrences(
  meeting: Meeting,
  now: number,
  n: number,
  known: { deviceZone?: string | null; occurrences?: readonly DesiredState[] } = {},
): NextOccurrence[] {
  const wishes = known.occurrences ?? [];
  const zone = resolveZone(meeting.timeZone, known.deviceZone ?? null, Number(meeting.start.slice(0, 4)))?.zone;
  if (zone === undefined || n <= 0) return [];
  const single = occurrence(meeting.start, meeting.end, zone, null);
  if (meeting.recurrence === null) return single.endsAt > now ? [single] : [];
  if (recurrenceFault(meeting.recurrence, meeting.start, zone) !== null) return [];

  const recurrence = standingRecurrence(meeting, wishes, (wish) => wish.meeting !== null);
  const series = { ...meeting, recurrence };
  const placed = placeOccurrences({ meeting: series, zone, wishes, recorded: [], entryId: null });
  const changed = placed.flatMap((item) => (item.kind === 'wish' ? [item.wish] : []));
  const apart = new Set(changed.map((wish) => wish.occurrence));
  const length = single.endsAt - single.startsAt;
  const ordinary = occurrences(recurrence ?? meeting.recurrence, meeting.start, {
    zone,
    // One that has begun and not ended counts.
    after: now - length - 1,
    limit: n + apart.size + 1,
  })
    .filter((start) => !apart.has(start))
    .map((start) => occurrence(start, shiftWallClock(meeting.end, meeting.start, start), zone, null));
  const own = changed.flatMap((wish) => {
    if (wish.meeting === null || wish.cancelled) return [];
    const { start, end, timeZone } = wish.meeting;
    const place = timeZone.trim() === '' ? zone : resolveZone(timeZone, null, Number(start.slice(0, 4)))?.zone;
    return place === undefined ? [] : [occurrence(start, end, place, wish.occurrence)];
  });
  return [...ordinary, ...own]
    .filter((item) => item.endsAt > now)
    .sort((a, b) => a.startsAt - b.startsAt)
    .slice(0, n);
}

function occurrence(start: WallClock, end: WallClock, timeZone: string, changedFrom: WallClock | null): NextOccurrence {
  return { start, end, timeZone, ...spanOf(start, end, timeZone), changedFrom };
}

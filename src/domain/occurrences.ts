import type { DesiredState, Meeting, Recurrence, WallClock } from './meeting.ts';
import type { RecordedEntry } from './plan.ts';
import { instanceSuffix, occurrenceTest } from './recurrence.ts';

/**
 * The single occurrences of a series: which of them the PBX wishes otherwise than the series, and which the calendar was
 * once told of and must be brought back to the series, or taken away, because the series itself changed since.
 */

export type PlacedOccurrence =
  /** The PBX wishes this one changed or cancelled. */
  | { kind: 'wish'; occurrence: WallClock; wish: DesiredState; recorded: RecordedEntry | null }
  /** It was changed or cancelled once; now it is an ordinary one again and looks as the series does. */
  | { kind: 'follow'; occurrence: WallClock; recorded: RecordedEntry }
  /** It was changed once; the series has no such occurrence any more, and calendars may keep showing it. */
  | { kind: 'orphan'; occurrence: WallClock; recorded: RecordedEntry }
  /** The PBX wishes something for an occurrence that the series does not have; `excluded`: its rule would have it. */
  | { kind: 'unknown'; occurrence: WallClock; wish: DesiredState; excluded: boolean };

/**
 * The series with the exclusions that count. An occurrence both excluded and changed: the later word counts, by
 * sequence. A change that came after the exclusion brings the occurrence back, so that there is one to change.
 */
export function standingRecurrence(
  meeting: Meeting,
  occurrences: readonly DesiredState[],
  wished: (wish: DesiredState) => boolean,
): Recurrence | null {
  if (meeting.recurrence === null) return null;
  const back = new Set(
    occurrences.filter((wish) => wish.sequence > meeting.sequence && wished(wish)).map((wish) => wish.occurrence),
  );
  return { ...meeting.recurrence, excluded: meeting.recurrence.excluded.filter((time) => !back.has(time)) };
}

/** @param entryId the entry of the series; null = it is yet to be made, so nothing recorded belongs to it */
export function placeOccurrences(series: {
  meeting: Meeting;
  zone: string;
  wishes: readonly DesiredState[];
  recorded: readonly RecordedEntry[];
  entryId: string | null;
}): PlacedOccurrence[] {
  const { meeting, zone, wishes, entryId } = series;
  const excluded = new Set(meeting.recurrence?.excluded ?? []);
  const produced = meeting.recurrence === null ? () => false : occurrenceTest(meeting.recurrence, meeting.start, zone);
  const has = (candidate: WallClock): boolean => !excluded.has(candidate) && produced(candidate);
  // Rows of an earlier entry of this meeting say nothing about this one.
  const rows = series.recorded.filter((row) => entryId !== null && row.eventId.startsWith(`${entryId}_`));
  const current = (row: RecordedEntry): boolean =>
    row.occurrence !== null && row.eventId === `${entryId}_${instanceSuffix(row.occurrence, zone)}`;
  const placed: PlacedOccurrence[] = [];
  const wished = new Set<WallClock>();
  for (const wish of wishes) {
    const { occurrence } = wish;
    if (occurrence === null) continue;
    if (has(occurrence)) {
      wished.add(occurrence);
      const recorded = rows.find((row) => row.occurrence === occurrence && current(row)) ?? null;
      placed.push({ kind: 'wish', occurrence, wish, recorded });
    } else placed.push({ kind: 'unknown', occurrence, wish, excluded: excluded.has(occurrence) });
  }
  for (const recorded of rows) {
    const { occurrence } = recorded;
    if (occurrence === null) continue;
    if (has(occurrence) && current(recorded)) {
      if (!wished.has(occurrence)) placed.push({ kind: 'follow', occurrence, recorded });
    } else if (recorded.state === 'live' || recorded.state === 'intended') {
      placed.push({ kind: 'orphan', occurrence, recorded });
    }
  }
  return placed;
}

import { clockChanges, offsetOf } from '../../domain/zone.ts';

/** How many years beyond the given one a zone is spelled out: a series without end is looked at no further ahead. */
const YEARS_AHEAD = 20;

/**
 * A zone as VTIMEZONE (RFC 5545 section 3.6.5), from the very data that the meetings' instants come from: every change of
 * its clock by date, so that nothing is left to a rule that was or will be another one.
 *
 * @param firstYear the year of the earliest meeting in the file
 */
export function vtimezone(zone: string, firstYear: number): string {
  const from = firstYear - 1;
  const changes = clockChanges(zone, from, firstYear + YEARS_AHEAD);
  const begin = Date.UTC(from, 0, 1);
  const first = changes[0]?.before ?? offsetOf(begin, zone);
  const lines = ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...observance('STANDARD', first, first, [begin])];
  const kinds = new Map<string, { before: number; after: number; at: number[] }>();
  for (const { at, before, after } of changes) {
    const key = `${before} ${after}`;
    const kind = kinds.get(key) ?? { before, after, at: [] };
    kind.at.push(at);
    kinds.set(key, kind);
  }
  for (const { before, after, at } of kinds.values())
    lines.push(...observance(after > before ? 'DAYLIGHT' : 'STANDARD', before, after, at));
  return [...lines, 'END:VTIMEZONE'].join('\r\n');
}

function observance(name: 'STANDARD' | 'DAYLIGHT', before: number, after: number, at: number[]): string[] {
  // Onsets are told by the clock as it was until then.
  const onsets = at.map((instant) => basic(instant + before * 60_000));
  return [
    `BEGIN:${name}`,
    `TZOFFSETFROM:${offset(before)}`,
    `TZOFFSETTO:${offset(after)}`,
    `DTSTART:${onsets[0]}`,
    // The first stands in both places: some readers take DTSTART for no onset where there are RDATEs.
    ...(onsets.length > 1 ? onsets.map((onset) => `RDATE:${onset}`) : []),
    `END:${name}`,
  ];
}

function basic(face: number): string {
  return new Date(face).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

function offset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(size / 60)}${two(size % 60)}`;
}

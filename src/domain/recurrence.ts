import type { Recurrence, WallClock } from './meeting.ts';
import { basic, type FaceRule, readRule, unroll } from './rrule.ts';
import { shiftWallClock } from './wall-clock.ts';
import { clockState, formatUtcBasic, oddStretches, readings, toInstant, toWallClock } from './zone.ts';

/** A series in its zone. rrule.ts unrolls rules on the clock face; here the zone comes in, at the edges. */

/** A series is looked through this far for nights on which the clocks change; further ahead its calendar decides. */
const ODD_NIGHTS_YEARS = 20;
/** Enough for a daily meeting over more than twenty years; a bound on the cost of any walk. */
const MOST = 10_000;
/** How many occurrences in a row may fall on a change of the clocks: a meeting of a week, say, every day. */
const MOST_ODD = 366;
const FAR = '9990-01-01T00:00:00';

/** Why a series cannot be written, for whoever wrote its rule; null when it can. */
export function recurrenceFault(recurrence: Recurrence, start: WallClock, zone: string): string | null {
  const read = readRule(recurrence.rrule);
  if (!read.ok) return read.message;
  return unrollIn(recurrence, start, zone).next(start, true) === null
    ? `${read.rule} produces no occurrence from ${start} on`
    : null;
}

/**
 * What a calendar gets for a series: its first start and end, and the lines RRULE with UNTIL in UTC, EXDATE in the zone
 * of the series. The start is a real occurrence, since calendars show whatever start they get.
 *
 * A night on which the clock skips the start, or shows it twice, is spelled out in UTC, so that no calendar reads it in
 * another way: RDATE with the reading that zone.ts gives, EXDATE with the other one. Raises an Error when the rule
 * cannot be read.
 */
export function toCalendarSeries(
  meeting: { start: WallClock; end: WallClock; recurrence: Recurrence },
  zone: string,
): { start: WallClock; end: WallClock; lines: string[] } {
  const { start, end, recurrence } = meeting;
  const series = unrollIn(recurrence, start, zone);
  const first = firstPlain(series, meeting, zone);
  const odd = new Set([...first.skipped, ...oddOccurrences(series, first.start, zone)]);
  const excluded = [...new Set(recurrence.excluded)].sort();
  const gone = new Set(excluded);
  const added: number[] = [];
  const removed: number[] = [];
  for (const time of odd) {
    const [ours, ...others] = readings(time, zone) as [number, ...number[]];
    (gone.has(time) ? removed : added).push(ours);
    removed.push(...others);
  }
  const lines = [`RRULE:${calendarRule(recurrence, { start, zone, skipped: first.skipped.length })}`];
  const inZone = excluded.filter((time) => !odd.has(time));
  if (inZone.length > 0) lines.push(`EXDATE;TZID=${zone}:${inZone.map(basic).join(',')}`);
  if (removed.length > 0) lines.push(`EXDATE:${removed.map(formatUtcBasic).join(',')}`);
  if (added.length > 0) lines.push(`RDATE:${added.map(formatUtcBasic).join(',')}`);
  return { start: first.start, end: shiftWallClock(end, start, first.start), lines };
}

/** Starts on the clock face, in order, without the excluded ones. `after` is an instant; bounded in any case. */
export function occurrences(
  recurrence: Recurrence,
  start: WallClock,
  options: { zone: string; limit: number; after?: number },
): WallClock[] {
  const { zone, limit, after } = options;
  const series = unrollIn(recurrence, start, zone);
  const excluded = new Set(recurrence.excluded);
  const found: WallClock[] = [];
  // A day early: around a change of the clocks, faces and instants are not in the same order.
  const from = after === undefined ? start : toWallClock(after - 86_400_000, zone);
  let time = series.next(from < start ? start : from, true);
  for (let steps = 0; time !== null && found.length < limit && steps < MOST; steps += 1) {
    if (!excluded.has(time) && (after === undefined || toInstant(time, zone) > after)) found.push(time);
    time = series.next(time, false);
  }
  return found;
}

/** Tells whether the rule produces a start; one that is excluded counts as well. */
export function occurrenceTest(
  recurrence: Recurrence,
  start: WallClock,
  zone: string,
): (candidate: WallClock) => boolean {
  const series = unrollIn(recurrence, start, zone);
  return (candidate) => candidate >= start && series.has(candidate);
}

/** Milliseconds since the epoch at which the last occurrence ends; null when the series has no end. */
export function lastEnd(
  meeting: { start: WallClock; end: WallClock; recurrence: Recurrence | null },
  zone: string,
): number | null {
  const { recurrence, start, end } = meeting;
  if (recurrence === null) return toInstant(end, zone);
  if (!partsOf(recurrence).some((part) => part.startsWith('UNTIL=') || part.startsWith('COUNT='))) return null;
  const series = unrollIn(recurrence, start, zone);
  const excluded = new Set(recurrence.excluded);
  let last = series.previous(FAR);
  for (let steps = 0; last !== null && excluded.has(last) && steps < MOST; steps += 1) last = series.previous(last);
  return toInstant(last === null ? end : shiftWallClock(end, start, last), zone);
}

/**
 * When a series ends, told from what a calendar was given. null when it has no end, or its lines cannot be read: people
 * and other programs write lines of many kinds.
 */
export function calendarSeriesEnd(entry: {
  start: { local: WallClock; zone: string };
  end: { local: WallClock };
  recurrence: readonly string[];
}): number | null {
  const { local: start, zone } = entry.start;
  const rules = entry.recurrence.filter((line) => line.startsWith('RRULE:'));
  const rule = rules[0];
  if (rule === undefined || rules.length > 1 || !readRule(rule).ok) return null;
  const times = (name: string) => entry.recurrence.flatMap((line) => (line.startsWith(name) ? listed(line, zone) : []));
  const excluded = times('EXDATE').map((at) => toWallClock(at, zone));
  const end = lastEnd({ start, end: entry.end.local, recurrence: { rrule: rule, excluded } }, zone);
  if (end === null) return null;
  const length = toInstant(entry.end.local, zone) - toInstant(start, zone);
  return Math.max(end, ...times('RDATE').map((at) => at + length));
}

/**
 * The same text for lines that mean the same, however they are spelled: order of lines, parts and dates, UNTIL and dates
 * as instants, parts that say what holds anyway. Lines that nobody can read stand as they are.
 */
export function recurrenceKey(lines: readonly string[], zone: string): string {
  const rules: string[] = [];
  const dates = new Map<string, Set<number>>();
  for (const line of lines) {
    const name = /^(RRULE|EXDATE|RDATE)[:;]/.exec(line)?.[1];
    const read = name === 'RRULE' ? readRule(line) : null;
    if (read?.ok === true) rules.push(ruleKey(read.rule, zone));
    else if (name === undefined || name === 'RRULE') rules.push(line);
    else dates.set(name, new Set([...(dates.get(name) ?? []), ...listed(line, zone)]));
  }
  const listedDates = [...dates].map(([name, found]) => `${name}:${[...found].sort((a, b) => a - b).join(',')}`);
  return [...rules, ...listedDates].sort().join('\n');
}

function ruleKey(rule: string, zone: string): string {
  const parts = rule.split(';').flatMap((part) => {
    if (part === 'INTERVAL=1' || part === 'WKST=MO') return [];
    const [name = '', value = ''] = part.split('=');
    // A bare date stays one: which hour of the day is meant, the calendar alone knows.
    if (name === 'UNTIL' && value.length > 8) return [`UNTIL=${untilInstant(value, '', zone)}`];
    return [name.startsWith('BY') ? `${name}=${value.split(',').sort().join(',')}` : part];
  });
  return parts.sort().join(';');
}

/** The instants of an EXDATE or RDATE line; what cannot be read is left out. */
function listed(line: string, zone: string): number[] {
  const named = /;TZID=([^:;]+)/.exec(line)?.[1] ?? zone;
  return line
    .slice(line.lastIndexOf(':') + 1)
    .split(',')
    .flatMap((text) => {
      const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)$/.exec(text);
      if (match === null) return [];
      const time = `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}`;
      return [match[7] === 'Z' ? Date.parse(`${time}Z`) : toInstant(time, named)];
    });
}

/** What the calendar appends to the id of a series to name one occurrence: its original start in UTC. */
export function instanceSuffix(originalStart: WallClock, zone: string): string {
  return formatUtcBasic(toInstant(originalStart, zone));
}

/**
 * The first occurrence of an ordinary night, and those before it: a series whose start the clock skips would be shifted
 * as a whole, and one whose first meeting lasts over a change of the clocks would keep its odd length.
 */
function firstPlain(
  series: FaceRule,
  meeting: { start: WallClock; end: WallClock },
  zone: string,
): { start: WallClock; skipped: WallClock[] } {
  const skipped: WallClock[] = [];
  const first = series.next(meeting.start, true) ?? meeting.start;
  const length = Date.parse(`${meeting.end}Z`) - Date.parse(`${meeting.start}Z`);
  const plain = (time: WallClock) =>
    clockState(time, zone) !== 'skipped' &&
    toInstant(shiftWallClock(meeting.end, meeting.start, time), zone) - toInstant(time, zone) === length;
  let time: WallClock | null = first;
  while (time !== null && !plain(time) && skipped.length < MOST_ODD) {
    skipped.push(time);
    time = series.next(time, false);
  }
  // Where nothing else is left, the start is written as the clock shows that instant.
  return time === null ? { start: toWallClock(toInstant(first, zone), zone), skipped: [] } : { start: time, skipped };
}

/** The occurrences, from the first on, that the clock skips or shows twice. */
function oddOccurrences(series: FaceRule, first: WallClock, zone: string): WallClock[] {
  const years = Number(first.slice(0, 4)) + ODD_NIGHTS_YEARS;
  const found: WallClock[] = [];
  for (const stretch of oddStretches(zone, first, `${years}${first.slice(4, 10).replace('02-29', '02-28')}T00:00:00`)) {
    if (stretch.to <= first) continue;
    const time = series.next(stretch.from < first ? first : stretch.from, true);
    if (time !== null && time < stretch.to) found.push(time);
  }
  return found;
}

function calendarRule(
  recurrence: Recurrence,
  { start, zone, skipped }: { start: WallClock; zone: string; skipped: number },
): string {
  return partsOf(recurrence)
    .map((part) => {
      if (part.startsWith('UNTIL=')) return `UNTIL=${formatUtcBasic(untilInstant(part.slice(6), start, zone))}`;
      // Occurrences that stand in RDATE are counted there.
      return part.startsWith('COUNT=') ? `COUNT=${Number(part.slice(6)) - skipped}` : part;
    })
    .join(';');
}

/** The rule from `start` on, with its end judged on instants, where a change of the clocks cannot mislead. */
function unrollIn(recurrence: Recurrence, start: WallClock, zone: string): FaceRule {
  const parts = partsOf(recurrence);
  const until = parts.find((part) => part.startsWith('UNTIL='))?.slice(6);
  if (until === undefined) return unroll(parts.join(';'), start);
  const last = untilInstant(until, start, zone);
  const roughly = basic(toWallClock(last + 86_400_000, zone));
  const rule = unroll(parts.map((part) => (part.startsWith('UNTIL=') ? `UNTIL=${roughly}Z` : part)).join(';'), start);
  const within = (time: WallClock | null) => time !== null && toInstant(time, zone) <= last;
  return {
    next(time, at) {
      const found = rule.next(time, at);
      return within(found) ? found : null;
    },
    previous(time) {
      let found = rule.previous(time);
      while (found !== null && !within(found)) found = rule.previous(found);
      return found;
    },
    has: (time) => within(time) && rule.has(time),
  };
}

/** UNTIL in UTC, as wall clock, or as a date, which keeps the whole of that day in the zone of the series. */
function untilInstant(until: string, start: WallClock, zone: string): number {
  const date = `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`;
  if (until.length === 8) return toInstant(`${date}T${start.slice(11)}`, zone);
  const time = `${date}T${until.slice(9, 11)}:${until.slice(11, 13)}:${until.slice(13, 15)}`;
  return until.endsWith('Z') ? Date.parse(`${time}Z`) : toInstant(time, zone);
}

function partsOf(recurrence: Recurrence): string[] {
  const read = readRule(recurrence.rrule);
  if (!read.ok) throw new Error(`the repeat rule cannot be read: ${read.message}`);
  return read.rule.split(';');
}

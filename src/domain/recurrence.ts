import ICAL from 'ical.js';
import type { Recurrence, WallClock } from './meeting.ts';
import { formatUtcBasic, toInstant, toWallClock } from './zone.ts';

/** The only file that knows RFC 5545 recurrence. Rules are expanded on the clock face; the zone comes in at the edges. */

const PARTS =
  /^(FREQ|UNTIL|COUNT|INTERVAL|BYSECOND|BYMINUTE|BYHOUR|BYDAY|BYMONTHDAY|BYYEARDAY|BYWEEKNO|BYMONTH|BYSETPOS|WKST)=[^=;]+$/;
/** Enough for a daily meeting over more than twenty years; a bound on the cost of any rule. */
const MOST = 10_000;

export type ReadRule = { ok: true; rule: string } | { ok: false; message: string };

/** Checks one RRULE, with or without its property name. */
export function readRule(text: string): ReadRule {
  const rule = text
    .trim()
    .replace(/^RRULE:/i, '')
    .toUpperCase();
  const parts = rule.split(';').filter((part) => part !== '');
  const wrong = parts.find((part) => !PARTS.test(part));
  if (parts.length === 0 || wrong !== undefined)
    return { ok: false, message: `"${wrong ?? text}" is no part of an RRULE` };
  const names = parts.map((part) => part.slice(0, part.indexOf('=')));
  if (new Set(names).size !== names.length) return { ok: false, message: 'a part of the rule is given twice' };
  const frequency = parts.find((part) => part.startsWith('FREQ='))?.slice(5);
  if (frequency === undefined) return { ok: false, message: 'the rule has no FREQ' };
  if (!['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(frequency)) {
    return { ok: false, message: `a meeting cannot repeat ${frequency}` };
  }
  if (names.includes('UNTIL') && names.includes('COUNT'))
    return { ok: false, message: 'UNTIL and COUNT exclude each other' };
  if (names.some((name) => ['BYSECOND', 'BYMINUTE', 'BYHOUR'].includes(name))) {
    return { ok: false, message: 'a meeting repeats by days, not by hours' };
  }
  const until = parts.find((part) => part.startsWith('UNTIL='))?.slice(6);
  if (until !== undefined && !/^\d{8}(T\d{6}Z?)?$/.test(until))
    return { ok: false, message: `UNTIL=${until} is no date` };
  try {
    ICAL.Recur.fromString(parts.join(';'));
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  return { ok: true, rule: parts.join(';') };
}

/**
 * The lines that a calendar gets: RRULE with UNTIL in UTC, EXDATE in the zone of the series. Raises an Error when the
 * rule cannot be read.
 */
export function toGoogleLines(recurrence: Recurrence, start: WallClock, zone: string): string[] {
  const rule = parts(recurrence)
    .map((part) =>
      part.startsWith('UNTIL=') ? `UNTIL=${formatUtcBasic(untilInstant(part.slice(6), start, zone))}` : part,
    )
    .join(';');
  const lines = [`RRULE:${rule}`];
  const excluded = [...new Set(recurrence.excluded)].sort();
  if (excluded.length > 0)
    lines.push(`EXDATE;TZID=${zone}:${excluded.map((time) => time.replace(/[-:]/g, '')).join(',')}`);
  return lines;
}

/** The first real occurrence: a start that the rule does not produce is none. */
export function firstStart(recurrence: Recurrence, start: WallClock, zone: string): WallClock {
  return occurrences(recurrence, start, { zone, limit: 1 })[0] ?? start;
}

/** Starts on the clock face, in order, without the excluded ones. `after` is an instant; bounded in any case. */
export function occurrences(
  recurrence: Recurrence,
  start: WallClock,
  options: { zone: string; limit: number; after?: number },
): WallClock[] {
  const found: WallClock[] = [];
  for (const time of expand(recurrence, start, options.zone)) {
    if (options.after !== undefined && toInstant(time, options.zone) <= options.after) continue;
    found.push(time);
    if (found.length >= options.limit) break;
  }
  return found;
}

/** Whether the rule produces this start. */
export function isOccurrence(
  recurrence: Recurrence,
  start: WallClock,
  options: { zone: string; candidate: WallClock },
): boolean {
  for (const time of expand({ ...recurrence, excluded: [] }, start, options.zone)) {
    if (time === options.candidate) return true;
    if (time > options.candidate) return false;
  }
  return false;
}

/** Milliseconds since the epoch at which the last occurrence ends; null when the series has no end, or none in sight. */
export function lastEnd(
  meeting: { start: WallClock; end: WallClock; recurrence: Recurrence | null },
  zone: string,
): number | null {
  const { recurrence, start, end } = meeting;
  if (recurrence === null) return toInstant(end, zone);
  if (!parts(recurrence).some((part) => part.startsWith('UNTIL=') || part.startsWith('COUNT='))) return null;
  let last: WallClock | null = null;
  let count = 0;
  for (const time of expand(recurrence, start, zone)) {
    last = time;
    count += 1;
    if (count >= MOST) return null;
  }
  if (last === null) return toInstant(end, zone);
  const length = Date.parse(`${end}Z`) - Date.parse(`${start}Z`);
  return toInstant(new Date(Date.parse(`${last}Z`) + length).toISOString().slice(0, 19), zone);
}

/** What the calendar appends to the id of a series to name one occurrence: its original start in UTC. */
export function instanceSuffix(originalStart: WallClock, zone: string): string {
  return formatUtcBasic(toInstant(originalStart, zone));
}

function* expand(recurrence: Recurrence, start: WallClock, zone: string): Generator<WallClock> {
  const excluded = new Set(recurrence.excluded);
  // ical.js expands floating times, so UNTIL is brought onto the same clock face.
  const rule = parts(recurrence)
    .map((part) => {
      if (!part.startsWith('UNTIL=')) return part;
      const until = toWallClock(untilInstant(part.slice(6), start, zone), zone);
      return `UNTIL=${until.replace(/[-:]/g, '')}`;
    })
    .join(';');
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateTimeString(start));
  let produced = 0;
  for (let steps = 0; steps < MOST; steps += 1) {
    const next = iterator.next();
    if (next === null || next === undefined) return;
    const time = next.toString().slice(0, 19);
    produced += 1;
    if (produced > MOST) return;
    if (!excluded.has(time)) yield time;
  }
}

/** UNTIL in UTC, as wall clock, or as a date, which keeps the whole of that day in the zone of the series. */
function untilInstant(until: string, start: WallClock, zone: string): number {
  const date = `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`;
  if (until.length === 8) return toInstant(`${date}T${start.slice(11)}`, zone);
  const time = `${date}T${until.slice(9, 11)}:${until.slice(11, 13)}:${until.slice(13, 15)}`;
  return until.endsWith('Z') ? Date.parse(`${time}Z`) : toInstant(time, zone);
}

function parts(recurrence: Recurrence): string[] {
  const read = readRule(recurrence.rrule);
  if (!read.ok) throw new Error(`the repeat rule cannot be read: ${read.message}`);
  return read.rule.split(';');
}

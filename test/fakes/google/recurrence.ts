import { DateTime } from 'luxon';
import { invalid } from './api-error.ts';
import { instantOf, utcText } from './event-time.ts';
import { ruleDays } from './rule-days.ts';
import type { Slot, StoredEvent } from './types.ts';

const PART =
  /^(FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)|UNTIL=\d{8}(T\d{6}Z?)?|COUNT=[1-9]\d*|INTERVAL=[1-9]\d*|BY(SECOND|MINUTE|HOUR|DAY|MONTHDAY|YEARDAY|WEEKNO|MONTH|SETPOS)=[A-Z0-9,+-]+|WKST=(MO|TU|WE|TH|FR|SA|SU))$/;
const MOST = 2_000;
const DAY_MS = 86_400_000;
/** How far an endless series is unrolled where nobody names an end. */
const FAR_MS = 30 * 366 * DAY_MS;

/** Raises ApiError 'Invalid recurrence rule.'. */
export function checkRecurrence(lines: unknown, timed: boolean, untilWithoutZ: 'refuse' | 'accept'): string[] {
  if (!Array.isArray(lines)) throw bad();
  return lines.map((line: unknown) => {
    if (typeof line !== 'string') throw bad();
    const head = /^(RRULE|EXRULE|RDATE|EXDATE)([:;])(.*)$/s.exec(line);
    if (!head) throw bad();
    if (head[1] === 'RRULE' || head[1] === 'EXRULE') {
      if (head[2] !== ':') throw bad();
      checkRule(head[3] ?? '', timed, untilWithoutZ);
    } else if (!/^(?:[A-Z-]+=[^:;]+[:;])*\d{8}(T\d{6}Z?)?(,\d{8}(T\d{6}Z?)?)*$/.test(head[3] ?? '')) throw bad();
    return line;
  });
}

const bad = () => invalid('Invalid recurrence rule.');

function checkRule(rule: string, timed: boolean, untilWithoutZ: 'refuse' | 'accept'): void {
  const parts = rule.split(';');
  const names = parts.map((part) => part.split('=')[0]);
  if (!parts.every((part) => PART.test(part)) || !names.includes('FREQ')) throw bad();
  if (new Set(names).size < names.length || (names.includes('UNTIL') && names.includes('COUNT'))) throw bad();
  const until = parts.find((part) => part.startsWith('UNTIL='));
  if (timed && untilWithoutZ === 'refuse' && until !== undefined && !until.endsWith('Z')) throw bad();
  if (/FREQ=(SECONDLY|MINUTELY|HOURLY)/.test(rule) || names.some((name) => /^BY(SECOND|MINUTE|HOUR)$/.test(name ?? '')))
    throw bad();
}

export interface Occurrence {
  /** What follows the underscore in the id of the occurrence. */
  suffix: string;
  slot: Slot;
  at: number;
}

/** The occurrences whose original start lies before `before`, in order. Wall clocks are kept in the zone of the series. */
export function occurrences(series: StoredEvent, calendarZone: string, before: number): Occurrence[] {
  const start = series.start;
  if (!start) return [];
  const zone = start.date === undefined ? (start.timeZone ?? calendarZone) : calendarZone;
  const reading: Reading = { zone, odd: series.oddClock ?? 'later' };
  const first = instantOf(start, zone);
  const clock = start.date ?? DateTime.fromMillis(first, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
  const found = new Map<string, Occurrence>();
  const occurrence = (at: number): Occurrence => {
    if (start.date !== undefined) {
      const date = DateTime.fromMillis(at, { zone }).toISODate() ?? '';
      return { suffix: date.replaceAll('-', ''), slot: { date }, at };
    }
    const utc = utcText(at);
    const slot: Slot = start.timeZone === undefined ? { dateTime: utc } : { dateTime: utc, timeZone: start.timeZone };
    return { suffix: utc.replace(/[-:]/g, ''), slot, at };
  };
  const instants = (line: string): number[] =>
    /^(RRULE|EXRULE):/.test(line)
      ? expandRule(line.slice(line.indexOf(':') + 1), { clock, first, reading, before })
      : listed(line, reading);
  const lines = (names: RegExp) => (series.recurrence ?? []).filter((line) => names.test(line)).flatMap(instants);
  for (const at of [first, ...lines(/^R(RULE|DATE)[:;]/)]) {
    const item = occurrence(at);
    if (item.at < before) found.set(item.suffix, item);
  }
  for (const at of lines(/^EX(RULE|DATE)[:;]/)) found.delete(occurrence(at).suffix);
  return [...found.values()].sort((a, b) => a.at - b.at);
}

interface Reading {
  zone: string;
  /** Which of two readings a clock in a change of the clocks gets. */
  odd: 'later' | 'earlier';
}

/** UNTIL is judged here, on instants; the days only know clocks. COUNT counts the first start even off the rule. */
function expandRule(
  rule: string,
  { clock, first, reading, before }: { clock: string; first: number; reading: Reading; before: number },
): number[] {
  const parts = rule.split(';');
  const until = parts.find((part) => part.startsWith('UNTIL='))?.slice(6);
  const count = Number(parts.find((part) => part.startsWith('COUNT='))?.slice(6) ?? MOST);
  const last = until === undefined ? Number.POSITIVE_INFINITY : untilInstant(until, reading.zone);
  const end = new Date(Math.min(before, first + FAR_MS) + 2 * DAY_MS).toISOString().slice(0, 10);
  const result: number[] = [];
  for (const day of ruleDays(rule, clock.slice(0, 10), end)) {
    if (result.length === 0 && day !== clock.slice(0, 10)) result.push(first);
    const at = result.length === 0 ? first : instant(`${day}${clock.slice(10)}`, reading);
    if (at > last || at >= before || result.length >= Math.min(count, MOST)) break;
    result.push(at);
  }
  return result;
}

function instant(clock: string, { zone, odd }: Reading): number {
  const time = DateTime.fromISO(clock, { zone });
  if (odd === 'later' || clock.length === 10) return time.toMillis();
  return Math.min(time.toMillis(), ...time.getPossibleOffsets().map((other) => other.toMillis()));
}

function untilInstant(until: string, zone: string): number {
  if (until.endsWith('Z')) return DateTime.fromISO(until, { zone: 'UTC' }).toMillis();
  const time = DateTime.fromISO(until, { zone });
  return until.length === 8 ? time.endOf('day').toMillis() : time.toMillis();
}

function listed(line: string, reading: Reading): number[] {
  const zone = /;TZID=([^:;]+)/.exec(line)?.[1] ?? reading.zone;
  return line
    .slice(line.lastIndexOf(':') + 1)
    .split(',')
    .map((text) => (text.endsWith('Z') ? DateTime.fromISO(text).toMillis() : instant(text, { ...reading, zone })));
}

import ICAL from 'ical.js';
import { DateTime } from 'luxon';
import { invalid } from './api-error.ts';
import { instantOf, utcText } from './event-time.ts';
import type { Slot, StoredEvent } from './types.ts';

const PART =
  /^(FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)|UNTIL=\d{8}(T\d{6}Z?)?|COUNT=[1-9]\d*|INTERVAL=[1-9]\d*|BY(SECOND|MINUTE|HOUR|DAY|MONTHDAY|YEARDAY|WEEKNO|MONTH|SETPOS)=[A-Z0-9,+-]+|WKST=(MO|TU|WE|TH|FR|SA|SU))$/;
const MOST = 2_000;

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
  try {
    ICAL.Recur.fromString(rule);
  } catch {
    throw bad();
  }
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
  const clock = start.date ?? DateTime.fromMillis(instantOf(start, zone), { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
  const occurrence = (text: string): Occurrence => {
    const at = DateTime.fromISO(text, { zone }).toMillis();
    if (start.date !== undefined)
      return { suffix: text.slice(0, 10).replaceAll('-', ''), slot: { date: text.slice(0, 10) }, at };
    const utc = utcText(at);
    const slot: Slot = { dateTime: utc };
    if (start.timeZone !== undefined) slot.timeZone = start.timeZone;
    return { suffix: utc.replace(/[-:]/g, ''), slot, at };
  };
  const found = new Map<string, Occurrence>();
  const add = (item: Occurrence) => void (item.at < before && found.set(item.suffix, item));
  add(occurrence(clock));
  for (const line of series.recurrence ?? []) {
    if (line.startsWith('RRULE:'))
      for (const text of expandRule(line.slice(6), clock, zone, before)) add(occurrence(text));
    if (/^RDATE[:;]/.test(line)) for (const text of listedClocks(line, zone)) add(occurrence(text));
  }
  for (const line of series.recurrence ?? []) {
    if (line.startsWith('EXRULE:'))
      for (const text of expandRule(line.slice(7), clock, zone, before)) found.delete(occurrence(text).suffix);
    if (/^EXDATE[:;]/.test(line)) for (const text of listedClocks(line, zone)) found.delete(occurrence(text).suffix);
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** UNTIL is judged here, on instants; the iterator only knows clocks. COUNT counts the first start even off the rule. */
function expandRule(rule: string, clock: string, zone: string, before: number): string[] {
  const parts = rule.split(';');
  const until = parts.find((part) => part.startsWith('UNTIL='))?.slice(6);
  const count = Number(parts.find((part) => part.startsWith('COUNT='))?.slice(6) ?? MOST);
  const bareRule = parts.filter((part) => !/^(UNTIL|COUNT)=/.test(part)).join(';');
  const last = until === undefined ? Number.POSITIVE_INFINITY : untilInstant(until, zone);
  const first = clock.length === 10 ? ICAL.Time.fromDateString(clock) : ICAL.Time.fromDateTimeString(clock);
  const iterator = ICAL.Recur.fromString(bareRule).iterator(first);
  const result: string[] = [];
  for (let next = iterator.next(); next && result.length < Math.min(count, MOST); next = iterator.next()) {
    const text = next.toString().slice(0, clock.length);
    if (result.length === 0 && text !== clock) result.push(clock);
    const at = DateTime.fromISO(text, { zone }).toMillis();
    if (at > last || at >= before) break;
    if (result.length < count) result.push(text);
  }
  return result;
}

function untilInstant(until: string, zone: string): number {
  if (until.endsWith('Z')) return DateTime.fromISO(until, { zone: 'UTC' }).toMillis();
  const time = DateTime.fromISO(until, { zone });
  return until.length === 8 ? time.endOf('day').toMillis() : time.toMillis();
}

function listedClocks(line: string, zone: string): string[] {
  const tzid = /;TZID=([^:;]+)/.exec(line)?.[1];
  return line
    .slice(line.lastIndexOf(':') + 1)
    .split(',')
    .map((text) => DateTime.fromISO(text, { zone: text.endsWith('Z') ? 'UTC' : (tzid ?? zone) }).setZone(zone))
    .map((time) => time.toFormat("yyyy-MM-dd'T'HH:mm:ss"));
}

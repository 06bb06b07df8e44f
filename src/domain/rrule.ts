import { RRuleTemporal } from 'rrule-temporal';
import type { WallClock } from './meeting.ts';

/**
 * One RRULE (RFC 5545 section 3.3.10), read and unrolled on the clock face; no zone is involved here.
 *
 * The rules of our own on top of the library: a meeting repeats by days at the most, numbers stay within what a calendar
 * has, and forms that calendars read differently are refused. So no rule can explode, and what passes has one meaning.
 */

export type ReadRule = { ok: true; rule: string } | { ok: false; message: string };

const PARTS =
  /^(FREQ|UNTIL|COUNT|INTERVAL|BYSECOND|BYMINUTE|BYHOUR|BYDAY|BYMONTHDAY|BYYEARDAY|BYWEEKNO|BYMONTH|BYSETPOS|WKST)=([^=;]+)$/;
const LONGEST_RULE = 512;
const MOST_OCCURRENCES = 10_000;
/** Lists of numbers: the largest, whether negative ones count from the end, and the frequencies that forbid them. */
const LISTS: Record<string, { most: number; negative: boolean; not: string[] }> = {
  BYMONTH: { most: 12, negative: false, not: [] },
  BYMONTHDAY: { most: 31, negative: true, not: ['WEEKLY'] },
  BYYEARDAY: { most: 366, negative: true, not: ['DAILY', 'WEEKLY', 'MONTHLY'] },
  BYWEEKNO: { most: 53, negative: true, not: ['DAILY', 'WEEKLY', 'MONTHLY'] },
  BYSETPOS: { most: 366, negative: true, not: [] },
};
const WEEKDAY = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/;

/** Checks one RRULE, with or without its property name. The message says what is wrong, for whoever wrote the rule. */
export function readRule(text: string): ReadRule {
  if (text.length > LONGEST_RULE) return wrong(`the rule is longer than ${LONGEST_RULE} characters`);
  const rule = text
    .trim()
    .replace(/^RRULE:/i, '')
    .toUpperCase();
  const given = rule.split(';').filter((part) => part !== '');
  const odd = given.find((part) => !PARTS.test(part));
  if (given.length === 0 || odd !== undefined) return wrong(`"${odd ?? text}" is no part of an RRULE`);
  const parts = new Map(given.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  if (parts.size !== given.length) return wrong('a part of the rule is given twice');
  const message = frequencyFault(parts) ?? endFault(parts) ?? listFault(parts) ?? weekdayFault(parts);
  return message === null ? { ok: true, rule: given.join(';') } : wrong(message);
}

type Parts = ReadonlyMap<string, string>;

function frequencyFault(parts: Parts): string | null {
  const frequency = parts.get('FREQ');
  if (frequency === undefined) return 'the rule has no FREQ';
  if (['HOURLY', 'MINUTELY', 'SECONDLY'].includes(frequency))
    return `FREQ=${frequency}: a meeting repeats DAILY at the most`;
  if (!['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(frequency)) return `FREQ=${frequency} is no frequency`;
  const finer = ['BYSECOND', 'BYMINUTE', 'BYHOUR'].find((name) => parts.has(name));
  if (finer !== undefined) return `${finer}: a meeting repeats by days; its hour is the one of its start`;
  const interval = parts.get('INTERVAL');
  if (interval !== undefined && !isNumber(interval, 1, 1_000))
    return `INTERVAL=${interval} is no number from 1 to 1000`;
  return null;
}

function endFault(parts: Parts): string | null {
  const until = parts.get('UNTIL');
  const count = parts.get('COUNT');
  if (until !== undefined && count !== undefined) return 'UNTIL and COUNT exclude each other';
  if (until !== undefined && !isDate(until)) return `UNTIL=${until} is no date`;
  if (count !== undefined && !isNumber(count, 1, MOST_OCCURRENCES))
    return `COUNT=${count} is no number from 1 to ${MOST_OCCURRENCES}`;
  return null;
}

function listFault(parts: Parts): string | null {
  const frequency = parts.get('FREQ') ?? '';
  for (const [name, { most, negative, not }] of Object.entries(LISTS)) {
    const value = parts.get(name);
    if (value === undefined) continue;
    if (not.includes(frequency)) return `${name} does not go with FREQ=${frequency}`;
    const odd = value.split(',').find((item) => !isNumber(item.replace(negative ? /^[+-]/ : /^\+/, ''), 1, most));
    if (odd !== undefined) return `${name}=${value}: "${odd}" is no number from 1 to ${most}`;
  }
  // Weeks across the turn of the year are counted differently by calendars, and weeks from its end by few at all.
  const week = parts
    .get('BYWEEKNO')
    ?.split(',')
    .find((item) => Number(item) < 2 || Number(item) > 51);
  if (week !== undefined) return `BYWEEKNO: "${week}" is no week from 2 to 51`;
  if (parts.has('BYSETPOS') && ![...parts.keys()].some((name) => name.startsWith('BY') && name !== 'BYSETPOS'))
    return 'BYSETPOS needs another BY part to choose from';
  return null;
}

function weekdayFault(parts: Parts): string | null {
  const frequency = parts.get('FREQ') ?? '';
  const week = parts.get('WKST');
  if (week !== undefined && !/^(MO|TU|WE|TH|FR|SA|SU)$/.test(week)) return `WKST=${week} is no weekday`;
  const days = parts.get('BYDAY');
  if (days === undefined) return null;
  // Within a month a weekday comes five times at the most; of the 53rd of a year calendars make different things.
  const most = frequency === 'MONTHLY' || parts.has('BYMONTH') ? 5 : 52;
  for (const day of days.split(',')) {
    const match = WEEKDAY.exec(day);
    if (match === null) return `BYDAY=${days}: "${day}" is no weekday`;
    if (match[1] === undefined) continue;
    if (frequency === 'DAILY' || frequency === 'WEEKLY' || parts.has('BYWEEKNO'))
      return `BYDAY=${days}: "${day}" counts within a month or a year, which this rule does not have`;
    if (!isNumber(match[1].replace(/^[+-]/, ''), 1, most)) return `BYDAY=${days}: "${day}" goes beyond ${most}`;
  }
  return null;
}

/** A rule that readRule took, unrolled from `start`. Its UNTIL, if any, stands on the same clock face. */
export interface FaceRule {
  /** The first occurrence after `time`, or at it; null when there is none. */
  next(time: WallClock, at: boolean): WallClock | null;
  /** The last occurrence before `time`; null when there is none. */
  previous(time: WallClock): WallClock | null;
  has(time: WallClock): boolean;
}

export function unroll(rule: string, start: WallClock): FaceRule {
  const rruleString = `DTSTART:${basic(start)}Z\nRRULE:${withWeekday(rule, start)}`;
  const library = new RRuleTemporal({ rruleString, cache: false });
  const bounded = <T>(work: () => T): T | null => {
    try {
      return work();
    } catch (error) {
      // The library gives up on a rule that matches no day, such as 30 February, or none for thousands of years.
      if (error instanceof Error && /maximum|out-of-bounds|range/i.test(error.message)) return null;
      throw error;
    }
  };
  const face = (found: { epochMilliseconds: number } | null): WallClock | null =>
    found === null ? null : new Date(found.epochMilliseconds).toISOString().slice(0, 19);
  const date = (time: WallClock) => new Date(`${time}Z`);
  return {
    next: (time, at) => bounded(() => face(library.next(date(time), at))),
    previous: (time) => bounded(() => face(library.previous(date(time)))),
    has: (time) => bounded(() => library.matches(date(time))) ?? false,
  };
}

/** A week number alone means the weekday of the start; the library, left to itself, drifts to other weekdays. */
function withWeekday(rule: string, start: WallClock): string {
  if (!/(^|;)BYWEEKNO=/.test(rule) || /(^|;)BY(DAY|MONTHDAY|YEARDAY)=/.test(rule)) return rule;
  const weekday = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'][new Date(`${start}Z`).getUTCDay()] ?? '';
  return `${rule};BYDAY=${weekday}`;
}

/** `20240429T100000`, as RFC 5545 spells a time. */
export function basic(time: WallClock): string {
  return time.replace(/[-:]/g, '');
}

function isNumber(text: string, least: number, most: number): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function isDate(text: string): boolean {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(text);
  if (match === null) return false;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const at = Date.parse(`${iso}Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 19) === iso;
}

function wrong(message: string): ReadRule {
  return { ok: false, message };
}

import fc from 'fast-check';
import ICAL from 'ical.js';
import { lastEnd, occurrences, occurrenceTest, recurrenceFault } from '../../src/domain/recurrence.ts';
import { readRule } from '../../src/domain/rrule.ts';
import { ruleDays } from '../fakes/google/rule-days.ts';

/**
 * Repeat rules as the agent unrolls them, against a walk over every day (all rules), and against ical.js (the rules that
 * a PBX offers: ical.js is mistaken about some of the rarer ones).
 */

export interface RuleCounts {
  rules: number;
  occurrences: number;
  checkedByIcalJs: number;
}

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const ZONE = 'Etc/UTC';
const BEFORE = '2040-01-01T00:00:00';
const MOST = 12;

const some = <T>(items: readonly T[], most: number) =>
  fc.subarray([...items], { minLength: 1, maxLength: Math.min(most, items.length) });
const numbers = (name: string, items: number[], most: number) =>
  some(items, most).map((chosen) => `${name}=${chosen.join(',')}`);
const weekdays = (most: number) => some(DAYS, most).map((chosen) => `BYDAY=${chosen.join(',')}`);
const nth = (places: number[]) =>
  fc.tuple(some(places, 2), fc.constantFrom(...DAYS)).map(([at, day]) => `BYDAY=${at.map((n) => n + day).join(',')}`);
const months = numbers('BYMONTH', [1, 2, 3, 6, 9, 10, 12], 4);
const monthDays = numbers('BYMONTHDAY', [1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -31], 3);
const maybe = (part: fc.Arbitrary<string>) => fc.option(part, { nil: '', freq: 2 });
const rest = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts);

const body = fc.oneof(
  rest(fc.constant('FREQ=DAILY'), maybe(months), maybe(weekdays(4)), maybe(monthDays)),
  rest(fc.constant('FREQ=WEEKLY'), maybe(weekdays(5)), maybe(months)),
  rest(fc.constant('FREQ=WEEKLY'), weekdays(5), numbers('BYSETPOS', [1, 2, -1], 1)),
  rest(fc.constant('FREQ=MONTHLY'), maybe(monthDays), maybe(months)),
  rest(fc.constant('FREQ=MONTHLY'), nth([1, 2, 3, 4, 5, -1, -2]), maybe(months)),
  rest(fc.constant('FREQ=MONTHLY'), weekdays(7), maybe(numbers('BYSETPOS', [1, 2, 5, -1, -2], 2)), maybe(monthDays)),
  rest(fc.constant('FREQ=YEARLY'), maybe(months), maybe(monthDays)),
  rest(fc.constant('FREQ=YEARLY'), months, nth([1, 2, 4, -1])),
  rest(fc.constant('FREQ=YEARLY'), fc.oneof(nth([1, 10, 52, -1]), weekdays(2))),
  rest(fc.constant('FREQ=YEARLY'), numbers('BYYEARDAY', [1, 59, 60, 200, 365, 366, -1, -366], 3)),
  rest(fc.constant('FREQ=YEARLY'), numbers('BYWEEKNO', [2, 10, 20, 51], 2), maybe(weekdays(2))),
);

const rule = fc
  .record({
    body,
    interval: fc.constantFrom('', '', 'INTERVAL=2', 'INTERVAL=3', 'INTERVAL=5', 'INTERVAL=12'),
    weekStart: fc.constantFrom('', '', '', 'WKST=SU', 'WKST=TH'),
    count: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }),
  })
  .map(({ body: parts, interval, weekStart, count }) => ({
    text: [...parts, interval, weekStart, count === null ? '' : `COUNT=${count}`]
      .filter((part) => part !== '')
      .join(';'),
    count: count ?? Number.POSITIVE_INFINITY,
  }));

const start = fc
  .integer({ min: Date.UTC(2023, 0, 1) / 86_400_000, max: Date.UTC(2028, 11, 31) / 86_400_000 })
  .map((day) => `${new Date(day * 86_400_000).toISOString().slice(0, 10)}T10:00:00`);

/** Runs `size` random rules. Raises fast-check's report, with the seed and the shortest rule that goes wrong. */
export function searchRules(size: number, seed: number): RuleCounts {
  const counts: RuleCounts = { rules: 0, occurrences: 0, checkedByIcalJs: 0 };
  fc.assert(
    fc.property(rule, start, ({ text, count }, from) => {
      counts.rules += 1;
      const read = readRule(text);
      if (!read.ok) throw new Error(`${text} was refused: ${read.message}`);
      const expected: string[] = [];
      for (const day of ruleDays(text, from.slice(0, 10), BEFORE.slice(0, 10))) {
        if (expected.length >= Math.min(count, MOST)) break;
        expected.push(`${day}T10:00:00`);
      }
      same(text, from, unrolled(text, from), expected);
      counts.occurrences += expected.length;
      checkAround(text, from, expected, count);
      const [first] = expected;
      if (first === undefined || !plain(text)) return;
      counts.checkedByIcalJs += 1;
      same(`${text} (ical.js)`, first, byIcalJs(text, first), expected);
    }),
    { numRuns: size, seed },
  );
  return counts;
}

function unrolled(text: string, from: string): string[] {
  const recurrence = { rrule: text, excluded: [] };
  if (recurrenceFault(recurrence, from, ZONE) !== null) return [];
  return occurrences(recurrence, from, { zone: ZONE, limit: MOST }).filter((time) => time < BEFORE);
}

/** What else is asked of a rule agrees with the list. */
function checkAround(text: string, from: string, expected: string[], count: number): void {
  const last = expected.at(-1);
  if (last === undefined) return;
  const recurrence = { rrule: text, excluded: [] };
  const has = occurrenceTest(recurrence, from, ZONE);
  if (!expected.every(has)) throw new Error(`${text} from ${from}: an occurrence is not known as one`);
  const next = new Date(Date.parse(`${last}Z`) + 86_400_000).toISOString().slice(0, 19);
  if (expected.length === count && has(next)) throw new Error(`${text} from ${from}: there is one after the last`);
  if (expected.length === count) {
    const end = lastEnd({ start: from, end: from.replace('T10', 'T11'), recurrence }, ZONE);
    if (end !== Date.parse(`${last.replace('T10', 'T11')}Z`))
      throw new Error(`${text} from ${from}: the end is ${end}`);
  }
  const utc = `${text.replace(/;COUNT=\d+/, '')};UNTIL=${last.replace(/[-:]/g, '')}Z`;
  same(utc, from, unrolled(utc, from), expected);
}

/** The rules that ical.js, given a start that is an occurrence, unrolls as RFC 5545 says. */
function plain(text: string): boolean {
  if (/BYSETPOS|BYWEEKNO|BYYEARDAY/.test(text)) return false;
  if (/FREQ=DAILY/.test(text)) return !/BY/.test(text);
  if (/FREQ=(WEEKLY|MONTHLY)/.test(text))
    return !/BYMONTH=/.test(text) && !/BYDAY.*BYMONTHDAY|BYMONTHDAY.*BYDAY/.test(text);
  return !/BY/.test(text);
}

function byIcalJs(text: string, from: string): string[] {
  const iterator = ICAL.Recur.fromString(text).iterator(ICAL.Time.fromDateTimeString(from));
  const found: string[] = [];
  for (let next = iterator.next(); next && found.length < MOST; next = iterator.next()) {
    const time = next.toString().slice(0, 19);
    if (time >= BEFORE) break;
    found.push(time);
  }
  return found;
}

function same(text: string, from: string, got: string[], expected: string[]): void {
  const at = Array.from({ length: Math.max(got.length, expected.length) }).findIndex(
    (_, index) => got[index] !== expected[index],
  );
  if (at >= 0) throw new Error(`${text} from ${from}: occurrence ${at + 1} is ${got[at]} instead of ${expected[at]}`);
}

/**
 * RFC 5545 section 3.3.10 by brute force: every period of the rule is walked day by day, and each day is asked whether
 * it fits. Slow, plain, and with no line in common with the library that the agent uses: so one can check the other.
 * UNTIL and COUNT are left to the caller. Only rules that repeat by days.
 */
export function* ruleDays(rule: string, start: string, before: string): Generator<string> {
  const parts = new Map(rule.split(';').map((part) => part.split('=') as [string, string]));
  const frequency = parts.get('FREQ') ?? '';
  const interval = Number(parts.get('INTERVAL') ?? 1);
  const first = dayOf(start);
  const weekStart = WEEKDAYS.indexOf(parts.get('WKST') ?? 'MO');
  const fits = filters(parts, first);
  const positions = numbers(parts, 'BYSETPOS');
  for (let period = 0; ; period += interval) {
    const days = periodDays(frequency, first, { period, weekStart });
    if ((days[0] ?? 0) >= dayOf(before)) return;
    const matching = days.filter(fits);
    const chosen =
      positions === null
        ? matching
        : matching.filter((_, at) => positions.includes(at + 1) || positions.includes(at - matching.length));
    for (const day of chosen) if (day >= first && textOf(day) < before) yield textOf(day);
  }
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const DAY_MS = 86_400_000;

/** Days are counted from 1970-01-01, a Thursday. */
const dayOf = (text: string) => Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY_MS;
const textOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
const weekdayOf = (day: number) => (((day + 3) % 7) + 7) % 7;
const fields = (day: number) => {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, date: date.getUTCDate() };
};
const firstOf = (year: number, month: number) => Date.UTC(year, month - 1, 1) / DAY_MS;

function numbers(parts: Map<string, string>, name: string): number[] | null {
  return parts.get(name)?.split(',').map(Number) ?? null;
}

function periodDays(frequency: string, first: number, at: { period: number; weekStart: number }): number[] {
  const { year, month } = fields(first);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  switch (frequency) {
    case 'DAILY':
      return [first + at.period];
    case 'WEEKLY': {
      const week = first - ((weekdayOf(first) - at.weekStart + 7) % 7) + 7 * at.period;
      return range(week, week + 7);
    }
    case 'MONTHLY':
      return range(firstOf(year, month + at.period), firstOf(year, month + at.period + 1));
    case 'YEARLY':
      return range(firstOf(year + at.period, 1), firstOf(year + at.period + 1, 1));
    default:
      throw new Error(`no such frequency: ${frequency}`);
  }
}

/** The day's place in a stretch of days, counted from its beginning and from its end. */
const places = (day: number, from: number, to: number) => [day - from + 1, day - to];

function filters(parts: Map<string, string>, first: number): (day: number) => boolean {
  const frequency = parts.get('FREQ');
  const start = fields(first);
  const months = numbers(parts, 'BYMONTH');
  const monthDays = numbers(parts, 'BYMONTHDAY');
  const yearDays = numbers(parts, 'BYYEARDAY');
  const weeks = numbers(parts, 'BYWEEKNO');
  const weekStart = WEEKDAYS.indexOf(parts.get('WKST') ?? 'MO');
  const weekdays = parts
    .get('BYDAY')
    ?.split(',')
    .map((text) => ({ at: text.length > 2 ? Number(text.slice(0, -2)) : null, day: WEEKDAYS.indexOf(text.slice(-2)) }));
  const free = monthDays === null && yearDays === null && weekdays === undefined;
  // What no BY part says is taken from the start.
  const ownWeekday = free && (frequency === 'WEEKLY' || weeks !== null);
  const ownDate = free && !ownWeekday && (frequency === 'MONTHLY' || frequency === 'YEARLY');
  const ownMonth = ownDate && frequency === 'YEARLY' && months === null;
  return (day) => {
    const { year, month, date } = fields(day);
    const inMonth = places(day, firstOf(year, month), firstOf(year, month + 1));
    const inYear = places(day, firstOf(year, 1), firstOf(year + 1, 1));
    if (months !== null && !months.includes(month)) return false;
    if (ownMonth && month !== start.month) return false;
    if (ownDate && date !== start.date) return false;
    if (ownWeekday && weekdayOf(day) !== weekdayOf(first)) return false;
    if (monthDays !== null && !inMonth.some((place) => monthDays.includes(place))) return false;
    if (yearDays !== null && !inYear.some((place) => yearDays.includes(place))) return false;
    if (weeks !== null && !weekNumbers(day, weekStart).some((week) => weeks.includes(week))) return false;
    if (weekdays === undefined) return true;
    const monthly = frequency === 'MONTHLY' || months !== null;
    const [from = 0, to = 0] = monthly ? inMonth : inYear;
    const nth = [Math.ceil(from / 7), Math.floor(to / 7)];
    return weekdays.some((item) => item.day === weekdayOf(day) && (item.at === null || nth.includes(item.at)));
  };
}

/** Week 1 is the first with four days in the year; counted from its beginning and from its end. */
function weekNumbers(day: number, weekStart: number): number[] {
  const begin = (year: number) => {
    const fourth = Date.UTC(year, 0, 4) / DAY_MS;
    return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7);
  };
  const { year } = fields(day);
  const from = begin(year);
  const to = begin(year + 1);
  if (day < from || day >= to) return [];
  const number = Math.floor((day - from) / 7) + 1;
  return [number, number - 1 - (to - from) / 7];
}

import moment from 'moment-timezone';
import { clockState, offsetAt, readings, resolveZone, toInstant, toWallClock } from '../../src/domain/zone.ts';
import { isAcceptedZone } from '../fakes/google/zones.ts';

/**
 * Conversions of zone.ts, whose data are Intl's, against moment-timezone, which carries data of its own: every name that
 * both know, on every day from 2024 to 2030 on which its clock changes, and on two days of each year besides.
 */

export interface ZoneCounts {
  zones: number;
  /** Zones of which the two sets of data say different things, being of different releases. */
  notShared: string[];
  changes: number;
  /** Wall clocks turned into instants and back. */
  instants: number;
  skipped: number;
  twice: number;
}

const FROM = Date.parse('2024-01-01T00:00:00Z');
const TO = Date.parse('2031-01-01T00:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Looks at `size` zones, spread evenly over all names. Raises an Error that names the first wall clock that differs. */
export function searchZones(size: number): ZoneCounts {
  const names = moment.tz.names().filter((name) => resolveZone(name, null, 2024) !== null);
  const step = Math.max(1, names.length / size);
  const chosen = Array.from(
    { length: Math.min(size, names.length) },
    (_, at) => names[Math.floor(at * step)] as string,
  );
  const counts: ZoneCounts = { zones: 0, notShared: [], changes: 0, instants: 0, skipped: 0, twice: 0 };
  for (const name of chosen) {
    const zone = resolveZone(name, null, 2024)?.zone ?? '';
    const changes = changesOf(name);
    if (!shared(name, zone, changes)) {
      counts.notShared.push(name);
      continue;
    }
    if (!isAcceptedZone(zone)) throw new Error(`${name} is written as ${zone}, which the service does not take`);
    counts.zones += 1;
    counts.changes += changes.length;
    const quiet = Array.from({ length: 14 }, (_, half) => Date.UTC(2024 + (half >> 1), half % 2 === 0 ? 0 : 6, 10));
    for (const [at, odd] of [...changes.map((at) => [at, true] as const), ...quiet.map((at) => [at, false] as const)])
      for (const local of clocksAround(name, at, odd)) compare(name, zone, local, counts);
  }
  // Releases differ about a country or two a year; more than that, and this search would look past mistakes.
  if (counts.notShared.length > Math.max(2, chosen.length / 25))
    throw new Error(`the data differ about ${counts.notShared.join(', ')}`);
  return counts;
}

/** Instants at which the clock changes, as moment-timezone's data have them. */
function changesOf(name: string): number[] {
  const data = moment.tz.zone(name);
  return (data?.untils ?? []).filter((until): until is number => until !== null && until >= FROM && until < TO);
}

/** Whether both sets of data have the same offsets: before and after each change, and every week between. */
function shared(name: string, zone: string, changes: number[]): boolean {
  const own = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const same = (at: number) =>
    Date.parse(`${own.format(at).replace(' ', 'T')}Z`) - Math.floor(at / 1_000) * 1_000 ===
    moment.tz(at, name).utcOffset() * 60_000;
  for (const at of changes) if (!same(at - 1_000) || !same(at)) return false;
  for (let at = FROM; at < TO; at += 7 * DAY) if (!same(at)) return false;
  return true;
}

/** Every half hour around a change, its edges, and the day before and after, as wall clocks. */
function clocksAround(name: string, at: number, odd: boolean): string[] {
  const face = Date.parse(`${moment.tz(at, name).format('YYYY-MM-DDTHH')}:00:00Z`);
  const steps = odd ? [-48, -24, ...Array.from({ length: 13 }, (_, index) => index - 6), 24, 48] : [0, 17];
  const found = steps.map((step) => face + (step * HOUR) / 2);
  return (odd ? [...found, face - 1_000, face + HOUR - 1_000, face + HOUR / 4] : found).map((time) =>
    new Date(time).toISOString().slice(0, 19),
  );
}

function compare(name: string, zone: string, local: string, counts: ZoneCounts): void {
  // Of a clock shown twice moment takes the first, a skipped one it moves on by the gap: the rule of zone.ts.
  const expected = moment.tz(local, name);
  const instant = toInstant(local, zone);
  const fail = (what: string, got: string, wanted: string): never => {
    throw new Error(`${name} ${local}: ${what} is ${got} instead of ${wanted}`);
  };
  if (instant !== expected.valueOf())
    fail('the instant', new Date(instant).toISOString(), new Date(expected.valueOf()).toISOString());
  const shown = expected.format('YYYY-MM-DD[T]HH:mm:ss');
  if (toWallClock(instant, zone) !== shown) fail('the clock at that instant', toWallClock(instant, zone), shown);
  const state = clockState(local, zone);
  counts.instants += 1;
  if (state === 'skipped') counts.skipped += 1;
  if (state === 'twice') counts.twice += 1;
  if ((state === 'skipped') !== (shown !== local))
    fail('the state', state, shown === local ? 'a clock that is shown' : 'skipped');
  const other = moment
    .tz(instant + (readings(local, zone)[1] ?? instant) - instant, name)
    .format('YYYY-MM-DD[T]HH:mm:ss');
  if (state === 'twice' && other !== local) fail('the second reading', other, local);
  if (state !== 'skipped' && offsetAt(local, zone) !== expected.format('Z'))
    fail('the offset', offsetAt(local, zone), expected.format('Z'));
}

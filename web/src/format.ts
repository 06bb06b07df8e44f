import { locale } from './messages/t.ts';
import { preferences } from './preferences.ts';

/** Times as people read them. Wall-clock times ("2024-04-29T10:00:00") have no zone and are shown as they stand. */

export interface Times {
  start: string | null;
  end: string | null;
  startsAt: string | null;
  endsAt: string | null;
}

const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' };
const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** An instant in the reader's own zone. */
export function instant(iso: string): string {
  const how = { dateStyle: 'medium', timeStyle: 'short', timeZone: readerZone() } as const;
  return new Intl.DateTimeFormat(locale(), how).format(new Date(iso));
}

/** The same to the second, for a log; the day only where it is another one. */
export function exactInstant(iso: string, now: number): string {
  const timeZone = readerZone();
  const day = new Intl.DateTimeFormat(locale(), { dateStyle: 'short', timeZone });
  const time = new Intl.DateTimeFormat(locale(), { timeStyle: 'medium', timeZone });
  const at = new Date(iso);
  return day.format(at) === day.format(now) ? time.format(at) : `${day.format(at)}, ${time.format(at)}`;
}

/** "3 minutes ago", "in 2 days". */
export function relative(iso: string, now: number): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1_000);
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return words.format(seconds, 'second');
}

/** From-to in the meeting's own zone; null when the times are not known. */
export function meetingTime({ start, end }: Times): string | null {
  if (start === null || end === null) return null;
  const [from, to] = [new Date(`${start}Z`), new Date(`${end}Z`)];
  return Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) ? null : range(from, to, 'UTC');
}

/** The same from-to in the reader's zone; null when it reads the same there, or cannot be told. */
export function readerTime({ start, end, startsAt, endsAt }: Times, zone = readerZone()): string | null {
  if (startsAt === null || endsAt === null) return null;
  const here = range(new Date(startsAt), new Date(endsAt), zone);
  return here === meetingTime({ start, end, startsAt, endsAt }) ? null : here;
}

/** The zone that the reader has chosen for this browser, else the browser's own. */
export function readerZone(): string {
  return preferences().timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function wallClock(at: string): string {
  const date = new Date(`${at}Z`);
  if (Number.isNaN(date.getTime())) return at;
  return new Intl.DateTimeFormat(locale(), { ...DAY, ...TIME, timeZone: 'UTC' }).format(date);
}

/** Minutes as people say them: "90 minutes" stays, "120" becomes "2 hours", "2,880" becomes "2 days". */
export function duration(minutes: number): string {
  const [amount, unit] =
    minutes !== 0 && minutes % 1_440 === 0
      ? [minutes / 1_440, 'day']
      : minutes !== 0 && minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute'];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}

function range(from: Date, to: Date, timeZone: string): string {
  const day = new Intl.DateTimeFormat(locale(), { ...DAY, timeZone });
  const time = new Intl.DateTimeFormat(locale(), { ...TIME, timeZone });
  const [first, last] = [day.format(from), day.format(to)];
  return `${first}, ${time.format(from)} – ${first === last ? '' : `${last}, `}${time.format(to)}`;
}

/** The instant at which a day ("2026-11-21") begins in a zone; null when the text is no day. */
export function dayStart(day: string, zone = readerZone()): Date | null {
  const wall = Date.parse(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(wall)) return null;
  // The offset at the instant that is guessed first may be that of the day before a change of the clocks.
  let at = wall - offsetAt(wall, zone);
  at = wall - offsetAt(at, zone);
  return new Date(at);
}

/** The day after, as people count: no zone is asked. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Milliseconds that the wall clock of a zone is ahead of UTC at an instant. */
function offsetAt(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second } = parts;
  return (
    Date.parse(`${year?.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`) -
    Math.floor(at / 1_000) * 1_000
  );
}

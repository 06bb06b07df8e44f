import { locale } from './messages/t.ts';

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
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
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

export function readerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
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

const language = () => navigator.language || 'en';

/** An instant in the reader's own zone. */
export function instant(iso: string | null): string {
  if (iso === null) return '-';
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

export function ago(iso: string | null, now = Date.now()): string {
  if (iso === null) return '-';
  const seconds = Math.round((Date.parse(iso) - now) / 1_000);
  const words = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  return words.format(Math.min(seconds, 0), 'second');
}

/** Wall-clock times of a meeting as they were asked for: no zone is applied to them. */
export function wallClock(start: string | null, end: string | null): string {
  if (start === null || end === null) return '-';
  const day = new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(language(), { timeStyle: 'short', timeZone: 'UTC' });
  const [from, to] = [new Date(`${start}Z`), new Date(`${end}Z`)];
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${day.format(from)}, ${time.format(from)} – ${sameDay ? '' : `${day.format(to)}, `}${time.format(to)}`;
}

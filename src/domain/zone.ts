import { DateTime, IANAZone } from 'luxon';
import type { WallClock } from './meeting.ts';

/** The only file that knows time zones. */

export interface ResolvedZone {
  /** An IANA name that calendars accept. */
  zone: string;
  warning?: { code: 'zone-label-mismatch'; message: string };
}

const CANONICAL = new Map(Intl.supportedValuesOf('timeZone').map((name) => [name.toLowerCase(), name]));
const AREA =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)\/[A-Za-z0-9_+\-/]+$/;
const FIXED = /^Etc\/(UTC|UCT|Universal|Zulu|Greenwich|GMT|GMT[+-]?0|GMT-(?:[1-9]|1[0-4])|GMT\+(?:[1-9]|1[0-2]))$/;
const LABEL = /^\(\s*(?:UTC|GMT)\s*(?:([+-])(\d{1,2}):?(\d{2})?)?\s*\)\s*(\S.*)$/i;

/**
 * Takes an IANA name, the PBX's label such as `(UTC+01:00) Etc/GMT-1`, or '' for the device's own zone. null when the
 * text names no zone for certain: a guess would show a meeting at a wrong hour. The label's offset is only a check:
 * when it is none of the zone's offsets in that year the zone wins and a warning says so.
 */
export function resolveZone(text: string, deviceZone: string | null, year: number): ResolvedZone | null {
  const trimmed = text.trim();
  if (trimmed === '')
    return deviceZone === null || deviceZone.trim() === '' ? null : resolveZone(deviceZone, null, year);
  const label = LABEL.exec(trimmed);
  if (label === null) {
    const zone = ianaName(trimmed);
    return zone === null ? null : { zone };
  }
  const zone = ianaName((label[4] ?? '').trim());
  if (zone === null) return null;
  const sign = label[1] === '-' ? -1 : 1;
  const minutes = sign * (Number(label[2] ?? 0) * 60 + Number(label[3] ?? 0));
  if (hasOffset(zone, year, minutes)) return { zone };
  const message = `The label "${trimmed}" contradicts the zone ${zone}; the zone was used.`;
  return { zone, warning: { code: 'zone-label-mismatch', message } };
}

/** Milliseconds since the epoch. A time that a clock skips or shows twice is read as RFC 5545 section 3.3.5 says. */
export function toInstant(local: WallClock, zone: string): number {
  const face = Date.parse(`${local}Z`);
  return face - offsetMinutes(local, zone) * 60_000;
}

/** The UTC offset, such as `+01:00`, that holds at this wall-clock time. */
export function offsetAt(local: WallClock, zone: string): string {
  return spellOffset(offsetMinutes(local, zone));
}

export function toWallClock(instant: number, zone: string): WallClock {
  return DateTime.fromMillis(instant, { zone: ianaZone(zone) }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
}

/** `20240429T080000Z`, as RFC 5545 spells an instant. */
export function formatUtcBasic(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/**
 * The offset, in minutes, at a wall-clock time. RFC 5545 section 3.3.5: a time that occurs twice is the first of the
 * two; a time that does not occur is read with the offset before the gap. Both are the offset in force before the change.
 */
function offsetMinutes(local: WallClock, zone: string): number {
  const iana = ianaZone(zone);
  const face = Date.parse(`${local}Z`);
  const before = iana.offset(face - 86_400_000);
  const after = iana.offset(face + 86_400_000);
  if (before === after) return before;
  const fits = (offset: number) => iana.offset(face - offset * 60_000) === offset;
  if (fits(before)) return before;
  return fits(after) ? after : before;
}

/** Whether the zone has this offset at some time of the year. Most have it on the first of a month; some only for days. */
function hasOffset(zone: string, year: number, minutes: number): boolean {
  const iana = ianaZone(zone);
  const months = Array.from({ length: 12 }, (_, month) => Date.UTC(year, month, 1));
  if (months.some((at) => iana.offset(at) === minutes)) return true;
  const days = Array.from({ length: 366 }, (_, day) => Date.UTC(year, 0, 1 + day));
  return days.some((at) => iana.offset(at) === minutes);
}

function spellOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(Math.floor(size % 60))}`;
}

function ianaZone(zone: string): IANAZone {
  return IANAZone.create(zone);
}

/**
 * Stricter than Intl, which takes `+01:00` and the like: only names of the time-zone database pass, in its spelling.
 * Old names that the database keeps as links (Asia/Calcutta, Europe/Kiev) stay as they are.
 */
function ianaName(text: string): string | null {
  if (/^(UTC|GMT|Z)$/i.test(text)) return 'Etc/UTC';
  const canonical = CANONICAL.get(text.toLowerCase());
  if (canonical !== undefined) return canonical;
  if (FIXED.test(text)) return text;
  return AREA.test(text) && IANAZone.isValidZone(text) ? text : null;
}

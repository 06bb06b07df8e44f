import { DateTime, IANAZone } from 'luxon';
import type { WallClock } from './meeting.ts';
import { fixedZone, readZoneName, tidy } from './zone-name.ts';

/**
 * The only file that computes with time zones; zone-name.ts beside it reads their names.
 *
 * One rule for wall clocks that a change of the clocks skips or shows twice, RFC 5545 section 3.3.5: a time shown twice
 * is the first of the two, a skipped time is read with the offset before the gap.
 */

export interface ResolvedZone {
  /** An IANA name that calendars accept. */
  zone: string;
  /** The text was an offset and no zone: it has no summer time. */
  fixed: boolean;
  warning?: { code: 'zone-label-mismatch'; message: string };
}

const DAY = 86_400_000;
/** The shortest time between two changes of a clock is Ramadan's, in Morocco: some four weeks. */
const WEEK = 7 * DAY;
const LABEL = /^\(\s*(?:UTC|GMT)\s*(?:([+-])\s*(\d{1,2}):?(\d{2})?)?\s*\)\s*(.*)$/i;

/**
 * Takes an IANA name, the PBX's label such as `(UTC+01:00) Etc/GMT-1`, the forms that zone-name.ts lists, or '' for the
 * device's own zone. null when the text names no zone for certain: a guess would show a meeting at a wrong hour. The
 * label's offset is only a check: when it is none of the zone's offsets in that year the zone wins and a warning says so.
 */
export function resolveZone(text: string, deviceZone: string | null, year: number): ResolvedZone | null {
  const read = readZone(text, deviceZone, year);
  return read.ok ? read.resolved : null;
}

/** Why resolveZone gave null, and what to send instead. */
export function zoneRefusal(text: string, deviceZone: string | null, year: number): string {
  const read = readZone(text, deviceZone, year);
  return read.ok ? '' : read.message;
}

type Read = { ok: true; resolved: ResolvedZone } | { ok: false; message: string };

function readZone(text: string, deviceZone: string | null, year: number): Read {
  const name = tidy(text);
  if (name === '') {
    if (deviceZone !== null && tidy(deviceZone) !== '') return readZone(deviceZone, null, year);
    return { ok: false, message: 'The meeting names no time zone, and the device has none to fall back on.' };
  }
  const label = LABEL.exec(name);
  if (label === null) {
    const read = readZoneName(name, year);
    return read.ok ? { ok: true, resolved: { zone: read.zone, fixed: read.fixed } } : read;
  }
  const sign = label[1] === '-' ? -1 : 1;
  const minutes = sign * (Number(label[2] ?? 0) * 60 + Number(label[3] ?? 0));
  const rest = label[4] ?? '';
  if (rest === '') {
    const zone = fixedZone(minutes, year);
    if (zone !== null) return { ok: true, resolved: { zone, fixed: true } };
    return { ok: false, message: `No zone stays at "${name}" all year; send the place, such as America/St_Johns.` };
  }
  const read = readZoneName(rest, year);
  if (!read.ok) return read;
  const resolved = { zone: read.zone, fixed: read.fixed };
  if (hasOffset(read.zone, year, minutes)) return { ok: true, resolved };
  const message = `The label "${name}" contradicts the zone ${read.zone}; the zone was used.`;
  return { ok: true, resolved: { ...resolved, warning: { code: 'zone-label-mismatch', message } } };
}

/** Milliseconds since the epoch. A time that a clock skips or shows twice is read as RFC 5545 section 3.3.5 says. */
export function toInstant(local: WallClock, zone: string): number {
  const face = Date.parse(`${local}Z`);
  return face - offsetMinutes(local, zone) * 60_000;
}

/**
 * The instants of a meeting. An end that the clock skips can come to lie before the start; such a meeting keeps the
 * length that the clock faces give.
 */
export function spanOf(start: WallClock, end: WallClock, zone: string): { startsAt: number; endsAt: number } {
  const startsAt = toInstant(start, zone);
  const endsAt = toInstant(end, zone);
  const length = Date.parse(`${end}Z`) - Date.parse(`${start}Z`);
  return { startsAt, endsAt: endsAt > startsAt ? endsAt : startsAt + length };
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

/** What the clock of a zone does at a wall-clock time: `plain`, `skipped` by the clock, or shown `twice`. */
export function clockState(local: WallClock, zone: string): 'plain' | 'skipped' | 'twice' {
  const { before, after, fits } = around(local, zone);
  if (before === after) return 'plain';
  if (fits(before)) return fits(after) ? 'twice' : 'plain';
  return fits(after) ? 'plain' : 'skipped';
}

/** Every instant that some reader may take a wall-clock time for: one, or two where the clock skips it or shows it twice. */
export function readings(local: WallClock, zone: string): number[] {
  if (clockState(local, zone) === 'plain') return [toInstant(local, zone)];
  const { face, before, after } = around(local, zone);
  return [face - before * 60_000, face - after * 60_000];
}

/** Stretches of the clock face that the zone's clock skips or shows twice: from the first time until before the second. */
export function oddStretches(zone: string, from: WallClock, to: WallClock): { from: WallClock; to: WallClock }[] {
  return clockChanges(zone, Number(from.slice(0, 4)), Number(to.slice(0, 4)))
    .map(({ at, before, after }) => ({
      from: faceText(at + Math.min(before, after) * 60_000),
      to: faceText(at + Math.max(before, after) * 60_000),
    }))
    .filter((stretch) => stretch.to > from && stretch.from <= to);
}

/** A change of a zone's clock: the instant, in milliseconds, and the offsets on both sides, in minutes east of UTC. */
export interface ClockChange {
  at: number;
  before: number;
  after: number;
}

/** The changes of a zone's clock in these years (of UTC), both included, in order. */
export function clockChanges(zone: string, firstYear: number, lastYear: number): ClockChange[] {
  const found: ClockChange[] = [];
  for (let year = firstYear; year <= lastYear; year += 1) found.push(...changesIn(zone, year));
  return found;
}

/** The offset in force at an instant, in minutes east of UTC. */
export function offsetOf(instant: number, zone: string): number {
  const year = new Date(instant).getUTCFullYear();
  // Before, clocks were changed by seconds, which the changes of a year do not tell.
  if (!(year >= WHOLE_MINUTES)) return ianaZone(zone).offset(instant);
  const { first, changes } = clockIn(zone, year);
  let offset = first;
  for (const change of changes) if (change.at <= instant) offset = change.after;
  return offset;
}

/** Liberia was the last to give up an offset with seconds, in 1972. */
const WHOLE_MINUTES = 1973;
/** Of zone and year together; a few are in use at any time. */
const MOST_KNOWN = 1_000;

/** Kept once looked for: the data of a zone do not change while the process lives. */
const known = new Map<string, { first: number; changes: ClockChange[] }>();

function changesIn(zone: string, year: number): ClockChange[] {
  return clockIn(zone, year).changes;
}

/** The offset with which a year (of UTC) begins, and the changes in it. */
function clockIn(zone: string, year: number): { first: number; changes: ClockChange[] } {
  const key = `${zone} ${year}`;
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const iana = ianaZone(zone);
  const changes: ClockChange[] = [];
  const end = Date.UTC(year + 1, 0, 1);
  let at = Date.UTC(year, 0, 1);
  const first = iana.offset(at);
  let before = first;
  while (at < end) {
    const next = Math.min(at + WEEK, end);
    const after = iana.offset(next);
    if (after !== before) changes.push({ at: changeBetween(iana, at, next), before, after });
    at = next;
    before = after;
  }
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, { first, changes });
  return { first, changes };
}

/** The instant of the one change of offset between two instants, to the minute. */
function changeBetween(iana: IANAZone, from: number, to: number): number {
  const before = iana.offset(from);
  let low = Math.floor(from / 60_000);
  let high = Math.ceil(to / 60_000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (iana.offset(middle * 60_000) === before) low = middle;
    else high = middle;
  }
  return high * 60_000;
}

/** See the rule at the top: whatever the change, it is the offset in force before it. */
function offsetMinutes(local: WallClock, zone: string): number {
  const { before, after, fits } = around(local, zone);
  if (before === after || fits(before)) return before;
  return fits(after) ? after : before;
}

/** The offsets a day before and a day after, and whether an offset gives this very clock face. */
function around(local: WallClock, zone: string) {
  const face = Date.parse(`${local}Z`);
  return {
    face,
    before: offsetOf(face - DAY, zone),
    after: offsetOf(face + DAY, zone),
    fits: (offset: number) => offsetOf(face - offset * 60_000, zone) === offset,
  };
}

function faceText(face: number): WallClock {
  return new Date(face).toISOString().slice(0, 19);
}

/** Whether the zone has this offset at some time of the year. */
function hasOffset(zone: string, year: number, minutes: number): boolean {
  const { first, changes } = clockIn(zone, year);
  return first === minutes || changes.some((change) => change.after === minutes);
}

function spellOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(Math.floor(size % 60))}`;
}

function ianaZone(zone: string): IANAZone {
  return IANAZone.create(zone);
}

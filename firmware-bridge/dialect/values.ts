import type { WallClock } from '../../src/domain/meeting.ts';
import { readRule } from '../../src/domain/rrule.ts';
import { resolveZone, toWallClock } from '../../src/domain/zone.ts';
import type { Repeat } from '../meeting.ts';
import { fixedZone } from '../pbx/identity.ts';
import type { Dialect, DialectScalar } from './schema.ts';

type Values = Dialect['values'];

/** The year matters only to the check of a label's offset, which the reader of the event repeats. */
const ANY_YEAR = 2026;

/** Numbers arrive as numbers or as text: what prints alike is alike. */
export function isOneOf(value: unknown, spellings: readonly DialectScalar[]): boolean {
  return spellings.some(
    (item) => item === value || (typeof value !== 'boolean' && String(item) === String(value).trim()),
  );
}

export function readFlag(value: unknown, values: Values): boolean | null {
  if (isOneOf(value, values.yes)) return true;
  return isOneOf(value, values.no) ? false : null;
}

export function readText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The zone of a meeting as it is published: what the PBX wrote when a zone can be taken from it. */
export function readZone(value: unknown, values: Values, deviceZone: string | null): { zone: string; fixed: boolean } {
  const text = readText(value);
  for (const kind of values.zones) {
    if (kind === 'device' && deviceZone !== null)
      return { zone: deviceZone, fixed: /^Etc\/GMT[+-]\d/.test(deviceZone) };
    if (text === null) continue;
    const label = text.startsWith('(');
    if ((kind === 'label' && label) || (kind === 'iana' && !label)) {
      if (resolveZone(text, null, ANY_YEAR) !== null) return { zone: text, fixed: false };
    }
    if (kind === 'offset') {
      const zone = fixedZone(text);
      if (zone !== null) return { zone, fixed: true };
    }
  }
  return { zone: '', fixed: false };
}

/** null when the value is in none of the dialect's formats, or when an instant meets an unknown zone. */
export function readTime(value: unknown, values: Values, zone: string): WallClock | null {
  const text = readText(value);
  if (text === null) return null;
  for (const format of values.times) {
    const read = readTimeAs(format, text);
    if (read === null) continue;
    if ('wall' in read && values.textTimes === 'wall') return read.wall;
    const instant = 'wall' in read ? Date.parse(`${read.wall}Z`) : read.instant;
    const resolved = resolveZone(zone, null, new Date(instant).getUTCFullYear());
    return resolved === null ? null : toWallClock(instant, resolved.zone);
  }
  return null;
}

function readTimeAs(format: string, text: string): { wall: WallClock } | { instant: number } | null {
  if (format === 'epochSeconds') return /^\d{9,10}$/.test(text) ? { instant: Number(text) * 1_000 } : null;
  if (format === 'epochMillis') return /^\d{12,13}$/.test(text) ? { instant: Number(text) } : null;
  if (format === 'ISO8601') {
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(text)) return null;
    if (!/(Z|[+-]\d{2}:?\d{2})$/.test(text)) return wallClock(text);
    const instant = Date.parse(text);
    return Number.isNaN(instant) ? null : { instant };
  }
  const pattern = format.endsWith(':ss') ? /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/ : /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/;
  return pattern.test(text) ? wallClock(text.replace(' ', 'T')) : null;
}

/** A face that a clock can show: 2026-02-30 and 24:00 are none. */
function wallClock(text: string): { wall: WallClock } | null {
  const face = `${text}${text.length === 16 ? ':00' : ''}`.slice(0, 19);
  const parsed = Date.parse(`${face}Z`);
  return Number.isNaN(parsed) || new Date(parsed).toISOString().slice(0, 19) !== face ? null : { wall: face };
}

export interface RepeatParts {
  repeat: unknown;
  rrule: unknown;
  until: unknown;
  count: unknown;
  weekdays: unknown;
  excluded: unknown;
}

/**
 * Exact or nothing: a rule that is nearly right would put meetings on days on which there are none. `undefined` for a
 * member that the row does not have.
 */
export function readRepeat(parts: RepeatParts, values: Values, frame: { start: WallClock; zone: string }): Repeat {
  const unknown: Repeat = { kind: 'unknown' };
  const written = readText(parts.rrule);
  let rrule: string | null = null;
  if (written !== null) {
    rrule = written.replace(/^RRULE:/i, '').toUpperCase();
  } else {
    if (parts.repeat === undefined) return unknown;
    if (parts.repeat === null || isOneOf(parts.repeat, values.repeat.none)) return { kind: 'none' };
    rrule = Object.entries(values.repeat.rules).find(([, spellings]) => isOneOf(parts.repeat, spellings))?.[0] ?? null;
    if (rrule === null) return unknown;
    const days = readWeekdays(parts.weekdays, values);
    if (days === null) return unknown;
    if (days.length > 0) {
      if (!rrule.startsWith('FREQ=WEEKLY') || rrule.includes('BYDAY=')) return unknown;
      rrule += `;BYDAY=${days.join(',')}`;
    }
    const count = readText(parts.count);
    const until = readText(parts.until);
    if (count !== null && count !== '0') {
      if (!/^[1-9]\d{0,3}$/.test(count)) return unknown;
      rrule += `;COUNT=${count}`;
    } else if (until !== null) {
      const end = /^\d{4}-\d{2}-\d{2}$/.test(until) ? `${until}T23:59:59` : readTime(until, values, frame.zone);
      if (end === null) return unknown;
      rrule += `;UNTIL=${end.replace(/[-:]/g, '')}`;
    }
  }
  if (!readRule(rrule).ok) return unknown;
  const excluded = readExcluded(parts.excluded, values, frame);
  return excluded === null ? unknown : { kind: 'rule', rrule, excluded };
}

function readWeekdays(value: unknown, values: Values): string[] | null {
  const list = readList(value);
  if (list === null) return null;
  const days = list.map((item) => Object.entries(values.weekdays).find(([, names]) => isOneOf(item, names))?.[0]);
  return days.every((day) => day !== undefined) ? [...new Set(days)] : null;
}

/** Dates, or starts. A date means the occurrence of that day. */
function readExcluded(value: unknown, values: Values, frame: { start: WallClock; zone: string }): WallClock[] | null {
  const list = readList(value);
  if (list === null) return null;
  const found = list.map((item) => {
    const text = readText(item) ?? '';
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T${frame.start.slice(11)}` : readTime(item, values, frame.zone);
  });
  return found.every((time) => time !== null) ? found : null;
}

/** An array, JSON text of one, or words separated by commas; nothing at all is the empty list. */
export function readList(value: unknown): unknown[] | null {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return null;
  if (!value.trim().startsWith('[')) return value.split(',').map((item) => item.trim());
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

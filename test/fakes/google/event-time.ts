import { DateTime } from 'luxon';
import { ApiError, badRequest, invalid, required } from './api-error.ts';
import type { Slot } from './types.ts';
import { isAcceptedZone } from './zones.ts';

export interface SlotRules {
  calendarZone: string;
  recurring: boolean;
  ambiguousClock: 'later' | 'earlier';
}

interface RawSlot {
  date?: string | null;
  dateTime?: string | null;
  timeZone?: string | null;
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Checks the two ends of an event in the order the service does (end present, start present, zones, formats,
 * emptiness) and answers them as stored. Raises ApiError.
 */
export function settleSlots(start: unknown, end: unknown, rules: SlotRules): { start: Slot; end: Slot } {
  const rawEnd = present(end, 'end');
  const rawStart = present(start, 'start');
  const badZones = (['start', 'end'] as const).filter((side) => {
    const zone = (side === 'start' ? rawStart : rawEnd).timeZone;
    return typeof zone === 'string' && !isAcceptedZone(zone);
  });
  if (badZones.length > 0)
    throw invalid(badZones.map((side) => `Invalid time zone definition for ${side} time.`).join('\n'));
  const settled = { start: settle(rawStart, 'start', rules), end: settle(rawEnd, 'end', rules) };
  if ((settled.start.date === undefined) !== (settled.end.date === undefined))
    throw invalid('The start and end times must either both be date or both be dateTime.');
  if (instantOf(settled.end, 'UTC') < instantOf(settled.start, 'UTC')) throw timeRangeEmpty();
  return settled;
}

export function timeRangeEmpty(): ApiError {
  return new ApiError(400, 'timeRangeEmpty', 'The specified time range is empty.', { domain: 'calendar' });
}

function present(slot: unknown, side: string): RawSlot {
  const raw = (typeof slot === 'object' && slot !== null ? slot : {}) as RawSlot;
  if (!raw.date && !raw.dateTime) throw required(`Missing ${side} time.`);
  return raw;
}

function settle(raw: RawSlot, side: string, rules: SlotRules): Slot {
  if (raw.date && raw.dateTime) throw invalid(`Invalid ${side} time.`);
  if (raw.date) {
    if (!DATE.test(raw.date) || !DateTime.fromISO(raw.date, { zone: 'UTC' }).isValid) throw badRequest();
    return { date: raw.date };
  }
  const parts = DATE_TIME.exec(raw.dateTime ?? '');
  if (!parts?.[1]) throw badRequest();
  const zone = raw.timeZone || undefined;
  if (zone === undefined && (parts[2] === undefined || rules.recurring))
    throw required(`Missing time zone definition for ${side} time.`);
  let time = DateTime.fromISO(
    parts[1] + (parts[2] ?? ''),
    parts[2] === undefined ? { zone: zone ?? 'UTC' } : { setZone: true },
  );
  if (!time.isValid) throw badRequest();
  if (parts[2] === undefined && rules.ambiguousClock === 'earlier')
    time = DateTime.min(time, ...time.getPossibleOffsets()) ?? time;
  return { dateTime: utcText(time.toMillis()), timeZone: zone ?? rules.calendarZone };
}

export function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** All-day slots begin at midnight of `zone`. */
export function instantOf(slot: Slot, zone: string): number {
  return slot.date === undefined ? Date.parse(slot.dateTime ?? '') : DateTime.fromISO(slot.date, { zone }).toMillis();
}

/** Answers carry the offset of the calendar (or of the asked zone), whole seconds, and the slot's own zone. */
export function renderSlot(slot: Slot, zone: string): Slot {
  if (slot.dateTime === undefined) return slot;
  const time = DateTime.fromISO(slot.dateTime, { zone });
  const text = time.toFormat("yyyy-MM-dd'T'HH:mm:ss") + (time.offset === 0 ? 'Z' : time.toFormat('ZZ'));
  return slot.timeZone === undefined ? { dateTime: text } : { dateTime: text, timeZone: slot.timeZone };
}

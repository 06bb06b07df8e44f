import { compareFields, type FieldComparison } from '../domain/compare.ts';
import type { CalendarProvider, Clock, MeetingRecord } from './ports.ts';

export interface Verification {
  at: string;
  /** Whether every entry of the meeting is held as it was written. */
  matches: boolean;
  entries: {
    occurrence: string | null;
    eventId: string;
    state: 'found' | 'missing';
    matches: boolean;
    fields: FieldComparison[];
  }[];
}

/** Reads back what was written for a meeting, and compares it field by field. Raises what CalendarProvider.get raises. */
export async function verifyMeeting(
  deps: { calendar: Pick<CalendarProvider, 'get'>; clock: Clock },
  record: MeetingRecord,
): Promise<Verification> {
  const entries: Verification['entries'] = [];
  for (const { occurrence, calendarId, eventId, state, entry } of record.recorded) {
    if (state !== 'live' || entry === null) continue;
    const held = await deps.calendar.get({ calendarId, eventId });
    const fields = held === null ? [] : compareFields(entry, held);
    const matches = held !== null && fields.every((field) => field.matches);
    entries.push({ occurrence, eventId, state: held === null ? 'missing' : 'found', matches, fields });
  }
  return { at: new Date(deps.clock()).toISOString(), matches: entries.every((item) => item.matches), entries };
}

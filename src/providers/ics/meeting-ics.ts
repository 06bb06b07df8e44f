import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { DateTime } from 'luxon';
import { tzlib_get_ical_block } from 'timezones-ical-library';
import { type CalendarEntry, composeEntry } from '../../domain/entry.ts';
import type { Meeting } from '../../domain/meeting.ts';
import { formatUtcBasic, resolveZone, toInstant } from '../../domain/zone.ts';
import type { MeetingRecord } from '../../sync/ports.ts';

/**
 * A meeting as iCalendar (RFC 5545): the series with its VTIMEZONE, and each changed occurrence under its RECURRENCE-ID.
 * null when there is nothing to show: no wish is known, or its zone is not.
 */
export function meetingIcs(record: MeetingRecord, context: { agentId: string; now: number }): string | null {
  const meeting = record.main?.meeting ?? null;
  const zone =
    meeting === null ? null : (resolveZone(meeting.timeZone, null, Number(meeting.start.slice(0, 4)))?.zone ?? null);
  if (meeting === null || zone === null) return null;
  const calendar = ical({
    prodId: { company: 'pbx-calendar-agent', product: 'Calendar Agent', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    timezone: { name: zone, generator: vtimezone },
  });
  const compose = (wish: Meeting): CalendarEntry =>
    composeEntry(wish, {
      device: record.device,
      zone,
      occurrence: null,
      policy: {
        agentId: context.agentId,
        reminders: null,
        visibility: 'default',
        includePassword: false,
        organizerAddress: null,
      },
    }).entry;
  // A DateTime carries its zone; a Date would be printed with the face of this machine's clock.
  const at = (local: string) => DateTime.fromMillis(toInstant(local, zone), { zone });
  const id = `${record.uid}@${record.device}`;
  const main = compose(meeting);
  const sequence = (value: number) => Math.min(value, 2 ** 31 - 1);
  const add = (entry: CalendarEntry, rest: { sequence: number; recurrenceId?: DateTime; cancelled?: boolean }) => {
    const event = calendar.createEvent({
      id,
      sequence: sequence(rest.sequence),
      stamp: new Date(context.now),
      start: at(entry.start.local),
      end: at(entry.end.local),
      timezone: zone,
      summary: entry.summary,
      description: plain(entry.description),
      ...(entry.location === '' ? {} : { location: entry.location }),
      status: rest.cancelled === true ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      ...(entry.recurrence.length > 0 ? { repeating: entry.recurrence.join('\r\n') } : {}),
      ...(rest.recurrenceId === undefined ? {} : { recurrenceId: rest.recurrenceId }),
    });
    for (const guest of entry.guests)
      event.createAttendee({ email: guest.email, ...(guest.displayName === null ? {} : { name: guest.displayName }) });
    if (meeting.host?.email)
      event.organizer({ name: meeting.host.name ?? meeting.host.email, email: meeting.host.email });
  };
  add(main, { sequence: meeting.sequence });
  for (const wish of record.occurrences) {
    if (wish.occurrence === null) continue;
    const length = toInstant(meeting.end, zone) - toInstant(meeting.start, zone);
    const gone = wish.meeting === null;
    const entry = gone
      ? {
          ...main,
          recurrence: [],
          start: { ...main.start, local: wish.occurrence },
          end: { ...main.end, local: shifted(wish.occurrence, length) },
        }
      : compose({ ...(wish.meeting as Meeting), recurrence: null });
    add(entry, { sequence: wish.sequence, recurrenceId: at(wish.occurrence), cancelled: gone });
  }
  // RFC 5545 section 3.8.7.2: DTSTAMP is in UTC, whatever the zone of the calendar.
  return calendar.toString().replace(/^DTSTAMP:.*$/gm, `DTSTAMP:${formatUtcBasic(context.now)}`);
}

function vtimezone(zone: string): string | null {
  const block = tzlib_get_ical_block(zone);
  return Array.isArray(block) ? (block[0] ?? null) : block;
}

function shifted(local: string, ms: number): string {
  return new Date(Date.parse(`${local}Z`) + ms).toISOString().slice(0, 19);
}

/** The description is lines of HTML; iCalendar wants text. */
function plain(html: string): string {
  return html
    .replace(/<a href="[^"]*">([^<]*)<\/a>/g, '$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
}

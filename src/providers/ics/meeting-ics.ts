import ical, { type ICalCalendar, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { DateTime } from 'luxon';
import { type CalendarEntry, composeEntry } from '../../domain/entry.ts';
import type { DesiredState, Meeting, Recurrence } from '../../domain/meeting.ts';
import { placeOccurrences, standingRecurrence } from '../../domain/occurrences.ts';
import { recurrenceFault } from '../../domain/recurrence.ts';
import { formatUtcBasic, resolveZone, toInstant } from '../../domain/zone.ts';
import type { MeetingRecord } from '../../sync/ports.ts';
import { vtimezone } from './vtimezone.ts';

/** A meeting as the ledger keeps it, and the zone of its device for meetings that name none. */
export interface IcsSource {
  record: MeetingRecord;
  deviceZone: string | null;
}

/** RFC 5545 section 3.3.8: an INTEGER has 32 bits. */
const LARGEST_SEQUENCE = 2 ** 31 - 1;

/**
 * Meetings as one iCalendar file (RFC 5545): each with its SEQUENCE, a series with its rule and the occurrences that were
 * cancelled as EXDATE, each changed occurrence under its RECURRENCE-ID, a cancelled meeting with STATUS:CANCELLED, and a
 * VTIMEZONE for every zone. null when there is nothing to show: no wish is known, or no zone or rule can be read.
 */
export function meetingsIcs(sources: readonly IcsSource[], context: { agentId: string; now: number }): string | null {
  const events = sources.flatMap((source) => eventsOf(source, context.agentId));
  if (events.length === 0) return null;
  const firstYear = Math.min(...events.map((event) => Number(event.entry.start.local.slice(0, 4))));
  const calendar = ical({
    prodId: { company: 'pbx-calendar-agent', product: 'Calendar Agent', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    timezone: { name: events[0]?.entry.start.zone ?? 'Etc/UTC', generator: (zone) => vtimezone(zone, firstYear) },
  });
  for (const event of events) write(calendar, event, context.now);
  // RFC 5545 section 3.8.7.2: DTSTAMP is in UTC, whatever the zone of the calendar.
  return calendar.toString().replace(/^DTSTAMP:.*$/gm, `DTSTAMP:${formatUtcBasic(context.now)}`);
}

interface IcsEvent {
  uid: string;
  sequence: number;
  entry: CalendarEntry;
  cancelled: boolean;
  organizer: { name: string; email: string } | null;
  /** The original start of a changed occurrence. */
  recurrenceId: DateTime | null;
}

function eventsOf({ record, deviceZone }: IcsSource, agentId: string): IcsEvent[] {
  const uid = `${record.uid}@${record.device}`;
  const main = record.main;
  if (main === null) return [];
  const base = { uid, sequence: main.sequence, cancelled: false, organizer: null, recurrenceId: null };
  if (main.meeting === null) {
    // What was cancelled is told by what the calendar held of it.
    const entry = record.recorded.find((row) => row.occurrence === null)?.entry ?? null;
    return entry === null ? [] : [{ ...base, entry, cancelled: true }];
  }
  const { meeting } = main;
  const zone = zoneOf(meeting, deviceZone);
  if (zone === null) return [];
  const compose = (asked: Meeting, place: string) => entryOf(asked, { device: record.device, zone: place, agentId });
  const organizer = organizerOf(meeting);
  if (meeting.recurrence === null) return [{ ...base, entry: compose(meeting, zone), organizer }];
  if (recurrenceFault(meeting.recurrence, meeting.start, zone) !== null) return [];

  const series = { ...meeting, recurrence: standingRecurrence(meeting, record.occurrences, stands) };
  const placed = placeOccurrences({ meeting: series, zone, wishes: record.occurrences, recorded: [], entryId: null });
  const wishes = placed.flatMap((item) => (item.kind === 'wish' ? [item] : []));
  const gone = wishes.filter((item) => !stands(item.wish)).map((item) => item.occurrence);
  const recurrence: Recurrence = { ...meeting.recurrence, excluded: [...(series.recurrence?.excluded ?? []), ...gone] };
  const changed = wishes.flatMap(({ occurrence, wish }): IcsEvent[] => {
    const place = wish.meeting === null ? null : wish.meeting.timeZone === '' ? zone : zoneOf(wish.meeting, null);
    if (wish.meeting === null || wish.cancelled || place === null) return [];
    const entry = compose({ ...wish.meeting, recurrence: null }, place);
    return [{ ...base, sequence: wish.sequence, entry, organizer, recurrenceId: inZone(occurrence, zone) }];
  });
  return [{ ...base, entry: compose({ ...meeting, recurrence }, zone), organizer }, ...changed];
}

const stands = (wish: DesiredState): boolean => wish.meeting !== null && !wish.cancelled;

function write(calendar: ICalCalendar, event: IcsEvent, now: number): void {
  const { entry, organizer, recurrenceId } = event;
  const written = calendar.createEvent({
    id: event.uid,
    sequence: Math.min(event.sequence, LARGEST_SEQUENCE),
    stamp: new Date(now),
    start: inZone(entry.start.local, entry.start.zone),
    end: inZone(entry.end.local, entry.end.zone),
    timezone: entry.start.zone,
    summary: entry.summary,
    description: plain(entry.description),
    ...(entry.location === '' ? {} : { location: entry.location }),
    status: event.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    ...(entry.recurrence.length > 0 ? { repeating: entry.recurrence.join('\r\n') } : {}),
    ...(recurrenceId === null ? {} : { recurrenceId }),
  });
  for (const guest of entry.guests)
    written.createAttendee({
      email: guest.email,
      ...(guest.displayName === null ? {} : { name: guest.displayName }),
    });
  if (organizer !== null) written.organizer(organizer);
}

function entryOf(meeting: Meeting, context: { device: string; zone: string; agentId: string }): CalendarEntry {
  const { device, zone, agentId } = context;
  const policy = {
    agentId,
    reminders: null,
    visibility: 'default' as const,
    includePassword: false,
    organizerAddress: null,
  };
  return composeEntry(meeting, { device, zone, occurrence: null, policy }).entry;
}

function zoneOf(meeting: Meeting, deviceZone: string | null): string | null {
  return resolveZone(meeting.timeZone, deviceZone, Number(meeting.start.slice(0, 4)))?.zone ?? null;
}

function organizerOf({ host }: Meeting): IcsEvent['organizer'] {
  return host?.email ? { name: host.name ?? host.email, email: host.email } : null;
}

/** A DateTime carries its zone; a Date would be printed with the face of this machine's clock. */
function inZone(local: string, zone: string): DateTime {
  return DateTime.fromMillis(toInstant(local, zone), { zone });
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

import { instantOf, renderSlot } from './event-time.ts';
import { occurrences } from './recurrence.ts';
import type { AccessRole, EventFields, Json, JsonObject, StoredCalendar, StoredEvent } from './types.ts';

export interface ViewOptions {
  role: AccessRole;
  /** The account that asks. */
  email: string;
  /** The zone of the answer; the calendar's unless the caller asked for another. */
  zone: string;
  maxAttendees?: number | undefined;
}

const HIDDEN_DEFAULTS: Partial<Record<keyof EventFields, Json>> = {
  transparency: 'opaque',
  visibility: 'default',
  guestsCanModify: false,
  guestsCanInviteOthers: true,
  guestsCanSeeOtherGuests: true,
  anyoneCanAddSelf: false,
};

/** The Event resource as answered. */
export function renderEvent(calendar: StoredCalendar, event: StoredEvent, options: ViewOptions): JsonObject {
  const slot = (value: StoredEvent['start']) => (value ? { ...renderSlot(value, options.zone) } : undefined);
  const identity: JsonObject = { kind: 'calendar#event', etag: event.etag, id: event.id, status: event.status };
  const origin: JsonObject = compact({
    recurringEventId: event.recurringEventId,
    originalStartTime: slot(event.originalStartTime),
  });
  const foreign = event.organizer.email.toLowerCase() !== calendar.id.toLowerCase();
  if (event.status === 'cancelled' && (event.bare || event.purged || foreign)) return { ...identity, ...origin };
  if (options.role === 'freeBusyReader')
    return {
      ...identity,
      ...origin,
      visibility: 'private',
      ...compact({ start: slot(event.start), end: slot(event.end) }),
    };
  const fields = Object.fromEntries(
    Object.entries(event).filter(([name, value]) => {
      const hidden = HIDDEN_DEFAULTS[name as keyof EventFields];
      return FIELDS.has(name) && value !== undefined && value !== hidden;
    }),
  ) as JsonObject;
  return compact({
    ...identity,
    htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(`${event.id} ${calendar.id}`).toString('base64url')}`,
    created: event.created,
    updated: event.updated,
    ...structuredClone(fields),
    creator: { email: event.creator.email, ...self(event.creator.email, calendar) },
    organizer: { ...event.organizer, ...self(event.organizer.email, calendar) },
    start: slot(event.start),
    end: slot(event.end),
    ...origin,
    iCalUID: event.iCalUID,
    sequence: event.sequence,
    ...attendees(calendar, event, options),
    reminders: reminders(calendar, event),
    eventType: event.eventType ?? 'default',
  });
}

const FIELDS = new Set([
  'summary',
  'description',
  'location',
  'colorId',
  'recurrence',
  'transparency',
  'visibility',
  'extendedProperties',
  'conferenceData',
  'guestsCanModify',
  'guestsCanInviteOthers',
  'guestsCanSeeOtherGuests',
  'anyoneCanAddSelf',
  'source',
  'attachments',
  'eventLabelId',
]);

/** Nobody is `self` on a secondary calendar but the calendar. */
function self(email: string, calendar: StoredCalendar): JsonObject {
  return email.toLowerCase() === calendar.id.toLowerCase() ? { self: true } : {};
}

function attendees(calendar: StoredCalendar, event: StoredEvent, options: ViewOptions): JsonObject {
  if (!event.attendees) return {};
  const rows = event.attendees.map(
    (guest): JsonObject => ({
      ...guest,
      ...self(guest.email, calendar),
      ...(guest.email.toLowerCase() === event.organizer.email.toLowerCase() ? { organizer: true } : {}),
    }),
  );
  if (options.maxAttendees === undefined || rows.length <= options.maxAttendees) return { attendees: rows };
  return { attendees: rows.filter((row) => row['self'] === true), attendeesOmitted: true };
}

function reminders(calendar: StoredCalendar, event: StoredEvent): JsonObject {
  if (event.reminders) return structuredClone({ ...event.reminders }) as unknown as JsonObject;
  if (event.start?.date !== undefined && calendar.defaultReminders.length > 0)
    return { useDefault: false, overrides: calendar.defaultReminders.map((reminder) => ({ ...reminder })) };
  return { useDefault: true };
}

function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** One occurrence of a series that has no exception of its own. */
export function virtualInstance(
  calendar: StoredCalendar,
  series: StoredEvent,
  occurrence: { suffix: string; slot: StoredEvent['start']; at: number },
): StoredEvent {
  const { recurrence: _recurrence, ...rest } = structuredClone(series);
  const length = series.start && series.end ? instantOf(series.end, 'UTC') - instantOf(series.start, 'UTC') : 0;
  const slot = occurrence.slot ?? {};
  const end: StoredEvent['end'] =
    slot.date !== undefined
      ? { date: new Date(Date.parse(slot.date) + length).toISOString().slice(0, 10) }
      : {
          dateTime: `${new Date(occurrence.at + length).toISOString().slice(0, 19)}Z`,
          timeZone: series.end?.timeZone ?? calendar.timeZone,
        };
  return {
    ...rest,
    id: `${series.id}_${occurrence.suffix}`,
    start: { ...slot },
    end,
    recurringEventId: series.id,
    originalStartTime: { ...slot },
  };
}

/** The event behind an id: stored, or an occurrence that only the rule knows. */
export function findEvent(calendar: StoredCalendar, id: string): StoredEvent | undefined {
  const stored = calendar.events.get(id);
  if (stored) return stored;
  const parts = /^(.+)_(\d{8}(?:T\d{6}Z)?)$/.exec(id);
  const series = parts?.[1] === undefined ? undefined : calendar.events.get(parts[1]);
  if (!series?.recurrence || !parts?.[2]) return undefined;
  const iso = parts[2].replace(/^(....)(..)(..)/, '$1-$2-$3').replace(/T(..)(..)(..)/, 'T$1:$2:$3');
  const occurrence = occurrences(series, calendar.timeZone, Date.parse(iso) + 2 * 86_400_000).find(
    ({ suffix }) => suffix === parts[2],
  );
  return occurrence && virtualInstance(calendar, series, occurrence);
}

/** All occurrences of a series with its exceptions in place, by original start. */
export function expandSeries(calendar: StoredCalendar, series: StoredEvent, before: number): StoredEvent[] {
  const plain = occurrences(series, calendar.timeZone, before).map((occurrence) => {
    const exception = calendar.events.get(`${series.id}_${occurrence.suffix}`);
    return exception ?? virtualInstance(calendar, series, occurrence);
  });
  const ids = new Set(plain.map(({ id }) => id));
  const strays = [...calendar.events.values()].filter(
    (event) => event.recurringEventId === series.id && !ids.has(event.id) && event.status !== 'cancelled',
  );
  return [...plain, ...strays];
}

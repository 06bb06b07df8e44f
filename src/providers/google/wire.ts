import type { calendar_v3 } from '@googleapis/calendar';
import type { CalendarEntry, EntryTime, HeldEntry, Marker } from '../../domain/entry.ts';
import { AppError } from '../../errors.ts';
import type { GuestRow } from '../../sync/ports.ts';

/** Google's shape of an event, both ways. Calendar API v3, resource Events. */

type Event = calendar_v3.Schema$Event;

/** Members that the agent owns, as they are sent with every write. */
export function eventBody(entry: CalendarEntry): Event {
  return {
    summary: entry.summary,
    description: entry.description,
    location: entry.location,
    start: time(entry.start),
    end: time(entry.end),
    visibility: entry.visibility,
    // Objects merge in a PATCH: both members are always sent, so the outcome is the same under either reading.
    reminders: { useDefault: false, overrides: entry.reminders.map(({ method, minutes }) => ({ method, minutes })) },
    extendedProperties: { private: { ...entry.marker } },
  };
}

export function insertBody(entry: CalendarEntry, eventId: string): Event {
  return {
    ...eventBody(entry),
    id: eventId,
    ...(entry.recurrence.length > 0 ? { recurrence: entry.recurrence } : {}),
    ...(entry.guests.length > 0
      ? {
          attendees: entry.guests.map((guest) => ({
            email: guest.email,
            ...(guest.displayName === null ? {} : { displayName: guest.displayName }),
          })),
        }
      : {}),
  };
}

/** `isInstance`: an occurrence has no rule of its own, and one must not be sent. */
export function patchBody(
  change: { entry: CalendarEntry; guests: GuestRow[] | null; revive: boolean },
  isInstance: boolean,
): Event {
  const { entry, guests, revive } = change;
  return {
    ...eventBody(entry),
    // Objects merge: where a person made the entry last all day, its `date` must go, or it stands beside our time.
    start: { ...time(entry.start), date: null },
    end: { ...time(entry.end), date: null },
    // null clears: a series that became a single meeting loses its rule.
    ...(isInstance
      ? {}
      : { recurrence: entry.recurrence.length > 0 ? entry.recurrence : (null as unknown as string[]) }),
    ...(guests === null ? {} : { attendees: guests }),
    ...(revive ? { status: 'confirmed' } : {}),
  };
}

export function heldEntry(event: Event, calendarId: string): HeldEntry {
  if (typeof event.id !== 'string' || typeof event.status !== 'string') {
    throw new AppError('google-unavailable', 'Google answered with something that is no event');
  }
  const overrides = event.reminders?.overrides ?? [];
  return {
    calendarId,
    eventId: event.id,
    etag: event.etag ?? '',
    status: event.status === 'cancelled' ? 'cancelled' : event.status === 'tentative' ? 'tentative' : 'confirmed',
    htmlLink: event.htmlLink ?? null,
    summary: event.summary ?? '',
    description: event.description ?? '',
    location: event.location ?? '',
    startsAt: instant(event.start),
    endsAt: instant(event.end),
    startZone: event.start?.timeZone ?? null,
    recurrence: event.recurrence ?? [],
    guests: (event.attendees ?? []).filter((row): row is GuestRow => typeof row.email === 'string'),
    reminders:
      event.reminders?.useDefault === true
        ? 'default'
        : overrides.map((item) => ({
            method: item.method === 'popup' ? 'popup' : 'email',
            minutes: item.minutes ?? 0,
          })),
    visibility: event.visibility ?? 'default',
    marker: marker(event),
  };
}

function time(value: EntryTime): calendar_v3.Schema$EventDateTime {
  return { dateTime: `${value.local}${value.offset ?? ''}`, timeZone: value.zone };
}

function instant(value: calendar_v3.Schema$EventDateTime | undefined): number | null {
  const at = typeof value?.dateTime === 'string' ? Date.parse(value.dateTime) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

function marker(event: Event): Marker | null {
  const own = event.extendedProperties?.private;
  const device = own?.['pbxDevice'];
  const meeting = own?.['pbxMeeting'];
  if (typeof device !== 'string' || typeof meeting !== 'string') return null;
  return {
    pbxDevice: device,
    pbxMeeting: meeting,
    pbxSequence: own?.['pbxSequence'] ?? '',
    pbxAgent: own?.['pbxAgent'] ?? '',
  };
}

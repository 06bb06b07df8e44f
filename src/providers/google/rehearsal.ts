import type { CalendarEntry, HeldEntry } from '../../domain/entry.ts';
import { toInstant } from '../../domain/zone.ts';
import type { CalendarProvider, EntryAddress, WireRequest } from '../../sync/ports.ts';
import { insertBody, patchBody } from './wire.ts';

/**
 * The calendar of a dry run: what it is asked, the real one answers; what it is asked to write is kept as the request
 * that would have gone out, and answered as if it had been done.
 */
export function rehearse(real: Pick<CalendarProvider, 'get'>): {
  calendar: CalendarProvider;
  requests: WireRequest[];
} {
  const requests: WireRequest[] = [];
  const made = new Map<string, HeldEntry>();
  const path = ({ calendarId }: EntryAddress, eventId?: string) =>
    `/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events${eventId === undefined ? '' : `/${encodeURIComponent(eventId)}`}`;
  const keep = (request: WireRequest) => requests.push(JSON.parse(JSON.stringify(request)) as WireRequest);
  return {
    requests,
    calendar: {
      async insert(address, entry, sendUpdates) {
        const body = insertBody(entry, address.eventId);
        keep({ method: 'POST', path: path(address), query: { sendUpdates }, headers: {}, body });
        const held = asHeld(address, entry);
        made.set(address.eventId, held);
        return held;
      },
      async get(address) {
        // An occurrence of a series that only the rehearsal has made cannot be read: it is as its series.
        const series = made.get(address.eventId.split('_', 1)[0] ?? '');
        return series === undefined ? real.get(address) : { ...series, eventId: address.eventId };
      },
      async patch(address, change, etag, sendUpdates) {
        const { eventId } = address;
        const body = patchBody(change, eventId.includes('_'));
        const headers: Record<string, string> = etag === null ? {} : { 'If-Match': etag };
        keep({ method: 'PATCH', path: path(address, eventId), query: { sendUpdates }, headers, body });
        return asHeld(address, change.entry);
      },
      async remove(address, sendUpdates) {
        keep({
          method: 'DELETE',
          path: path(address, address.eventId),
          query: { sendUpdates },
          headers: {},
          body: null,
        });
        return 'removed';
      },
    },
  };
}

function asHeld({ calendarId, eventId }: EntryAddress, entry: CalendarEntry): HeldEntry {
  return {
    calendarId,
    eventId,
    etag: '',
    status: 'confirmed',
    htmlLink: null,
    summary: entry.summary,
    description: entry.description,
    location: entry.location,
    startsAt: toInstant(entry.start.local, entry.start.zone),
    endsAt: toInstant(entry.end.local, entry.end.zone),
    startZone: entry.start.zone,
    recurrence: entry.recurrence,
    guests: entry.guests.map(({ email }) => ({ email })),
    reminders: entry.reminders,
    visibility: entry.visibility,
    marker: entry.marker,
  };
}

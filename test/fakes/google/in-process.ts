import type { HeldEntry } from '../../../src/domain/entry.ts';
import { AppError } from '../../../src/errors.ts';
import { calendarFailure } from '../../../src/providers/google/errors.ts';
import { heldEntry, insertBody, patchBody } from '../../../src/providers/google/wire.ts';
import type { CalendarProvider } from '../../../src/sync/ports.ts';
import { ApiError } from './api-error.ts';
import { loadDiscovery } from './discovery.ts';
import { expandSeries, findEvent, renderEvent } from './event-view.ts';
import { changeEvent, deleteEvent, insertEvent } from './event-write.ts';
import { createSigningKey } from './id-token.ts';
import type { JsonObject, StoredCalendar, StoredEvent } from './types.ts';
import { createWorld, type World } from './world.ts';

export const OWNER = 'owner@example.com';

export interface Shown {
  /** In UTC, to the second. */
  start: string;
  end: string;
  summary: string;
  guests: string[];
}

/** What happens to a write: it is carried out, refused before it counts, or carried out and its answer lost. */
export type Fate = 'done' | 'refused' | 'lost';

export interface CalendarInProcess {
  provider: CalendarProvider;
  world: World;
  /** Writes that the calendar carried out so far. */
  writes(): number;
  /** What people see of one meeting until `before`, in order of time. */
  seen(uid: string, before: number): Shown[];
}

/** The stand-in for Google without its network: thousands of histories a minute, under the same strict rules. */
export function calendarInProcess(now: () => number, fate: () => Fate): CalendarInProcess {
  const world = createWorld({ now, discovery: loadDiscovery(), key: createSigningKey() });
  const calendar: StoredCalendar = {
    id: OWNER,
    summary: OWNER,
    timeZone: 'Asia/Tokyo',
    primary: true,
    dataOwner: OWNER,
    roles: new Map([[OWNER, 'owner']]),
    events: new Map(),
    defaultReminders: [],
    revision: 0,
    syncGeneration: 0,
    etag: '"0"',
  };
  world.calendars.set(calendar.id, calendar);
  let writes = 0;

  const answer = (event: StoredEvent): HeldEntry =>
    heldEntry(renderEvent(calendar, event, { role: 'owner', email: OWNER, zone: calendar.timeZone }), calendar.id);
  const asked = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw calendarFailure({ status: error.status, retryAfter: null, at: now(), body: error.toBody(false) });
    }
  };
  const write = async <T>(work: () => T): Promise<T> => {
    const chosen = fate();
    if (chosen === 'refused') throw new AppError('google-unavailable', 'refused before it counted');
    const result = asked(work);
    writes += 1;
    if (chosen === 'lost') throw new AppError('google-unavailable', 'carried out, and the answer lost');
    return result;
  };
  const call = (sendUpdates: string) => ({ calendar, email: OWNER, query: new URLSearchParams({ sendUpdates }) });
  const json = (body: unknown) => JSON.parse(JSON.stringify(body)) as JsonObject;

  return {
    world,
    provider: {
      insert: ({ eventId }, entry, sendUpdates) =>
        write(() =>
          answer(
            insertEvent(world, { ...call(sendUpdates), body: json(insertBody(entry, eventId)), ifMatch: undefined }),
          ),
        ),
      async get({ eventId }) {
        const found = findEvent(calendar, eventId);
        return found === undefined ? null : answer(found);
      },
      patch: ({ eventId }, change, etag, sendUpdates) =>
        write(() => {
          const body = json(patchBody(change, eventId.includes('_')));
          const ifMatch = etag ?? undefined;
          return answer(changeEvent(world, { ...call(sendUpdates), body, ifMatch, id: eventId, replace: false }));
        }),
      async remove({ eventId }, sendUpdates) {
        try {
          await write(() => deleteEvent(world, { ...call(sendUpdates), ifMatch: undefined, id: eventId }));
          return 'removed';
        } catch (error) {
          if (error instanceof AppError && (error.code === 'gone' || error.code === 'not-found')) return 'gone';
          throw error;
        }
      },
    },
    writes: () => writes,
    seen: (uid, before) =>
      [...calendar.events.values()]
        .filter((event) => event.extendedProperties?.private?.['pbxMeeting'] === uid)
        .filter((event) => event.recurringEventId === undefined && event.status !== 'cancelled')
        .flatMap((event) =>
          event.recurrence ? expandSeries(calendar, event, before) : [event, ...strays(calendar, event)],
        )
        .filter((event) => event.status !== 'cancelled')
        .map(shown)
        .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  };
}

/** Changed occurrences that are still about though their series became a single meeting. */
function strays(calendar: StoredCalendar, single: StoredEvent): StoredEvent[] {
  return [...calendar.events.values()].filter((event) => event.recurringEventId === single.id);
}

function shown(event: StoredEvent): Shown {
  return {
    start: event.start?.dateTime ?? '',
    end: event.end?.dateTime ?? '',
    summary: event.summary ?? '',
    guests: (event.attendees ?? []).map((guest) => guest.email).sort(),
  };
}

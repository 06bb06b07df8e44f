import { randomBytes } from 'node:crypto';
import { notifyGuests } from './mails.ts';
import type { SendUpdates, StoredCalendar, StoredEvent } from './types.ts';
import { nextEtag, type World } from './world.ts';

/** Server-made ids: 26 characters of base32hex, as the service hands out. */
export function newEventId(): string {
  return [...randomBytes(26)].map((byte) => '0123456789abcdefghijklmnopqrstuv'[byte % 32]).join('');
}

export interface Commit {
  calendar: StoredCalendar;
  before: StoredEvent | undefined;
  event: StoredEvent;
  audience: SendUpdates;
  /** Leave `updated` as it is: reminders are nobody else's business. */
  quiet?: boolean;
}

/** Stores an event under a new etag and revision and accounts for the mails. */
export function commit(world: World, { calendar, before, event, audience, quiet }: Commit): StoredEvent {
  calendar.revision += 1;
  const now = world.now();
  const stored: StoredEvent = { ...event, etag: nextEtag(world), revision: calendar.revision };
  if (quiet !== true) Object.assign(stored, { updatedAt: now, updated: new Date(now).toISOString() });
  calendar.events.set(stored.id, stored);
  notifyGuests(world, { calendar, before, after: stored, audience });
  if (stored.recurrence || before?.recurrence) settleExceptions(world, calendar, { before, event: stored, audience });
  return stored;
}

/** Exceptions follow their series: gone when it is deleted, and lost or kept when its times change. */
function settleExceptions(
  world: World,
  calendar: StoredCalendar,
  { before, event, audience }: { before: StoredEvent | undefined; event: StoredEvent; audience: SendUpdates },
): void {
  const cancelled = event.status === 'cancelled' && before?.status !== 'cancelled';
  const moved = before !== undefined && JSON.stringify(before.start) !== JSON.stringify(event.start);
  if (!cancelled && !moved) return;
  for (const exception of calendar.events.values()) {
    if (exception.recurringEventId !== event.id) continue;
    if (moved && !cancelled) {
      if (world.switches.movedSeries === 'drops-exceptions') calendar.events.delete(exception.id);
    } else if (exception.status !== 'cancelled') {
      // The guests get one mail for the series, none for each exception.
      cancel(world, { calendar, event: exception, audience: 'none' });
      if (audience === 'none') continue;
      const left = world.guestCopies.filter((copy) => copy.eventId !== exception.id);
      world.guestCopies.splice(0, world.guestCopies.length, ...left);
    }
  }
}

/** Turns an event into its tombstone; a single occurrence into a bare stub. */
export function cancel(
  world: World,
  { calendar, event, audience }: { calendar: StoredCalendar; event: StoredEvent; audience: SendUpdates },
): StoredEvent {
  const gone: StoredEvent = { ...event, status: 'cancelled' };
  if (event.recurringEventId !== undefined) gone.bare = true;
  return commit(world, { calendar, before: event, event: gone, audience });
}

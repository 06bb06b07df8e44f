import { addressKey, type CalendarEntry, type HeldEntry } from './entry.ts';
import { recurrenceKey } from './recurrence.ts';
import { toInstant } from './zone.ts';

/**
 * The fields in which a held entry is not as asked; empty = it matches. Times are compared as instants: a calendar
 * answers in its own zone. Guests that people added and answers that they gave are no difference.
 */
export function differences(asked: CalendarEntry, held: HeldEntry): string[] {
  const found: string[] = [];
  const check = (field: string, same: boolean): void => {
    if (!same) found.push(field);
  };
  check('status', held.status !== 'cancelled');
  check('summary', asked.summary === held.summary);
  check('description', asked.description === held.description);
  check('location', asked.location === held.location);
  check('start', toInstant(asked.start.local, asked.start.zone) === held.startsAt);
  check('end', toInstant(asked.end.local, asked.end.zone) === held.endsAt);
  const { zone } = asked.start;
  check('recurrence', recurrenceKey(asked.recurrence, zone) === recurrenceKey(held.recurrence, zone));
  const present = new Set(held.guests.map((guest) => addressKey(guest.email)));
  check(
    'guests',
    asked.guests.every((guest) => present.has(addressKey(guest.email))),
  );
  check('reminders', held.reminders !== 'default' && reminderKey(asked.reminders) === reminderKey(held.reminders));
  check('visibility', asked.visibility === held.visibility);
  return found;
}

function reminderKey(reminders: readonly { method: string; minutes: number }[]): string {
  return reminders
    .map((reminder) => `${reminder.method}:${reminder.minutes}`)
    .sort()
    .join(' ');
}

import { addressKey, type CalendarEntry, type HeldEntry } from './entry.ts';
import { recurrenceKey } from './recurrence.ts';
import { toInstant } from './zone.ts';

/**
 * The fields in which a held entry is not as asked; empty = it matches. Times are compared as instants: a calendar
 * answers in its own zone. Guests that people added and answers that they gave are no difference.
 */
export function differences(asked: CalendarEntry, held: HeldEntry): string[] {
  return compareFields(asked, held)
    .filter((item) => !item.matches)
    .map((item) => item.field);
}

export interface FieldComparison {
  field: string;
  asked: unknown;
  held: unknown;
  matches: boolean;
}

/** Field by field, with both values as people read them: times as UTC instants, guests by address. */
export function compareFields(asked: CalendarEntry, held: HeldEntry): FieldComparison[] {
  const found: FieldComparison[] = [];
  const check = (field: string, matches: boolean, values: { asked: unknown; held: unknown }): void => {
    found.push({ field, ...values, matches });
  };
  const both = (field: 'summary' | 'description' | 'location' | 'visibility'): void =>
    check(field, asked[field] === held[field], { asked: asked[field], held: held[field] });
  const time = (field: 'start' | 'end', heldAt: number | null): void => {
    const askedAt = toInstant(asked[field].local, asked[field].zone);
    check(field, askedAt === heldAt, { asked: iso(askedAt), held: heldAt === null ? null : iso(heldAt) });
  };
  check('status', held.status !== 'cancelled', { asked: 'confirmed', held: held.status });
  both('summary');
  both('description');
  both('location');
  time('start', held.startsAt);
  time('end', held.endsAt);
  const { zone } = asked.start;
  const repeats = recurrenceKey(asked.recurrence, zone) === recurrenceKey(held.recurrence, zone);
  check('recurrence', repeats, { asked: asked.recurrence, held: held.recurrence });
  const present = new Set(held.guests.map((guest) => addressKey(guest.email)));
  check(
    'guests',
    asked.guests.every((guest) => present.has(addressKey(guest.email))),
    { asked: asked.guests.map((guest) => guest.email), held: held.guests.map((guest) => guest.email) },
  );
  const reminds = held.reminders !== 'default' && reminderKey(asked.reminders) === reminderKey(held.reminders);
  check('reminders', reminds, { asked: asked.reminders, held: held.reminders });
  both('visibility');
  return found;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function reminderKey(reminders: readonly { method: string; minutes: number }[]): string {
  return reminders
    .map((reminder) => `${reminder.method}:${reminder.minutes}`)
    .sort()
    .join(' ');
}

import type { Mail, SendUpdates, StoredCalendar, StoredEvent } from './types.ts';
import type { World } from './world.ts';

export interface Change {
  calendar: StoredCalendar;
  before: StoredEvent | undefined;
  after: StoredEvent;
  audience: SendUpdates;
}

const MATTERS = ['summary', 'description', 'location', 'start', 'end', 'recurrence', 'conferenceData'] as const;

/** The mails the service would send for one write, and what the guests then find in their own calendars. */
export function notifyGuests(world: World, change: Change): void {
  const { calendar, before, after } = change;
  const old = liveGuests(calendar, before);
  const now = liveGuests(calendar, after);
  const effective = before === undefined || isEffective(before, after) || old.size !== now.size;
  for (const [email, answer] of now) {
    const known = old.get(email);
    const reset = known !== undefined && known !== answer && answer === 'needsAction';
    const kind = known === undefined ? 'invitation' : effective || reset || gained(old, now) ? 'update' : undefined;
    if (kind) tell(world, change, email, kind);
  }
  for (const email of old.keys()) if (!now.has(email)) tell(world, change, email, 'cancellation');
}

function gained(old: Map<string, string>, now: Map<string, string>): boolean {
  return [...now.keys()].some((email) => !old.has(email)) || [...old.keys()].some((email) => !now.has(email));
}

function isEffective(before: StoredEvent, after: StoredEvent): boolean {
  return MATTERS.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** Guests with their answers; the organizing calendar and the account itself are no guests. */
function liveGuests(calendar: StoredCalendar, event: StoredEvent | undefined): Map<string, string> {
  if (!event || event.status === 'cancelled') return new Map();
  const own = new Set([
    calendar.id.toLowerCase(),
    event.organizer.email.toLowerCase(),
    calendar.dataOwner.toLowerCase(),
  ]);
  return new Map(
    (event.attendees ?? [])
      .filter((guest) => !own.has(guest.email.toLowerCase()))
      .map((guest) => [guest.email.toLowerCase(), guest.responseStatus]),
  );
}

function tell(world: World, change: Change, to: string, kind: Mail['kind']): void {
  const { calendar, after, audience } = change;
  const mailed = audience === 'all' || (audience === 'externalOnly' && isExternal(world, calendar, to));
  if (mailed) world.mails.push({ at: world.now(), kind, to, eventId: after.id, calendarId: calendar.id });
  const copies = world.guestCopies;
  const index = copies.findIndex(
    (copy) => copy.guest === to && copy.eventId === after.id && copy.calendarId === calendar.id,
  );
  // Without a mail a withdrawal never arrives, and somebody without a Google calendar never learns of the meeting.
  if (kind === 'cancellation') {
    if (mailed && index >= 0) copies.splice(index, 1);
    return;
  }
  if (!mailed && !world.accounts.has(to)) return;
  const copy = { guest: to, calendarId: calendar.id, eventId: after.id, summary: after.summary, start: after.start };
  if (index >= 0) copies[index] = copy;
  else copies.push(copy);
}

/** Outside the organizer's Workspace domain, or (by switch) without a Google calendar. */
export function isExternal(world: World, calendar: StoredCalendar, email: string): boolean {
  if (world.switches.externalAxis === 'google-calendar') return !world.accounts.has(email.toLowerCase());
  const domain = world.accounts.get(calendar.dataOwner.toLowerCase())?.hd;
  return domain === undefined || !email.toLowerCase().endsWith(`@${domain.toLowerCase()}`);
}

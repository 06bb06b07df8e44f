import { DateTime } from 'luxon';
import { mergePatch, pickWritable, settleFields } from './event-body.ts';
import { cancel, commit, newEventId } from './event-store.ts';
import { utcText } from './event-time.ts';
import { findEvent } from './event-view.ts';
import type { AccessRole, Answer, JsonObject, StoredCalendar, StoredEvent } from './types.ts';
import { calendarOf, nextEtag, type World } from './world.ts';

/** What people do in the web pages of the calendar. Nobody's token is needed and no mail is counted. */

function eventOf(world: World, calendarId: string, eventId: string): { calendar: StoredCalendar; event: StoredEvent } {
  const calendar = calendarOf(world, calendarId);
  const event = findEvent(calendar, eventId);
  if (!event) throw new Error(`the stand-in knows no event ${eventId} in ${calendarId}`);
  return { calendar, event };
}

/** `change` merges like a PATCH; `{status:'confirmed'}` takes an event out of the trash. */
export function editAsPerson(world: World, calendarId: string, eventId: string, change: JsonObject): StoredEvent {
  const { calendar, event } = eventOf(world, calendarId, eventId);
  const fields = settleFields(world, calendar, mergePatch(pickWritable(event), change));
  const { bare: _bare, ...identity } = event;
  const moved = change['start'] !== undefined || change['end'] !== undefined || change['location'] !== undefined;
  const edited: StoredEvent = { ...identity, ...fields, sequence: event.sequence + (moved ? 1 : 0) };
  for (const name of Object.keys(change)) if (change[name] === null) delete (edited as unknown as JsonObject)[name];
  return commit(world, { calendar, before: event, event: edited, audience: 'none' });
}

export function deleteAsPerson(world: World, calendarId: string, eventId: string): void {
  const { calendar, event } = eventOf(world, calendarId, eventId);
  cancel(world, { calendar, event, audience: 'none' });
}

/** Deleted events can then no longer be revived; their ids stay taken. */
export function emptyTrash(world: World, calendarId: string): void {
  for (const event of calendarOf(world, calendarId).events.values())
    if (event.status === 'cancelled' && event.recurringEventId === undefined) event.purged = true;
}

export interface Rsvp {
  calendarId: string;
  eventId: string;
  guest: string;
  response: Answer;
  comment?: string | undefined;
}

/** Beyond the limit of guests the answer does not reach the organizer. */
export function rsvp(world: World, { calendarId, eventId, guest, response, comment }: Rsvp): void {
  const { calendar, event } = eventOf(world, calendarId, eventId);
  const known = event.attendees?.some((row) => row.email.toLowerCase() === guest.toLowerCase());
  if (known !== true) throw new Error(`${guest} is no guest of ${eventId}`);
  if ((event.attendees?.length ?? 0) > world.switches.rsvpLimit) return;
  const attendees = event.attendees?.map((row) =>
    row.email.toLowerCase() === guest.toLowerCase()
      ? { ...row, responseStatus: response, ...(comment === undefined ? {} : { comment }) }
      : row,
  );
  commit(world, {
    calendar,
    before: event,
    event: { ...event, ...(attendees ? { attendees } : {}) },
    audience: 'none',
  });
}

export function addGuest(world: World, calendarId: string, eventId: string, guest: string): void {
  const { calendar, event } = eventOf(world, calendarId, eventId);
  const attendees = [...(event.attendees ?? []), { email: guest, responseStatus: 'needsAction' as const }];
  commit(world, { calendar, before: event, event: { ...event, attendees }, audience: 'none' });
}

/** 'This and following' as the web page does it: the old series ends before `from`, a new one `<id>_R…` goes on. */
export function splitSeries(
  world: World,
  calendarId: string,
  eventId: string,
  change: { from: string; edit: JsonObject },
): StoredEvent {
  const { calendar, event } = eventOf(world, calendarId, eventId);
  const from = Date.parse(change.from);
  if (!event.recurrence || !event.start?.dateTime || !event.end?.dateTime)
    throw new Error('only timed series can be split');
  const until = utcText(from - 1000).replace(/[-:]/g, '');
  const rest = event.recurrence.map((line) => line.replace(/;(UNTIL|COUNT)=[^;]+/g, ''));
  const ended = rest.map((line) => (line.startsWith('RRULE:') ? `${line};UNTIL=${until}` : line));
  const clock = DateTime.fromMillis(from, { zone: event.start.timeZone ?? calendar.timeZone }).toFormat(
    "yyyyMMdd'T'HHmmss",
  );
  const length = Date.parse(event.end.dateTime) - Date.parse(event.start.dateTime);
  const follower: StoredEvent = {
    ...event,
    id: `${event.id}_R${clock}`,
    recurrence: rest,
    start: { ...event.start, dateTime: utcText(from) },
    end: { ...event.end, dateTime: utcText(from + length) },
    createdAt: world.now(),
  };
  commit(world, { calendar, before: event, event: { ...event, recurrence: ended }, audience: 'none' });
  commit(world, { calendar, before: undefined, event: follower, audience: 'none' });
  return editAsPerson(world, calendarId, follower.id, change.edit);
}

/** An event somebody else organizes, as it lies in the calendar of a guest. Answers its id. */
export function inviteFromOutside(world: World, calendarId: string, event: JsonObject & { organizer: string }): string {
  const calendar = calendarOf(world, calendarId);
  const { organizer, ...body } = event;
  const now = world.now();
  const id = newEventId();
  const guests = [{ email: calendar.id }, ...(Array.isArray(body['attendees']) ? body['attendees'] : [])];
  const fields = settleFields(world, calendar, { ...pickWritable(body), attendees: guests });
  for (const row of fields.attendees ?? []) {
    delete row.organizer;
    if (row.self) row.responseStatus = 'needsAction';
  }
  const stored: StoredEvent = {
    ...fields,
    id,
    etag: '',
    iCalUID: `${id}@google.com`,
    sequence: 0,
    created: `${new Date(now).toISOString().slice(0, 19)}.000Z`,
    updated: '',
    createdAt: now,
    updatedAt: now,
    revision: 0,
    creator: { email: organizer },
    organizer: { email: organizer },
  };
  commit(world, { calendar, before: stored, event: stored, audience: 'none' });
  return id;
}

/** Changing rights kills the sync tokens. `undefined` takes the calendar away from the account. */
export function setRole(world: World, calendarId: string, email: string, role: AccessRole | undefined): void {
  const calendar = calendarOf(world, calendarId);
  if (role) calendar.roles.set(email.toLowerCase(), role);
  else calendar.roles.delete(email.toLowerCase());
  calendar.syncGeneration += 1;
}

export function setCalendarZone(world: World, calendarId: string, timeZone: string): void {
  const calendar = calendarOf(world, calendarId);
  calendar.timeZone = timeZone;
  calendar.etag = nextEtag(world);
}

import { ApiError, deleted, forbidden, invalid, notFound, refusal } from './api-error.ts';
import { dropGated, mergePatch, pickWritable, settleFields } from './event-body.ts';
import { cancel, commit, newEventId } from './event-store.ts';
import { findEvent } from './event-view.ts';
import { checkInvitationQuota } from './limits.ts';
import type { Attendee, JsonObject, SendUpdates, StoredCalendar, StoredEvent } from './types.ts';
import type { World } from './world.ts';

export interface WriteCall {
  calendar: StoredCalendar;
  /** The account that writes. */
  email: string;
  query: URLSearchParams;
  body: JsonObject;
  ifMatch: string | undefined;
}

export function audienceOf(query: URLSearchParams): SendUpdates {
  const value = query.get('sendUpdates');
  if (value === 'all' || value === 'externalOnly' || value === 'none') return value;
  return query.get('sendNotifications') === 'true' ? 'all' : 'none';
}

/** Raises ApiError. Concurrent inserts of one id cannot both pass: nothing here waits. */
export function insertEvent(world: World, call: WriteCall): StoredEvent {
  const { calendar, email, query, body } = call;
  const id = body['id'];
  if (id !== undefined && id !== null && (typeof id !== 'string' || !/^[a-v0-9]{5,1024}$/.test(id)))
    throw invalid('Invalid resource id value.');
  const fields = settleFields(world, calendar, pickWritable(withoutNulls(dropGated(body, query))));
  if (typeof id === 'string' && calendar.events.has(id))
    throw new ApiError(409, 'duplicate', 'The requested identifier already exists.');
  checkInvitationQuota(world, calendar, {
    creates: true,
    hasGuests: fields.attendees !== undefined,
    newGuests: (fields.attendees ?? []).map((guest) => guest.email),
  });
  const now = world.now();
  const newId = typeof id === 'string' ? id : newEventId();
  const event: StoredEvent = {
    ...fields,
    id: newId,
    etag: '',
    iCalUID: typeof body['iCalUID'] === 'string' ? body['iCalUID'] : `${newId}@google.com`,
    sequence: typeof body['sequence'] === 'number' ? body['sequence'] : 0,
    created: `${new Date(now).toISOString().slice(0, 19)}.000Z`,
    updated: '',
    createdAt: now,
    updatedAt: now,
    revision: 0,
    creator: { email },
    organizer: calendar.primary ? { email: calendar.id } : { email: calendar.id, displayName: calendar.summary },
  };
  return commit(world, { calendar, before: undefined, event, audience: audienceOf(query) });
}

function withoutNulls(body: JsonObject): JsonObject {
  return mergePatch({}, body);
}

/** PATCH and PUT. Raises ApiError. */
export function changeEvent(world: World, call: WriteCall & { id: string; replace: boolean }): StoredEvent {
  const { calendar, query, ifMatch, replace } = call;
  const { switches } = world;
  const before = findEvent(calendar, call.id);
  if (!before) throw notFound();
  checkMatch(before, ifMatch);
  const body = dropGated(call.body, query);
  const status = replace ? (body['status'] ?? 'confirmed') : body['status'];
  if (before.purged) throw refusal(switches.purged);
  if (before.status === 'cancelled') {
    if (status === undefined && switches.patchTombstone !== 'stays-cancelled') throw refusal(switches.patchTombstone);
    const revival = before.bare === true ? switches.reviveOccurrence : switches.revive;
    if (status !== undefined && status !== 'cancelled' && revival !== 'works') throw refusal(revival);
  }
  if (typeof body['sequence'] === 'number' && body['sequence'] < before.sequence)
    throw invalid(
      'Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Re-fetch the resource and use its sequence number on the following request.',
    );
  const base = baseOf(calendar, before);
  const kept: JsonObject =
    replace && base['conferenceData'] !== undefined && query.get('conferenceDataVersion') !== '1'
      ? { conferenceData: base['conferenceData'] }
      : {};
  const merged = replace ? { ...kept, ...withoutNulls(pickWritable(body)) } : patch(world, base, pickWritable(body));
  if (before.eventType !== undefined) merged['eventType'] = before.eventType;
  if (before.recurringEventId !== undefined) delete merged['recurrence'];
  if (body['attendeesOmitted'] === true) merged['attendees'] = answerOnly(base, body);
  const fields = settleFields(world, calendar, merged);
  if (before.organizer.email.toLowerCase() !== calendar.id.toLowerCase()) checkForeign(before, fields, calendar);
  const known = new Set(
    (before.status === 'cancelled' ? [] : (before.attendees ?? [])).map((guest) => guest.email.toLowerCase()),
  );
  checkInvitationQuota(world, calendar, {
    creates: false,
    hasGuests: body['attendees'] !== undefined && fields.attendees !== undefined,
    newGuests: (fields.attendees ?? []).map((guest) => guest.email).filter((email) => !known.has(email.toLowerCase())),
  });
  const after = { ...identityOf(before), ...fields } as StoredEvent;
  if (before.bare && fields.status === 'cancelled') after.bare = true;
  return store(world, { calendar, before, after, body, audience: audienceOf(query) });
}

/** A cancelled occurrence keeps nothing of its own; reviving it starts from the series. */
function baseOf(calendar: StoredCalendar, before: StoredEvent): JsonObject {
  if (!before.bare || before.recurringEventId === undefined) return pickWritable(before);
  const series = calendar.events.get(before.recurringEventId);
  return { ...pickWritable({ ...series, recurrence: undefined }), ...pickWritable(before) };
}

function identityOf(event: StoredEvent): Partial<StoredEvent> {
  const { id, etag, iCalUID, sequence, created, updated, creator, organizer, revision, createdAt, updatedAt } = event;
  const identity: Partial<StoredEvent> = {
    id,
    etag,
    iCalUID,
    sequence,
    created,
    updated,
    creator,
    organizer,
    revision,
    createdAt,
    updatedAt,
  };
  if (event.recurringEventId !== undefined) identity.recurringEventId = event.recurringEventId;
  if (event.originalStartTime) identity.originalStartTime = event.originalStartTime;
  return identity;
}

function patch(world: World, base: JsonObject, change: JsonObject): JsonObject {
  if (world.switches.remindersPatch === 'replace' && change['reminders']) {
    const { reminders: _old, ...rest } = base;
    return mergePatch(rest, change);
  }
  return mergePatch(base, change);
}

/** `attendeesOmitted`: the body speaks for one participant, and only of his answer. */
function answerOnly(base: JsonObject, body: JsonObject): JsonObject[] {
  const said = ((body['attendees'] ?? []) as JsonObject[]).map((row) => [addressOf(row), row] as const);
  const answers = new Map(said);
  return ((base['attendees'] ?? []) as JsonObject[]).map((row) => {
    const answer = answers.get(addressOf(row));
    return answer ? { ...row, ...pick(answer, ['responseStatus', 'comment', 'additionalGuests']) } : row;
  });
}

const addressOf = (row: JsonObject) => (typeof row['email'] === 'string' ? row['email'].toLowerCase() : '');

function pick(row: JsonObject, names: string[]): JsonObject {
  return Object.fromEntries(names.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]));
}

function store(
  world: World,
  change: {
    calendar: StoredCalendar;
    before: StoredEvent;
    after: StoredEvent;
    body: JsonObject;
    audience: SendUpdates;
  },
): StoredEvent {
  const { calendar, before, after, body, audience } = change;
  const same = (names: (keyof StoredEvent)[]) =>
    names.every((name) => JSON.stringify(sorted(before[name])) === JSON.stringify(sorted(after[name])));
  const moved = !same(['start', 'end', 'location', 'recurrence']);
  if (moved) after.sequence = before.sequence + 1;
  if (typeof body['sequence'] === 'number') after.sequence = Math.max(after.sequence, body['sequence']);
  if (world.switches.rescheduleResetsAnswers && !same(['start', 'end']))
    for (const guest of after.attendees ?? []) if (!guest.organizer) guest.responseStatus = 'needsAction';
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof StoredEvent)[];
  const changed = names.filter((name) => !same([name]));
  if (changed.length === 0 && !world.switches.noopPatchMovesEtag) return before;
  if (before.status !== 'cancelled' && after.status === 'cancelled')
    return cancel(world, { calendar, event: { ...before, ...after, status: before.status }, audience });
  const quiet = changed.every((name) => name === 'reminders');
  return commit(world, { calendar, before, event: after, audience, quiet });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

/** On a guest's copy only the guest's own answer and private matters may change. Raises ApiError 403. */
function checkForeign(before: StoredEvent, after: Partial<StoredEvent>, calendar: StoredCalendar): void {
  if (before.guestsCanModify === true) return;
  const shared = ['summary', 'description', 'location', 'start', 'end', 'recurrence', 'status'] as const;
  const others = (rows: Attendee[] | undefined) =>
    (rows ?? []).filter((row) => row.email.toLowerCase() !== calendar.id.toLowerCase());
  const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
  if (
    shared.some((name) => !same(before[name], after[name])) ||
    !same(others(before.attendees), others(after.attendees)) ||
    !same(before.extendedProperties?.shared, after.extendedProperties?.shared)
  )
    throw new ApiError(
      403,
      'forbiddenForNonOrganizer',
      'Shared properties can only be changed by the organizer of the event.',
      { domain: 'calendar' },
    );
}

/** Raises ApiError 412. */
export function checkMatch(event: StoredEvent, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === event.etag) return;
  throw new ApiError(412, 'conditionNotMet', 'Precondition Failed', { location: { type: 'header', name: 'If-Match' } });
}

/** Raises ApiError. */
export function deleteEvent(world: World, call: Omit<WriteCall, 'body'> & { id: string }): void {
  const { calendar, query, ifMatch } = call;
  const event = findEvent(calendar, call.id);
  if (!event) throw notFound();
  if (event.purged) throw refusal(world.switches.purged);
  if (event.status === 'cancelled') throw world.switches.secondDelete === 403 ? forbidden() : deleted();
  checkMatch(event, ifMatch);
  cancel(world, { calendar, event, audience: audienceOf(query) });
}

/** The answer is the source's view: cancelled, though the event lives on at the destination. Raises ApiError. */
export function moveEvent(world: World, call: WriteCall & { id: string; destination: StoredCalendar }): StoredEvent {
  const { calendar, destination, query, ifMatch } = call;
  const event = calendar.events.get(call.id);
  if (!event || event.status === 'cancelled') throw notFound();
  checkMatch(event, ifMatch);
  const audience = audienceOf(query);
  const moved: StoredEvent = { ...structuredClone(event), organizer: { email: destination.id } };
  commit(world, { calendar: destination, before: event, event: moved, audience });
  return commit(world, { calendar, before: undefined, event: { ...event, status: 'cancelled' }, audience: 'none' });
}

import { ApiError, badRequest, invalid } from './api-error.ts';
import { settleSlots } from './event-time.ts';
import { checkRecurrence } from './recurrence.ts';
import type { Attendee, EventFields, JsonObject, Reminder, Reminders, StoredCalendar } from './types.ts';
import type { World } from './world.ts';

/** What a caller may set; everything else in a body is read-only and passed over. */
const WRITABLE = [
  'status',
  'summary',
  'description',
  'location',
  'start',
  'end',
  'attendees',
  'recurrence',
  'reminders',
  'extendedProperties',
  'transparency',
  'visibility',
  'colorId',
  'eventType',
  'guestsCanModify',
  'guestsCanInviteOthers',
  'guestsCanSeeOtherGuests',
  'anyoneCanAddSelf',
  'source',
  'conferenceData',
  'attachments',
  'eventLabelId',
] as const;

/** Optional fields that need a version parameter, or are dropped without a word. */
const GATED = { conferenceData: 'conferenceDataVersion', eventLabelId: 'eventLabelVersion' } as const;

export function pickWritable(source: object): JsonObject {
  const all = source as JsonObject;
  return structuredClone(
    Object.fromEntries(WRITABLE.filter((name) => all[name] !== undefined).map((name) => [name, all[name]])),
  );
}

export function dropGated(body: JsonObject, query: URLSearchParams): JsonObject {
  const kept = { ...body };
  for (const [name, parameter] of Object.entries(GATED)) if (query.get(parameter) !== '1') delete kept[name];
  if (query.get('supportsAttachments') !== 'true') delete kept['attachments'];
  return kept;
}

/** Objects merge, arrays replace, null clears. */
export function mergePatch(base: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    const old = result[name];
    if (value === null) delete result[name];
    else if (isObject(value)) result[name] = mergePatch(isObject(old) ? old : {}, value);
    else result[name] = value;
  }
  return result;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Turns a merged, type-checked body into what is stored. Raises ApiError. */
export function settleFields(world: World, calendar: StoredCalendar, raw: JsonObject): EventFields {
  const { switches } = world;
  const fields = { ...raw } as unknown as EventFields;
  const recurrence = (raw['recurrence'] as string[] | undefined) ?? [];
  const slots = settleSlots(raw['start'], raw['end'], {
    calendarZone: calendar.timeZone,
    recurring: recurrence.length > 0,
    ambiguousClock: switches.ambiguousClock,
  });
  Object.assign(fields, slots);
  if (recurrence.length > 0) {
    fields.recurrence = checkRecurrence(recurrence, slots.start.date === undefined, switches.untilWithoutZ);
    fields.oddClock = switches.ambiguousClock;
  } else delete fields.recurrence;
  fields.status = oneOf(raw['status'] ?? 'confirmed', ['confirmed', 'tentative', 'cancelled']);
  if (raw['visibility'] !== undefined) oneOf(raw['visibility'], ['default', 'public', 'private', 'confidential']);
  if (raw['transparency'] !== undefined) oneOf(raw['transparency'], ['opaque', 'transparent']);
  if (Array.isArray(raw['attendees']) && raw['attendees'].length > 0)
    fields.attendees = settleAttendees(world, calendar, raw['attendees'] as JsonObject[]);
  else delete fields.attendees;
  if (raw['reminders'] !== undefined)
    fields.reminders = settleReminders(raw['reminders'] as JsonObject, switches.reminderMinutes);
  if (raw['extendedProperties'] !== undefined)
    fields.extendedProperties = settleProperties(raw['extendedProperties'] as JsonObject);
  if (fields.source?.url !== undefined && !/^https?:\/\//.test(fields.source.url)) throw invalid('Invalid source URL.');
  for (const name of ['summary', 'description', 'location'] as const) if (fields[name] === '') delete fields[name];
  return fields;
}

function oneOf<T extends string>(value: unknown, allowed: T[]): T {
  const hit = allowed.find((word) => word === value);
  if (hit === undefined) throw badRequest(`Invalid value "${String(value)}"`);
  return hit;
}

function settleAttendees(world: World, calendar: StoredCalendar, raw: JsonObject[]): Attendee[] {
  const byEmail = new Map<string, Attendee>();
  for (const row of raw) {
    const email = typeof row['email'] === 'string' ? row['email'].trim() : '';
    if (!/^[^\s@<>()[\],;:"]+@[^\s@<>()[\],;:"]+$/.test(email)) throw invalid('Invalid attendee email.');
    const key = email.toLowerCase();
    if (byEmail.has(key)) continue;
    const organizes = key === calendar.id.toLowerCase();
    const { responseStatus, self: _self, organizer: _organizer, id: _id, ...rest } = row;
    byEmail.set(key, {
      ...(rest as unknown as Attendee),
      email,
      responseStatus: oneOf(responseStatus ?? (organizes ? 'accepted' : 'needsAction'), [
        'needsAction',
        'declined',
        'tentative',
        'accepted',
      ]),
      ...(organizes ? { organizer: true, self: true } : {}),
    });
  }
  const limit = world.switches.guestLimit;
  if (limit !== undefined && byEmail.size > limit)
    throw new ApiError(400, 'attendeesLimitExceeded', 'The maximum number of attendees was exceeded.', {
      domain: 'calendar',
    });
  return [...byEmail.values()];
}

function settleReminders(raw: JsonObject, minutesRule: 'clamp' | 'refuse'): Reminders {
  const useDefault = raw['useDefault'] === true;
  const overrides = (raw['overrides'] ?? []) as unknown as Reminder[];
  if (useDefault && overrides.length > 0)
    throw new ApiError(
      400,
      'cannotUseDefaultRemindersAndSpecifyOverride',
      'Cannot specify both default reminders and overrides at the same time.',
      { domain: 'calendar' },
    );
  if (overrides.length > 5)
    throw new ApiError(400, 'eventRemindersCountExceedsLimit', 'The maximum number of override reminders is 5.', {
      domain: 'calendar',
    });
  if (minutesRule === 'refuse' && overrides.some(({ minutes }) => minutes < 0 || minutes > 40_320))
    throw invalid('Invalid value for reminder minutes.');
  const kept = new Map<string, Reminder>();
  for (const { method, minutes } of overrides) {
    if (method !== 'email' && method !== 'popup') continue;
    const clamped = Math.min(40_320, Math.max(0, minutes ?? 0));
    kept.set(`${method} ${clamped}`, { method, minutes: clamped });
  }
  // The order of overrides is not kept.
  const ordered = [...kept.values()].sort((a, b) => b.minutes - a.minutes || a.method.localeCompare(b.method));
  return useDefault ? { useDefault } : ordered.length > 0 ? { useDefault, overrides: ordered } : { useDefault };
}

function settleProperties(raw: JsonObject): EventFields['extendedProperties'] {
  const result: NonNullable<EventFields['extendedProperties']> = {};
  let count = 0;
  let size = 0;
  for (const kind of ['private', 'shared'] as const) {
    const given = Object.entries((raw[kind] ?? {}) as Record<string, string | null>);
    const kept = given.flatMap(([key, value]) =>
      key.length > 44 || value === null ? [] : [[key, value.slice(0, 1024)] as const],
    );
    if (kept.length > 0) result[kind] = Object.fromEntries(kept);
    count += kept.length;
    size += kept.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  }
  if (count > 300 || size > 32_768) throw invalid('The extended properties exceed the allowed size.');
  return Object.keys(result).length > 0 ? result : undefined;
}

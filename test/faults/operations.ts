import type { Fault } from '../fakes/google/faults.ts';
import type { LoggedRequest } from '../fakes/google/types.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';

/** What is done to a meeting, and which of the calls that follow from it is made to fail. */

export interface Message {
  operation: 'scheduled' | 'updated' | 'cancelled';
  event: Record<string, unknown>;
}

/** The calls of one meeting, told apart from all others by its entries' ids. */
export interface Calls {
  /** The id as it was first written, also before it was. */
  readonly first: string;
  readonly uid: string;
  /** Whether the calendar holds an entry of the meeting. */
  stored(): boolean;
}

export interface Operation {
  call: 'events.insert' | 'events.get' | 'events.patch' | 'events.delete' | 'events.list';
  /** Brings the meeting to where the call is due; each is awaited. */
  prepare(uid: string): Message[];
  /** What stands in the way beside the failure, so that the call is made at all. */
  arrange?(calls: Calls): Fault[];
  trigger(uid: string): Message;
  hits(call: LoggedRequest, calls: Calls): boolean;
  /** What holds in the end, and the mails of the whole story, one letter a mail: i(nvitation) u(pdate) c(ancellation). */
  end: {
    state: 'synced' | 'cancelled' | 'skipped';
    /** Titles of what is live. */
    live: readonly string[];
    guests?: readonly string[];
    /** Occurrences by status. */
    occurrences?: { confirmed: number; cancelled: number };
    mails: string;
  };
  /** Its call names no meeting: one cell at a time. */
  alone?: true;
}

const GUESTS = ['ext1001@mycompanyabc.com', 'guest@example.com'];
const times = (days = 7, hour = 10) => ahead(days, hour);
const base = (uid: string, sequence: number, change: Record<string, unknown> = {}) =>
  meetingEvent({
    type: 'pbx.meeting.updated.v1',
    data: { uid, sequence, subject: 'As it was', ...times(), ...change },
  });
const made = (uid: string, change: Record<string, unknown> = {}): Message => ({
  operation: 'scheduled',
  event: meetingEvent({ data: { uid, subject: 'As it was', ...times(), ...change } }),
});
const updated = (uid: string, sequence: number, change: Record<string, unknown>): Message => ({
  operation: 'updated',
  event: base(uid, sequence, change),
});
const withdrawn = (uid: string, sequence: number, occurrence: string | null = null): Message => ({
  operation: 'cancelled',
  event: cancellation(uid, sequence, occurrence),
});
const series = (uid: string) => made(uid, { recurrence: { rrule: 'FREQ=DAILY;COUNT=4', excluded: [] } });
const newGuests = {
  invitees: [
    { extension: '1001', name: null, email: 'ext1001@mycompanyabc.com' },
    { extension: null, name: 'New', email: 'new@example.com' },
  ],
};

const on = (method: string, call: LoggedRequest, id: string) =>
  call.method === method && call.path.endsWith(`/events/${id}`);
const instance = (method: string, call: LoggedRequest, id: string) =>
  call.method === method && call.path.includes(`/events/${id}_`);
const insertOf = (call: LoggedRequest, uid: string) =>
  call.method === 'POST' &&
  call.path.endsWith('/events') &&
  JSON.stringify(call.body ?? null).includes(`"pbxMeeting":"${uid}"`);

/** An entry that was made, cancelled and is wanted again. */
const again = {
  prepare: (uid: string) => [made(uid), withdrawn(uid, 1)],
  trigger: (uid: string) => updated(uid, 2, { subject: 'Again' }),
  end: { state: 'synced', live: ['Again'], guests: GUESTS, mails: 'iiccii' },
} as const;
/** One occurrence of a series gets a title of its own. */
const occurrenceChanged = {
  prepare: (uid: string) => [series(uid)],
  trigger: (uid: string) => updated(uid, 1, { ...times(8, 15), occurrence: times(8).start, subject: 'Later' }),
  end: { state: 'synced', live: ['As it was', 'Later'], occurrences: { confirmed: 1, cancelled: 0 }, mails: 'iiuu' },
} as const;
const occurrenceWithdrawn = {
  prepare: (uid: string) => [series(uid)],
  trigger: (uid: string) => withdrawn(uid, 1, times(8).start),
  end: { state: 'synced', live: ['As it was'], occurrences: { confirmed: 0, cancelled: 1 }, mails: 'iicc' },
} as const;
const guestsChanged = {
  prepare: (uid: string) => [made(uid)],
  trigger: (uid: string) => updated(uid, 1, newGuests),
  end: { state: 'synced', live: ['As it was'], guests: [GUESTS[0] ?? '', 'new@example.com'], mails: 'iiuic' },
} as const;

const list = {
  'create: insert': {
    call: 'events.insert',
    prepare: () => [],
    trigger: (uid: string) => made(uid),
    hits: (call, { uid }) => insertOf(call, uid),
    end: { state: 'synced', live: ['As it was'], guests: GUESTS, mails: 'ii' },
  },
  'create: look at what is there': {
    call: 'events.get',
    prepare: () => [],
    // Every answer is lost until the entry stands: a call may also meet what another cell has done to the token.
    arrange: ({ uid, stored }) => [
      { match: { where: (call) => insertOf(call, uid) && !stored() }, kind: 'commit-then-drop', times: Infinity },
    ],
    trigger: (uid: string) => made(uid),
    hits: (call, { first }) => on('GET', call, first),
    end: { state: 'synced', live: ['As it was'], guests: GUESTS, mails: 'ii' },
  },
  'change: patch': {
    call: 'events.patch',
    prepare: (uid) => [made(uid)],
    trigger: (uid) => updated(uid, 1, { subject: 'Changed' }),
    hits: (call, { first }) => on('PATCH', call, first),
    end: { state: 'synced', live: ['Changed'], guests: GUESTS, mails: 'iiuu' },
  },
  'guests: get': { call: 'events.get', ...guestsChanged, hits: (call, { first }) => on('GET', call, first) },
  'guests: patch': { call: 'events.patch', ...guestsChanged, hits: (call, { first }) => on('PATCH', call, first) },
  'again: get': { call: 'events.get', ...again, hits: (call, { first }) => on('GET', call, first) },
  'again: patch': { call: 'events.patch', ...again, hits: (call, { first }) => on('PATCH', call, first) },
  'again, purged: list': {
    call: 'events.list',
    ...again,
    // The trash was emptied: the id answers 404, and a look at the calendar tells whether that is gone, too.
    arrange: ({ first }) => [{ match: { where: (call) => on('GET', call, first) }, kind: '404', times: Infinity }],
    hits: (call) => call.method === 'GET' && call.path.endsWith('/events'),
    alone: true,
  },
  'cancel: delete': {
    call: 'events.delete',
    prepare: (uid) => [made(uid)],
    trigger: (uid) => withdrawn(uid, 1),
    hits: (call, { first }) => on('DELETE', call, first),
    end: { state: 'cancelled', live: [], mails: 'iicc' },
  },
  'untick: delete': {
    call: 'events.delete',
    prepare: (uid) => [made(uid)],
    trigger: (uid) => updated(uid, 1, { syncToGoogleCalendar: false }),
    hits: (call, { first }) => on('DELETE', call, first),
    end: { state: 'skipped', live: [], mails: 'iicc' },
  },
  'occurrence: get': {
    call: 'events.get',
    ...occurrenceChanged,
    hits: (call, { first }) => instance('GET', call, first),
  },
  'occurrence: patch': {
    call: 'events.patch',
    ...occurrenceChanged,
    hits: (call, { first }) => instance('PATCH', call, first),
  },
  'occurrence off: get': {
    call: 'events.get',
    ...occurrenceWithdrawn,
    hits: (call, { first }) => instance('GET', call, first),
  },
  'occurrence off: delete': {
    call: 'events.delete',
    ...occurrenceWithdrawn,
    hits: (call, { first }) => instance('DELETE', call, first),
  },
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof list;
export const OPERATIONS: Record<OperationName, Operation> = list;

import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import type { RawIdentity } from '../domain/device.ts';
import type { Meeting, MeetingEvent, Operation, Person, Recurrence, Warning } from '../domain/meeting.ts';

/** The wire on the PBX side: what the topics carry, and how a meeting event is read. */

export const MAX_PAYLOAD_BYTES = 256 * 1024;
const LIMITS = { subject: 1_024, agenda: 8_000, text: 512, invitees: 1_000, excluded: 1_000, rrule: 512 };

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const WALL_CLOCK = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/;
const UID = /^[A-Za-z0-9._~-]{1,128}$/;
const ADDRESS = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+\.[^\s@<>(),;:"[\]\\.]+$/;

export const PersonSchema = Type.Object({ extension: Nullable(Text), name: Nullable(Text), email: Nullable(Text) });
export const RecurrenceSchema = Type.Object({ rrule: Text, excluded: Type.Array(Text) });

export const MeetingDataSchema = Type.Object({
  uid: Type.String({ pattern: UID.source }),
  sequence: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  subject: Text,
  start: Type.String({ pattern: WALL_CLOCK.source, description: 'wall clock in timeZone, without offset' }),
  end: Type.String({ pattern: WALL_CLOCK.source }),
  timeZone: Type.String({ description: 'an IANA name, the label of the PBX, or empty for the zone of the device' }),
  recurrence: Type.Optional(Nullable(RecurrenceSchema)),
  occurrence: Type.Optional(Nullable(Text)),
  host: Type.Optional(Nullable(PersonSchema)),
  invitees: Type.Optional(Type.Array(PersonSchema)),
  room: Type.Optional(Nullable(Text)),
  publicRoom: Type.Optional(Type.Boolean()),
  joinUrl: Type.Optional(Nullable(Text)),
  password: Type.Optional(Nullable(Text)),
  hostPassword: Type.Optional(Nullable(Type.String({ description: 'dropped while reading' }))),
  allowUserInvite: Type.Optional(Type.Boolean()),
  callParticipants: Type.Optional(Type.Boolean()),
  allowHostMuteOverride: Type.Optional(Type.Boolean()),
  autoRecord: Type.Optional(Nullable(Text)),
  emailReminderMinutes: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: 40_320 }))),
  agenda: Type.Optional(Nullable(Text)),
  syncToGoogleCalendar: Type.Boolean(),
});

const envelope = {
  specversion: Type.Literal('1.0'),
  id: Type.String({ minLength: 1, maxLength: 256 }),
  source: Type.String({ minLength: 1, maxLength: 512 }),
  subject: Type.Optional(Text),
  time: Type.Optional(Text),
  datacontenttype: Type.Optional(Text),
};

export const MeetingEventSchema = Type.Object({
  ...envelope,
  type: Type.String({ pattern: '^pbx\\.meeting\\.(scheduled|updated)\\.v1$' }),
  data: MeetingDataSchema,
});

export const CancellationSchema = Type.Object({
  ...envelope,
  type: Type.Literal('pbx.meeting.cancelled.v1'),
  data: Type.Object({
    uid: MeetingDataSchema.properties.uid,
    sequence: MeetingDataSchema.properties.sequence,
    occurrence: Type.Optional(Nullable(Text)),
  }),
});

export const IdentitySchema = Type.Object({
  model: Type.String({ minLength: 1, maxLength: 128 }),
  firmware: Type.String({ minLength: 1, maxLength: 128 }),
  hardware: Type.Optional(Nullable(Text)),
  serial: Type.Optional(Nullable(Text)),
  mac: Type.Optional(Nullable(Text)),
  name: Type.Optional(Nullable(Text)),
  timeZone: Type.Optional(Nullable(Text)),
  capabilities: Type.Optional(Type.Array(Text)),
  bridge: Type.Optional(
    Type.Object(
      {
        dialect: Nullable(Text),
        problem: Nullable(Type.Object({ code: Text, title: Text, fix: Text })),
        since: Nullable(Text),
        warnings: Type.Array(Type.Object({ code: Text, count: Type.Integer(), message: Text })),
      },
      { description: 'what the firmware bridge says of its own work; for people, not read by the agent' },
    ),
  ),
});

const WarningSchema = Type.Object({ code: Text, path: Text, message: Text });
const ErrorSchema = Type.Object({
  code: Text,
  title: Text,
  cause: Text,
  fault: Type.Enum(['google', 'administrator', 'workspace', 'pbx', 'person', 'agent']),
  fix: Text,
  link: Nullable(Text),
  retryable: Type.Boolean(),
});
const StateSchema = Type.Enum(['pending', 'held', 'synced', 'skipped', 'cancelled', 'failed']);

export const ResultSchema = Type.Object({
  uid: Text,
  sequence: Type.Integer(),
  state: StateSchema,
  account: Nullable(Text),
  calendarId: Nullable(Text),
  eventId: Nullable(Text),
  htmlLink: Nullable(Text),
  warnings: Type.Array(WarningSchema),
  error: Nullable(ErrorSchema),
  occurrences: Type.Array(Type.Object({ occurrence: Text, state: StateSchema, error: Nullable(ErrorSchema) })),
  attempt: Type.Integer(),
  nextAttemptAt: Nullable(Text),
  at: Text,
});

export const RejectedSchema = Type.Object({
  topic: Text,
  source: Nullable(Text),
  id: Nullable(Text),
  uid: Nullable(Text),
  sequence: Nullable(Type.Integer()),
  code: Text,
  title: Text,
  errors: Type.Array(Type.Object({ path: Text, message: Text })),
  fix: Text,
  at: Text,
});

export const CommandSchema = Type.Object({ requestId: Text });
export const ReplySchema = Type.Object({
  requestId: Text,
  ok: Type.Boolean(),
  uid: Type.Optional(Text),
  error: Type.Optional(Text),
});

type Fault = { path: string; message: string };
export interface EventRejection {
  code: 'invalid-json' | 'too-large' | 'schema' | 'topic-mismatch';
  title: string;
  errors: Fault[];
  fix: string;
  source: string | null;
  id: string | null;
  uid: string | null;
  sequence: number | null;
  document: unknown;
}
export type ReadMeetingEvent = { ok: true; event: MeetingEvent } | { ok: false; rejection: EventRejection };
type Members = Record<string, unknown>;

/**
 * Reads one CloudEvent in structured JSON. Only what an entry cannot do without can reject it; any other member that is
 * missing, null, empty or invalid is left out, the invalid ones with a warning that names their path.
 */
export function readMeetingEvent(input: {
  device: string;
  operation: Operation;
  payload: Uint8Array;
}): ReadMeetingEvent {
  const { device, operation, payload } = input;
  if (payload.length > MAX_PAYLOAD_BYTES) {
    const message = `${payload.length} bytes are more than ${MAX_PAYLOAD_BYTES}`;
    return reject(null, {
      code: 'too-large',
      title: 'The message is too large',
      errors: [{ path: '', message }],
      fix: 'Send at most 256 KiB; shorten the agenda or the list of invitees.',
    });
  }
  const document = parse(payload);
  if (!isMembers(document)) {
    return reject(document ?? null, {
      code: 'invalid-json',
      title: 'The message is no JSON object',
      errors: [{ path: '', message: 'a CloudEvent in structured JSON is expected' }],
      fix: 'Publish the whole event as one JSON object (structured mode); binary mode is not understood.',
    });
  }
  const data = isMembers(document['data']) ? document['data'] : {};
  const errors = requiredFaults(document, data, operation);
  if (errors.length > 0) {
    return reject(document, {
      code: 'schema',
      title: 'The event lacks something that it must have',
      errors,
      fix: 'Correct the members named under errors and publish the event again.',
    });
  }
  const mismatch = contradictions(document, data, operation);
  if (mismatch.length > 0) {
    return reject(document, {
      code: 'topic-mismatch',
      title: 'The event contradicts the topic or itself',
      errors: mismatch,
      fix: 'Publish each event on the topic of its own type, with its uid as subject.',
    });
  }
  const warnings: Warning[] = [];
  const reader = new Reader(data, warnings);
  return {
    ok: true,
    event: {
      device,
      operation,
      source: String(document['source']),
      eventId: String(document['id']),
      uid: String(data['uid']),
      sequence: Number(data['sequence']),
      occurrence: reader.wallClock('occurrence'),
      meeting: operation === 'cancelled' ? null : readMeeting(data, reader),
      warnings,
    },
  };
}

/** The content that two events of one sequence must share to be the same: always spelled the same, no envelope. */
export function canonicalContent(event: MeetingEvent): string {
  return JSON.stringify([
    event.operation === 'cancelled',
    event.meeting === null ? null : { ...event.meeting, sequence: 0 },
  ]);
}

/** The answer to a command; null when it is none. */
export function readReplyPayload(payload: Uint8Array): Static<typeof ReplySchema> | null {
  const document = payload.length > MAX_PAYLOAD_BYTES ? null : parse(payload);
  // Members that are not needed may be null, as everywhere in the contract.
  const { requestId, ok, error } = isMembers(document) ? document : {};
  if (typeof requestId !== 'string' || typeof ok !== 'boolean') return null;
  return { requestId, ok, ...(typeof error === 'string' ? { error: clip(error, 256) } : {}) };
}

export function readIdentityPayload(
  payload: Uint8Array,
): { ok: true; identity: RawIdentity } | { ok: false; errors: Fault[] } {
  const document = payload.length > MAX_PAYLOAD_BYTES ? null : parse(payload);
  if (!isMembers(document)) return { ok: false, errors: [{ path: '', message: 'a JSON object is expected' }] };
  const errors: Fault[] = [];
  for (const name of ['model', 'firmware'] as const) {
    if (!Check(IdentitySchema.properties[name], document[name])) {
      errors.push({ path: `/${name}`, message: 'a text of 1 to 128 characters is required' });
    }
  }
  if (errors.length > 0) return { ok: false, errors };
  const text = (name: string) =>
    typeof document[name] === 'string' && document[name] !== '' ? clip(document[name], 256) : null;
  const listed = document['capabilities'];
  return {
    ok: true,
    identity: {
      model: String(document['model']),
      firmware: String(document['firmware']),
      hardware: text('hardware'),
      serial: text('serial'),
      mac: text('mac'),
      name: text('name'),
      timeZone: text('timeZone'),
      capabilities: Array.isArray(listed) ? listed.filter((item) => typeof item === 'string').slice(0, 32) : [],
    },
  };
}

/** A copy in which every member whose name contains "password" is masked. */
export function maskDocument(value: unknown, depth = 0): unknown {
  if (depth > 32) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => maskDocument(item, depth + 1));
  if (!isMembers(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      /password/i.test(name) ? '***' : maskDocument(member, depth + 1),
    ]),
  );
}

function requiredFaults(document: Members, data: Members, operation: Operation): Fault[] {
  const errors: Fault[] = [];
  const need = (schema: Type.TSchema, value: unknown, path: string): void => {
    if (Check(schema, value)) return;
    const reason = value === undefined ? 'is missing' : (Errors(schema, value)[0]?.message ?? 'is invalid');
    errors.push({ path, message: reason });
  };
  need(envelope.specversion, document['specversion'], '/specversion');
  need(envelope.id, document['id'], '/id');
  need(envelope.source, document['source'], '/source');
  need(Type.String({ minLength: 1 }), document['type'], '/type');
  need(Type.Object({}), document['data'], '/data');
  const fields = MeetingDataSchema.properties;
  need(fields.uid, data['uid'], '/data/uid');
  need(fields.sequence, data['sequence'], '/data/sequence');
  const { occurrence } = data;
  if (occurrence !== undefined && occurrence !== null && occurrence !== '' && normalise(occurrence) === null) {
    // Dropping it would turn a change of one occurrence into a change of the whole series.
    errors.push({ path: '/data/occurrence', message: 'must be YYYY-MM-DDTHH:mm:ss without offset' });
  }
  if (operation === 'cancelled') return errors;
  for (const name of ['subject', 'timeZone', 'syncToGoogleCalendar'] as const)
    need(fields[name], data[name], `/data/${name}`);
  const start = normalise(data['start']);
  const end = normalise(data['end']);
  if (start === null) errors.push({ path: '/data/start', message: 'must be YYYY-MM-DDTHH:mm[:ss] without offset' });
  if (end === null) errors.push({ path: '/data/end', message: 'must be YYYY-MM-DDTHH:mm[:ss] without offset' });
  if (start !== null && end !== null && end <= start)
    errors.push({ path: '/data/end', message: 'must be after start' });
  return errors;
}

function contradictions(document: Members, data: Members, operation: Operation): Fault[] {
  const errors: Fault[] = [];
  const expected = `pbx.meeting.${operation}.v1`;
  if (document['type'] !== expected) errors.push({ path: '/type', message: `must be ${expected} on this topic` });
  const subject = document['subject'];
  if (subject !== undefined && subject !== null && subject !== data['uid']) {
    errors.push({ path: '/subject', message: 'must be the uid of the meeting' });
  }
  return errors;
}

function readMeeting(data: Members, reader: Reader): Meeting {
  return {
    uid: String(data['uid']),
    sequence: Number(data['sequence']),
    subject: reader.clipped('subject', LIMITS.subject) ?? '',
    start: normalise(data['start']) ?? '',
    end: normalise(data['end']) ?? '',
    timeZone: String(data['timeZone']).slice(0, LIMITS.text),
    recurrence: reader.recurrence(),
    host: reader.person(data['host'], '/data/host'),
    invitees: reader.invitees(),
    room: reader.clipped('room', LIMITS.text),
    publicRoom: reader.flag('publicRoom'),
    joinUrl: reader.clipped('joinUrl', 2_048),
    password: reader.clipped('password', 64),
    emailReminderMinutes: reader.minutes('emailReminderMinutes'),
    agenda: reader.clipped('agenda', LIMITS.agenda) ?? '',
    syncToGoogleCalendar: data['syncToGoogleCalendar'] === true,
  };
}

/** Reads the members that may be absent; what is there and wrong becomes a warning. */
class Reader {
  readonly #data: Members;
  readonly #warnings: Warning[];

  constructor(data: Members, warnings: Warning[]) {
    this.#data = data;
    this.#warnings = warnings;
  }

  clipped(name: string, limit: number): string | null {
    const value = this.#data[name];
    if (absent(value)) return null;
    if (typeof value !== 'string') return this.#drop(`/data/${name}`, 'is no text and was left out');
    if (value.length > limit) this.#warn(`/data/${name}`, `was cut to ${limit} characters`);
    return clip(value, limit);
  }

  flag(name: string): boolean {
    const value = this.#data[name];
    if (absent(value)) return false;
    return typeof value === 'boolean' ? value : (this.#drop(`/data/${name}`, 'is neither true nor false') ?? false);
  }

  minutes(name: string): number | null {
    const value = this.#data[name];
    if (absent(value)) return null;
    if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 40_320) return Number(value);
    return this.#drop(`/data/${name}`, 'is no number of minutes from 0 to 40320');
  }

  wallClock(name: string): string | null {
    return normalise(this.#data[name]);
  }

  recurrence(): Recurrence | null {
    const value = this.#data['recurrence'];
    if (absent(value)) return null;
    if (!isMembers(value) || typeof value['rrule'] !== 'string' || value['rrule'].length > LIMITS.rrule) {
      return this.#drop('/data/recurrence', 'is no repeat rule; the meeting was taken as a single one');
    }
    if (value['rrule'].trim() === '') return null;
    const listed = value['excluded'];
    const excluded: string[] = [];
    if (!absent(listed) && !Array.isArray(listed))
      this.#warn('/data/recurrence/excluded', 'is no list and was left out');
    for (const [index, item] of (Array.isArray(listed) ? listed : []).slice(0, LIMITS.excluded).entries()) {
      const time = normalise(item);
      if (time === null) this.#warn(`/data/recurrence/excluded/${index}`, 'is no wall-clock time and was left out');
      else excluded.push(time);
    }
    return { rrule: value['rrule'].trim(), excluded };
  }

  person(value: unknown, path: string): Person | null {
    if (absent(value)) return null;
    if (!isMembers(value)) return this.#drop(path, 'is no person and was left out');
    return {
      extension: this.#text(value['extension'], `${path}/extension`),
      name: this.#text(value['name'], `${path}/name`),
      email: this.#address(value['email'], `${path}/email`),
    };
  }

  invitees(): Person[] {
    const value = this.#data['invitees'];
    if (absent(value)) return [];
    if (!Array.isArray(value)) return this.#drop('/data/invitees', 'is no list and was left out') ?? [];
    if (value.length > LIMITS.invitees) this.#warn('/data/invitees', `was cut to ${LIMITS.invitees} invitees`);
    return value
      .slice(0, LIMITS.invitees)
      .map((item, index) => this.person(item, `/data/invitees/${index}`))
      .filter((person) => person !== null);
  }

  #text(value: unknown, path: string): string | null {
    if (absent(value)) return null;
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' ? clip(value, LIMITS.text) : this.#drop(path, 'is no text and was left out');
  }

  #address(value: unknown, path: string): string | null {
    if (absent(value)) return null;
    const address = typeof value === 'string' ? value.trim() : '';
    return ADDRESS.test(address) && address.length <= 254
      ? address
      : this.#drop(path, 'is no e-mail address and was left out');
  }

  #drop(path: string, message: string): null {
    this.#warn(path, message);
    return null;
  }

  #warn(path: string, message: string): void {
    this.#warnings.push({ code: 'invalid-member', path, message: `${path} ${message}.` });
  }
}

function reject(
  document: unknown,
  why: Pick<EventRejection, 'code' | 'title' | 'errors' | 'fix'>,
): { ok: false; rejection: EventRejection } {
  const members = isMembers(document) ? document : {};
  const data = isMembers(members['data']) ? members['data'] : {};
  const text = (value: unknown) => (typeof value === 'string' ? clip(value, 512) : null);
  const { sequence } = data;
  return {
    ok: false,
    rejection: {
      ...why,
      source: text(members['source']),
      id: text(members['id']),
      uid: text(data['uid']),
      sequence: Number.isSafeInteger(sequence) ? Number(sequence) : null,
      document: maskDocument(document),
    },
  };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

/** `YYYY-MM-DDTHH:mm[:ss]` of a day that exists, with seconds; else null. */
function normalise(value: unknown): string | null {
  const match = typeof value === 'string' ? WALL_CLOCK.exec(value) : null;
  if (match === null) return null;
  const full = `${match[0].slice(0, 16)}:${match[6] ?? '00'}`;
  const instant = Date.parse(`${full}Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().slice(0, 19) === full ? full : null;
}

/** Cuts without leaving half a character. */
function clip(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
}

function absent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type Result = Static<typeof ResultSchema>;
export type Rejected = Static<typeof RejectedSchema>;

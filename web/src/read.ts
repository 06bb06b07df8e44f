/**
 * Parts of the API's answers that its contract leaves open (the stored meeting, the recorded entry, a rejected
 * message), read member by member: what is missing or of another kind becomes null or empty.
 */

export interface Person {
  extension: string | null;
  name: string | null;
  email: string | null;
}

export interface Asked {
  subject: string;
  start: string | null;
  end: string | null;
  timeZone: string;
  rrule: string | null;
  room: string | null;
  host: Person | null;
  invitees: Person[];
  agenda: string;
  emailReminderMinutes: number | null;
}

export interface Entry {
  summary: string;
  location: string;
  start: string | null;
  end: string | null;
  zone: string;
  recurrence: string[];
  guests: string[];
  reminders: { method: string; minutes: number }[];
}

export interface Recorded {
  occurrence: string | null;
  state: string;
  calendarId: string;
  entry: Entry | null;
}

export interface Occurrence {
  occurrence: string;
  cancelled: boolean;
  asked: Asked | null;
}

export interface Rejected {
  at: string;
  topic: string;
  title: string;
  fix: string;
  size: number;
  sha256: string;
  errors: { path: string; message: string }[];
  document: unknown;
}

export function readAsked(value: unknown): Asked | null {
  if (!isMembers(value)) return null;
  const recurrence = value['recurrence'];
  return {
    subject: text(value['subject']) ?? '',
    start: text(value['start']),
    end: text(value['end']),
    timeZone: text(value['timeZone']) ?? '',
    rrule: isMembers(recurrence) ? text(recurrence['rrule']) : null,
    room: text(value['room']),
    host: readPerson(value['host']),
    invitees: list(value['invitees']).flatMap((item) => readPerson(item) ?? []),
    agenda: text(value['agenda']) ?? '',
    emailReminderMinutes: number(value['emailReminderMinutes']),
  };
}

export function readRecorded(value: unknown): Recorded | null {
  if (!isMembers(value)) return null;
  return {
    occurrence: text(value['occurrence']),
    state: text(value['state']) ?? '',
    calendarId: text(value['calendarId']) ?? '',
    entry: readEntry(value['entry']),
  };
}

export function readOccurrence(value: unknown): Occurrence | null {
  if (!isMembers(value)) return null;
  const occurrence = text(value['occurrence']);
  if (occurrence === null) return null;
  return { occurrence, cancelled: value['cancelled'] === true, asked: readAsked(value['asked']) };
}

/** The next attempt of a meeting that goes on by itself, from its published result. */
export function readNextAttempt(result: unknown): string | null {
  return isMembers(result) ? text(result['nextAttemptAt']) : null;
}

export function readRejected(value: unknown): Rejected {
  const found = isMembers(value) ? value : {};
  return {
    at: text(found['at']) ?? '',
    topic: text(found['topic']) ?? '',
    title: text(found['title']) ?? '',
    fix: text(found['fix']) ?? '',
    size: number(found['size']) ?? 0,
    sha256: text(found['sha256']) ?? '',
    errors: list(found['errors'])
      .filter(isMembers)
      .map((item) => ({ path: text(item['path']) ?? '', message: text(item['message']) ?? '' })),
    document: found['document'] ?? null,
  };
}

function readPerson(value: unknown): Person | null {
  if (!isMembers(value)) return null;
  return { extension: text(value['extension']), name: text(value['name']), email: text(value['email']) };
}

function readEntry(value: unknown): Entry | null {
  if (!isMembers(value)) return null;
  const [start, end] = [value['start'], value['end']];
  return {
    summary: text(value['summary']) ?? '',
    location: text(value['location']) ?? '',
    start: isMembers(start) ? text(start['local']) : null,
    end: isMembers(end) ? text(end['local']) : null,
    zone: isMembers(start) ? (text(start['zone']) ?? '') : '',
    recurrence: list(value['recurrence']).flatMap((line) => text(line) ?? []),
    guests: list(value['guests']).flatMap((guest) => (isMembers(guest) ? (text(guest['email']) ?? []) : [])),
    reminders: list(value['reminders'])
      .filter(isMembers)
      .map((item) => ({ method: text(item['method']) ?? '', minutes: number(item['minutes']) ?? 0 })),
  };
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

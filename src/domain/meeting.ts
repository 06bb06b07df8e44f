import type { DirectoryAddress, Selection } from './directory.ts';

/** A wall-clock time without zone, always `YYYY-MM-DDTHH:mm:ss`. */
export type WallClock = string;

export interface Person {
  extension: string | null;
  name: string | null;
  /** Lower-cased only for comparison; kept as it was sent. */
  email: string | null;
  /** What the directory gave for the extension when the meeting was taken in; absent = nothing. */
  directory?: DirectoryAddress;
}

export interface Recurrence {
  /** One RFC 5545 RRULE value, without the prefix `RRULE:`. */
  rrule: string;
  excluded: WallClock[];
}

/** What a PBX asks for, parsed and trusted. The host's PIN is dropped while parsing and has no place here. */
export interface Meeting {
  uid: string;
  sequence: number;
  subject: string;
  start: WallClock;
  end: WallClock;
  /** As sent: an IANA name, the PBX's label, or ''. domain/zone.ts resolves it. */
  timeZone: string;
  recurrence: Recurrence | null;
  host: Person | null;
  invitees: Person[];
  room: string | null;
  publicRoom: boolean;
  joinUrl: string | null;
  password: string | null;
  emailReminderMinutes: number | null;
  agenda: string;
  syncToGoogleCalendar: boolean;
  /** Which meetings were chosen when this one was taken in; absent in what an earlier version stored. */
  selection?: Selection;
}

export interface Warning {
  code: string;
  /** JSON path into the event's data, '' when the warning concerns the whole meeting. */
  path: string;
  message: string;
}

export type Operation = 'scheduled' | 'updated' | 'cancelled';

/** One accepted meeting event: the unit that the ledger keeps. */
export interface MeetingEvent {
  device: string;
  operation: Operation;
  /** CloudEvents `source` and `id`: with the device they name one message for 30 days. */
  source: string;
  eventId: string;
  uid: string;
  sequence: number;
  /** null for the meeting or the series, else the original wall-clock start of one occurrence. */
  occurrence: WallClock | null;
  /** null for a cancellation. */
  meeting: Meeting | null;
  /** Warnings found while reading (invalid members that were left out). */
  warnings: Warning[];
}

/** What is wanted for the meeting (occurrence null) or for one occurrence of it. */
export interface DesiredState {
  occurrence: WallClock | null;
  sequence: number;
  cancelled: boolean;
  /** SHA-256 of the canonical content, to tell a duplicate from a conflict. */
  contentHash: string;
  meeting: Meeting | null;
  warnings: Warning[];
}

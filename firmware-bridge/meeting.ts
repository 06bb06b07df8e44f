import type { Person, WallClock } from '../src/domain/meeting.ts';

/** Something a person should know about one meeting. Never a value that the PBX sent, except a room or a repeat word. */
export interface Note {
  code: string;
  message: string;
}

export type Repeat =
  | { kind: 'none' }
  | { kind: 'rule'; rrule: string; excluded: WallClock[] }
  /** The PBX said something that the dialect does not know, or nothing at all. */
  | { kind: 'unknown' };

/** A scheduled item of the PBX, whatever its dialect. The host's PIN has no place here. */
export interface PbxMeeting {
  id: string;
  /** Set when this item is a changed occurrence of a series. */
  seriesId: string | null;
  /** Its original start in the zone of the series; null when the PBX does not tell. */
  originalStart: WallClock | null;
  subject: string;
  agenda: string;
  room: string | null;
  publicRoom: boolean;
  joinUrl: string | null;
  password: string | null;
  start: WallClock;
  end: WallClock;
  /** An IANA name or the PBX's label that holds one; '' when not even the device's zone is known. */
  zone: string;
  repeat: Repeat;
  host: Person | null;
  invitees: Person[];
  reminderMinutes: number | null;
  ticked: boolean;
  /** The PBX keeps it but says that it was cancelled. */
  cancelled: boolean;
  notes: Note[];
}

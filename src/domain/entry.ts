import type { WallClock } from './meeting.ts';

/** A time as it goes to a calendar: wall clock in `zone`; `offset` ('+01:00') pins a single meeting in a DST overlap. */
export interface EntryTime {
  local: WallClock;
  zone: string;
  offset: string | null;
}

export interface Guest {
  email: string;
  displayName: string | null;
}

export interface Reminder {
  method: 'email' | 'popup';
  minutes: number;
}

/** Who made an entry, for whom, and at which sequence it was last written. */
export interface Marker {
  pbxDevice: string;
  pbxMeeting: string;
  pbxSequence: string;
  pbxAgent: string;
}

/** What a calendar shall hold for a meeting or one occurrence, free of any provider's words. */
export interface CalendarEntry {
  summary: string;
  /** HTML, every value from outside escaped. */
  description: string;
  location: string;
  start: EntryTime;
  end: EntryTime;
  /** RFC 5545 lines with their property names; empty for a single meeting and for an occurrence. */
  recurrence: string[];
  /** Ours, without duplicates; the list never holds the organizer of a primary calendar. */
  guests: Guest[];
  reminders: Reminder[];
  visibility: 'default' | 'public' | 'private' | 'confidential';
  marker: Marker;
}

/** What a calendar was seen to hold. */
export interface HeldEntry {
  calendarId: string;
  eventId: string;
  etag: string;
  status: 'confirmed' | 'tentative' | 'cancelled';
  htmlLink: string | null;
  summary: string;
  description: string;
  location: string;
  /** Milliseconds since the epoch; null where the entry is a bare tombstone or lasts all day. */
  startsAt: number | null;
  endsAt: number | null;
  startZone: string | null;
  recurrence: string[];
  /** Attendee rows as held, with answers and whatever else the calendar keeps there. */
  guests: { email: string; [member: string]: unknown }[];
  reminders: Reminder[] | 'default';
  visibility: string;
  /** null when the entry was not made by an agent. */
  marker: Marker | null;
}

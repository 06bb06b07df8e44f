/** The nouns of the stand-in: what it stores, what it logs. Times are milliseconds since 1970 unless they are text. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

export type AccessRole = 'owner' | 'writer' | 'reader' | 'freeBusyReader';
export type SendUpdates = 'all' | 'externalOnly' | 'none';
export type Answer = 'needsAction' | 'declined' | 'tentative' | 'accepted';

/** As stored: `dateTime` is always the instant in UTC ('…Z'), `timeZone` the zone the writer named (if any). */
export interface Slot {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

export interface Attendee {
  email: string;
  displayName?: string;
  responseStatus: Answer;
  optional?: boolean;
  resource?: boolean;
  comment?: string;
  additionalGuests?: number;
  organizer?: boolean;
  self?: boolean;
}

export interface Reminder {
  method: string;
  minutes: number;
}

export interface Reminders {
  useDefault: boolean;
  overrides?: Reminder[];
}

/** What a caller may write. */
export interface EventFields {
  status: 'confirmed' | 'tentative' | 'cancelled';
  summary?: string;
  description?: string;
  location?: string;
  start?: Slot;
  end?: Slot;
  attendees?: Attendee[];
  recurrence?: string[];
  reminders?: Reminders;
  extendedProperties?: { private?: Record<string, string>; shared?: Record<string, string> };
  transparency?: string;
  visibility?: string;
  colorId?: string;
  eventType?: string;
  guestsCanModify?: boolean;
  guestsCanInviteOthers?: boolean;
  guestsCanSeeOtherGuests?: boolean;
  anyoneCanAddSelf?: boolean;
  source?: { title?: string; url?: string };
  conferenceData?: JsonObject;
  attachments?: JsonObject[];
  eventLabelId?: string;
  /** How the occurrences of a series in a change of the clocks are read; never answered. */
  oddClock?: 'later' | 'earlier';
}

export interface StoredEvent extends EventFields {
  id: string;
  etag: string;
  iCalUID: string;
  sequence: number;
  /** RFC 3339, as answered. */
  created: string;
  updated: string;
  creator: { email: string };
  organizer: { email: string; displayName?: string };
  recurringEventId?: string;
  originalStartTime?: Slot;
  /** Position in the calendar's history of changes; what a sync token points into. */
  revision: number;
  createdAt: number;
  updatedAt: number;
  /** A cancelled single occurrence: answered with nothing but its identity. */
  bare?: boolean;
  /** The trash was emptied: it can no longer be revived, but its id stays taken. */
  purged?: boolean;
}

export interface StoredCalendar {
  id: string;
  summary: string;
  timeZone: string;
  primary: boolean;
  /** The account whose data this is; organizers of events are calendars, not accounts. */
  dataOwner: string;
  roles: Map<string, AccessRole>;
  events: Map<string, StoredEvent>;
  defaultReminders: Reminder[];
  revision: number;
  /** Sync tokens of an earlier generation are dead (rights changed, or a test said so). */
  syncGeneration: number;
  etag: string;
}

export interface Client {
  clientId: string;
  clientSecrets: string[];
  redirectUris: string[];
  project: string;
  /** Publishing status 'Testing': refresh tokens live for seven days. */
  testing: boolean;
  /** When given, only these accounts may consent while in Testing. */
  testUsers?: string[];
  /** When given, the app is 'Internal' to this Workspace domain. */
  organization?: string;
}

export interface Account {
  email: string;
  sub: string;
  hd?: string;
}

export interface Mail {
  at: number;
  kind: 'invitation' | 'update' | 'cancellation';
  to: string;
  eventId: string;
  calendarId: string;
}

/** What a guest sees in his own calendar. */
export interface GuestCopy {
  guest: string;
  calendarId: string;
  eventId: string;
  summary: string | undefined;
  start: Slot | undefined;
}

export interface LoggedRequest {
  at: number;
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  ifMatch: string | undefined;
  body: Json | undefined;
  /** Email of the account the bearer token belongs to. */
  subject: string | undefined;
  /** 0 while unanswered and when the connection was dropped instead of answered. */
  status: number;
  fault?: string;
}

import type { CalendarEntry } from './entry.ts';
import type { WallClock } from './meeting.ts';

/** What the ledger knows of one calendar entry, or of one changed occurrence of it. */
export interface RecordedEntry {
  occurrence: WallClock | null;
  /** `sub` of the account, never its address. */
  account: string;
  /** Resolved: never the word `primary`. */
  calendarId: string;
  eventId: string;
  generation: number;
  /** 'intended' = a write was about to happen and its outcome is not known. */
  state: 'intended' | 'live' | 'removed' | 'deleted-by-person';
  etag: string | null;
  htmlLink: string | null;
  /** The sequence of the last write. */
  sequence: number;
  /** As last written; null while only intended. */
  entry: CalendarEntry | null;
}

import type { ConsentEnd } from '../domain/consent.ts';
import type { DeviceIdentity } from '../domain/device.ts';
import type { CalendarEntry, HeldEntry } from '../domain/entry.ts';
import type { Fault } from '../domain/failure.ts';
import type { DesiredState, MeetingEvent, Warning } from '../domain/meeting.ts';
import type { RecordedEntry } from '../domain/plan.ts';
import type { RemovalFigures, RemovalMark } from '../domain/plausibility.ts';
import type { Verdict } from '../domain/standing.ts';

/** Milliseconds since the epoch. */
export type Clock = () => number;

// ---------------------------------------------------------------- ledger

export type ResultState = 'pending' | 'held' | 'synced' | 'skipped' | 'cancelled' | 'failed';

export interface MeetingKey {
  device: string;
  uid: string;
}

/** Everything that the planner needs about one meeting, read in one transaction. */
export interface MeetingRecord extends MeetingKey {
  /** The meeting or series; null while only occurrences have arrived. */
  main: DesiredState | null;
  occurrences: DesiredState[];
  recorded: RecordedEntry[];
  /** Entries that were left in an account which is not used any more. */
  leftBehind: LeftBehind[];
  state: ResultState;
  error: ResultError | null;
  warnings: Warning[];
  attempt: number;
  /** Grows with every accepted event and every settle; guards against settling over newer wishes. */
  version: number;
}

export interface LeftBehind {
  calendarId: string;
  eventId: string;
}

export interface ResultError {
  code: string;
  title: string;
  /** What happened, in plain words, and with whom it lies; absent in what an earlier version stored. */
  cause?: string;
  fault?: Fault;
  fix: string;
  link: string | null;
  retryable: boolean;
}

/** A meeting leased for one delivery. Nobody else gets it before `leasedUntil`. */
export interface Claim extends MeetingRecord {
  identity: DeviceIdentity | null;
  removal: RemovalMark | null;
  /** The id of the newest event that was taken; follows it through the log. */
  correlation: string | null;
  /** Milliseconds since the epoch at which the oldest wish that is not settled was taken. */
  openSince: number | null;
}

export interface Outcome extends MeetingKey {
  version: number;
  state: ResultState;
  error: ResultError | null;
  warnings: Warning[];
  occurrences: { occurrence: string; state: ResultState; error: ResultError | null }[];
  /** Milliseconds since the epoch; null = not due until something wakes it. */
  nextAttemptAt: number | null;
  /** What the calendar is now known to hold; entries not named stay as they are. */
  recorded: RecordedEntry[];
  attempt: number;
  removal: RemovalMark | null;
  history: { action: string; detail: string }[];
  /** The result as it goes out on MQTT. */
  result: string;
}

export interface StoredResult extends MeetingKey {
  /** '' = the broker shall forget the meeting's result. */
  payload: string;
  revision: number;
}

export interface Rejection {
  device: string | null;
  topic: string;
  source: string | null;
  id: string | null;
  uid: string | null;
  sequence: number | null;
  code: string;
  title: string;
  errors: { path: string; message: string }[];
  fix: string;
  at: string;
}

export interface ParkedMessage extends Rejection {
  size: number;
  sha256: string;
  /** The document with every member whose name contains "password" masked; null when it was no JSON. */
  document: unknown;
}

export interface DeviceRecord {
  device: string;
  identity: DeviceIdentity | null;
  /** The identity as it was published, for the retained topic. */
  identityPayload: string | null;
  availability: 'online' | 'offline' | 'unknown';
  lastSeen: number | null;
}

export interface MeetingSummary extends MeetingKey {
  subject: string;
  start: string | null;
  end: string | null;
  timeZone: string;
  startsAt: number | null;
  endsAt: number | null;
  recurring: boolean;
  state: ResultState;
  sequence: number;
  error: ResultError | null;
  warnings: Warning[];
  htmlLink: string | null;
  updatedAt: number;
}

export interface MeetingQuery {
  device?: string | undefined;
  state?: ResultState | undefined;
  /** Milliseconds since the epoch; bounds the meeting's time. */
  from?: number | undefined;
  to?: number | undefined;
  q?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

export interface HistoryItem {
  at: string;
  action: string;
  detail: string;
}

export interface ActivityItem {
  id: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: string;
}

export interface QueueFigures {
  pending: number;
  held: number;
  failed: number;
  /** Milliseconds since the epoch of the oldest meeting that is not settled. */
  oldestAt: number | null;
  heldByCode: Record<string, number>;
  failedByCode: Record<string, number>;
}

export interface AcceptedEvent extends MeetingEvent {
  /** SHA-256 of the canonical content. */
  contentHash: string;
  /** Milliseconds since the epoch, for lists and retention; null while the zone is not known or the series never ends. */
  startsAt: number | null;
  endsAt: number | null;
}

/** Milliseconds since the epoch: what is older goes. */
export interface PurgeLimits {
  /** Meetings by their last end, with all that belongs to them; history, audit trail and parked messages. */
  meetings: number;
  /** Results by the meeting's last end: they are emptied. */
  results: number;
  /** Ids of messages. */
  messages: number;
}

export interface Purged {
  meetings: number;
  /** Emptied; the publication follows. */
  results: number;
  history: number;
  activity: number;
  parked: number;
  seen: number;
}

/** Every method is one transaction. All of them can raise `ledger-unavailable` (disk full, read-only, damaged). */
export interface Ledger {
  /** Durable when it resolves. Many concurrent calls share one commit. */
  accept(event: AcceptedEvent): Promise<Verdict>;
  park(message: ParkedMessage): Promise<void>;
  seeDevice(
    device: string,
    change: { identity?: DeviceIdentity; identityPayload?: string; availability?: 'online' | 'offline' },
  ): Promise<void>;
  devices(): Promise<DeviceRecord[]>;

  claim(limit: number, leaseMs: number, owner: string): Promise<Claim[]>;
  /** Records what is about to be written, before it is written. */
  intend(key: MeetingKey, recorded: RecordedEntry): Promise<void>;
  /** Ends the lease. When newer wishes arrived meanwhile the meeting stays due. */
  settle(outcome: Outcome): Promise<void>;
  /** Leases of a process that is gone. */
  releaseLeases(owner: string): Promise<void>;
  /** Makes meetings due now: those held with one of the codes, of one device, one meeting, or all that are open. */
  wake(which: { codes?: string[]; device?: string; key?: MeetingKey; all?: true }): Promise<number>;
  /** Exact where more than `small` removals are at stake; else `future` is counted up to `small` + 1. */
  removals(small: number): Promise<RemovalFigures>;
  /**
   * An account is the one in use from now on. Entries of the one before stay where they are: they are kept as they are,
   * or left behind and their meetings made anew at their next delivery. Those in `calendarId` are handed over.
   */
  useAccount(account: AccountInUse): Promise<void>;
  /** Coming entries under the account that was in use until now, when that is another one. */
  entriesBefore(sub: string): Promise<{ address: string; entries: number } | null>;
  /** Lets the stopped removals go on. Returns how many. */
  confirmRemovals(): Promise<number>;
  /** Milliseconds since the epoch at which the next meeting is due; null when nothing is. */
  nextDueAt(): Promise<number | null>;

  unpublishedResults(limit: number): Promise<StoredResult[]>;
  resultPublished(result: StoredResult): Promise<void>;
  /** How many results wait for the broker. */
  unpublished(): Promise<number>;
  unpublishedRejections(limit: number): Promise<{ id: number; device: string | null; payload: string }[]>;
  rejectionPublished(id: number): Promise<void>;
  /** Every result, for a broker that has lost its retained messages. */
  results(): Promise<{ device: string; uid: string; payload: string }[]>;
  /** Other retained payloads that must outlive the broker (identities, the agent's status). */
  retained(): Promise<{ topic: string; payload: string }[]>;
  keepRetained(topic: string, payload: string): Promise<void>;

  /**
   * Lets go of one small share of what is too old; more = there is another one. Never goes: a meeting that is pending or
   * held, one that is not over, a series without end.
   */
  purge(limits: PurgeLimits): Promise<{ purged: Purged; more: boolean }>;

  meeting(
    key: MeetingKey,
  ): Promise<(MeetingRecord & { summary: MeetingSummary; history: HistoryItem[]; result: string | null }) | null>;
  meetings(query: MeetingQuery): Promise<{ items: MeetingSummary[]; nextCursor: string | null }>;
  queue(): Promise<QueueFigures>;
  parked(query: {
    cursor?: string | undefined;
    limit: number;
  }): Promise<{ items: ParkedMessage[]; nextCursor: string | null }>;
  note(item: { actor: string; action: string; subject: string; detail: string }): Promise<void>;
  activity(query: {
    cursor?: string | undefined;
    limit: number;
  }): Promise<{ items: ActivityItem[]; nextCursor: string | null }>;
}

// ---------------------------------------------------------------- calendar

export type SendUpdates = 'all' | 'externalOnly' | 'none';

export interface EntryAddress {
  calendarId: string;
  eventId: string;
}

/** One calendar account. Every method takes its own timeout and may raise any code of domain/failure.ts. */
export interface CalendarProvider {
  /** Raises `duplicate` when the id exists, live or deleted. */
  insert(address: EntryAddress, entry: CalendarEntry, sendUpdates: SendUpdates): Promise<HeldEntry>;
  /** null when the calendar is there and the entry is not. Raises `calendar-gone`. A deleted entry has status 'cancelled'. */
  get(address: EntryAddress): Promise<HeldEntry | null>;
  /**
   * Writes our own fields only. `attendees` is sent only when `guests` is given: the list as it shall be, where
   * held rows pass through whole. Raises `precondition-failed` (etag stale), `not-found`, `gone`, `forbidden`.
   */
  patch(
    address: EntryAddress,
    change: { entry: CalendarEntry; guests: GuestRow[] | null; revive: boolean },
    etag: string | null,
    sendUpdates: SendUpdates,
  ): Promise<HeldEntry>;
  /** 'gone' when it was no longer there. */
  remove(address: EntryAddress, sendUpdates: SendUpdates): Promise<'removed' | 'gone'>;
}

/** An attendee as the calendar shows it; members we do not know pass through untouched. */
export type GuestRow = { email: string; [member: string]: unknown };

/** The calendar that new entries of a device go to, or the reason why there is none. */
export type CalendarTarget =
  | { ok: true; account: string; address: string; calendarId: string; primary: boolean }
  | { ok: false; code: string };

// ---------------------------------------------------------------- MQTT

export interface Publisher {
  /** Resolves when the broker has it (PUBACK); rejects when that cannot be known. */
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void>;
}

// ---------------------------------------------------------------- settings

export interface CalendarSettings {
  calendarId: string;
  sendUpdates: SendUpdates;
  selector: 'tick' | 'all' | 'tag';
  tag: string;
  reminders: { method: 'email' | 'popup'; minutes: number }[] | null;
  visibility: 'default' | 'public' | 'private' | 'confidential';
  includePassword: boolean;
}

export const defaultCalendarSettings: CalendarSettings = {
  calendarId: 'primary',
  sendUpdates: 'all',
  selector: 'tick',
  tag: '[gcal]',
  reminders: null,
  visibility: 'default',
  includePassword: true,
};

export interface GoogleCredentials {
  clientId: string;
  clientSecret: string;
  /** What the administrator typed; null = take the next source. */
  redirectUri: string | null;
  /** The first redirect URI of the uploaded file, when the credentials came from one. */
  fileRedirectUri: string | null;
}

export interface GoogleGrant {
  sub: string;
  email: string;
  hostedDomain: string | null;
  scopes: string[];
  refreshToken: string;
  authorizedAt: string;
  /** ISO time at which Google said that the consent ends; null when it named none. */
  consentExpiresAt: string | null;
  /** The client that the grant belongs to. */
  clientId: string;
  /** Set when Google refused the grant: the code that explains it. */
  brokenBy: string | null;
}

/** What becomes of the entries that an earlier account made. */
export type EarlierEntries = 'keep-entries' | 'recreate';

export interface AccountInUse {
  sub: string;
  address: string;
  /** The chosen calendar, where it is not the account's own. */
  calendarId: string | null;
  earlier: EarlierEntries;
}

/** Another account was authorized than the one that made the entries so far, and nothing is decided yet. */
export interface AccountChoice {
  grant: GoogleGrant;
  /** The address of the earlier account, or the id of its calendar where only that is known. */
  earlierAccount: string;
  /** Its coming entries. */
  entries: number;
  expiresAt: string;
}

export interface PendingAuthorization {
  state: string;
  codeVerifier: string;
  redirectUri: string;
  clientId: string;
  expiresAt: string;
  /** SHA-256 of the code that was exchanged with this attempt. */
  usedCode: string | null;
  choice?: AccountChoice | null;
}

/** Secrets are sealed by the adapter; callers see them in clear, the file never does. */
export interface SettingsStore {
  readonly calendar: CalendarSettings;
  readonly google: {
    credentials: GoogleCredentials | null;
    grant: GoogleGrant | null;
    pending: PendingAuthorization | null;
  };
  readonly administrator: { passwordHash: string } | null;
  /** 'unsealable' = the key is missing or wrong: stored secrets cannot be read, and nothing is overwritten. */
  readonly seal: 'ok' | 'unsealable';
  /** Durable when it resolves. Raises `settings-unavailable`, and `settings-sealed` where a lost key forbids it. */
  saveCalendar(settings: CalendarSettings): Promise<void>;
  saveGoogle(change: {
    credentials?: GoogleCredentials | null;
    grant?: GoogleGrant | null;
    pending?: PendingAuthorization | null;
  }): Promise<void>;
  saveAdministrator(passwordHash: string): Promise<void>;
}

// ---------------------------------------------------------------- problems

export interface Problem {
  id: string;
  severity: 'info' | 'warning' | 'danger';
  title: string;
  cause: string;
  action: string;
  link: string | null;
  /** A person can let it go on: POST /api/v1/problems/{id}/confirm. */
  confirmable?: true;
  /** With whom it lies. */
  fault: Fault;
  since: string;
}

// ---------------------------------------------------------------- Google, as the admin API and the engine see it

export interface CredentialsView {
  clientId: string;
  /** The last four characters, never more. */
  clientSecretHint: string;
  redirectUri: string | null;
  effectiveRedirectUri: string;
  redirectUriSource: 'saved' | 'file' | 'public-url' | 'vendor';
  /** What the administrator should know of the effective redirect URI, in words. */
  notes: string[];
}

export interface AuthorizationView {
  state: 'not-configured' | 'configured' | 'authorized' | 'reauthorize';
  account: string | null;
  scopes: string[];
  authorizedAt: string | null;
  consentExpiresAt: string | null;
  consentEndsBecause: ConsentEnd | null;
  /** The number of the Google Cloud project, as the client ID names it. */
  project: string | null;
  /** Another account was authorized, and what becomes of the entries so far is not decided yet. */
  pending: { account: string; earlierAccount: string; entries: number; expiresAt: string } | null;
  /** False when the calendar list was not granted: only the primary calendar can be chosen. */
  calendarListGranted: boolean;
  /** The failure that ended the authorisation, when state is 'reauthorize'. */
  brokenBy: string | null;
}

export interface CalendarListItem {
  id: string;
  summary: string;
  primary: boolean;
  accessRole: string;
  timeZone: string;
  writable: boolean;
}

/** Raises AppError with the authorisation codes of domain/failure.ts. */
export interface GoogleAuthorisation {
  view(): AuthorizationView;
  credentials(): CredentialsView | null;
  /** What the redirect URI is, or would be before any credentials are saved. */
  redirect(): Pick<CredentialsView, 'effectiveRedirectUri' | 'redirectUriSource' | 'notes'>;
  saveCredentials(input: {
    clientId: string;
    clientSecret?: string | undefined;
    redirectUri?: string | null | undefined;
  }): Promise<CredentialsView>;
  /** The client-secret JSON document downloaded from Google. */
  saveCredentialsFile(document: unknown): Promise<CredentialsView>;
  reset(): Promise<void>;
  begin(): Promise<{ url: string; expiresAt: string }>;
  /** Takes the bare code, the encoded code, the whole address, or Google's error page. */
  complete(pasted: string): Promise<AuthorizationView>;
  /** Goes over to the other account that was authorized. Raises `nothing-to-decide`. */
  decide(earlier: EarlierEntries): Promise<AuthorizationView>;
  /** Drops the open attempt, and another account that waits for a decision. What is authorized works on. */
  cancelPending(): Promise<void>;
  forget(options: { revoke: boolean }): Promise<void>;
  calendars(): Promise<CalendarListItem[]>;
  testEntry(): Promise<{ request: unknown; held: unknown; matches: boolean; differences: string[] }>;
  /** Where new entries go, or why they cannot. */
  target(): CalendarTarget;
  /** Called after every change of credentials or grant. */
  onChange(listener: () => void): void;
}

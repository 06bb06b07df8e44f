import type { ConsentEnd } from '../domain/consent.ts';
import type { DeviceIdentity } from '../domain/device.ts';
import type { Directory, Selection, Taking } from '../domain/directory.ts';
import type { CalendarEntry, HeldEntry } from '../domain/entry.ts';
import type { Fault } from '../domain/failure.ts';
import type { DesiredState, MeetingEvent, Warning } from '../domain/meeting.ts';
import type { RecordedEntry } from '../domain/plan.ts';
import type { RemovalFigures, RemovalMark } from '../domain/plausibility.ts';
import type { Role, Scope } from '../domain/role.ts';
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
  /** How many people were newly invited by mail. */
  invited: number;
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

/** Who does something, and the network address that it is asked for from; null = the agent itself, or a command. */
export interface Actor {
  name: string;
  address: string | null;
}

export interface ActivityItem {
  id: number;
  /** What somebody did here, or what happened to a meeting; an id is unique within its kind. */
  kind: 'action' | 'meeting';
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: string;
  address: string | null;
}

export interface ActivityQuery {
  actor?: string | undefined;
  action?: string | undefined;
  /** Anywhere in subject, detail, actor, action or address. */
  q?: string | undefined;
  /** Milliseconds since the epoch; `to` is the first that no longer counts. */
  from?: number | undefined;
  to?: number | undefined;
  cursor?: string | undefined;
  limit: number;
}

export interface QueueFigures {
  pending: number;
  held: number;
  failed: number;
  /** Milliseconds since the epoch of the oldest meeting that is not settled. */
  oldestAt: number | null;
  /** Those that wait for a reason, not for their turn. */
  pendingByCode: Record<string, number>;
  heldByCode: Record<string, number>;
  failedByCode: Record<string, number>;
  /** Pending meetings that were tried several times in vain. */
  stuckByCode: Record<string, number>;
}

export interface AcceptedEvent extends MeetingEvent {
  /** SHA-256 of the canonical content. */
  contentHash: string;
  /** Milliseconds since the epoch, for lists and retention; null while the zone is not known or the series never ends. */
  startsAt: number | null;
  endsAt: number | null;
}

/** Beside the retained messages, though no topic: the ledger came out of a backup, and which devices were asked since. */
export const RESTORED_MARK = '$agent/restored';

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

/** How many rows lost the address. */
export interface Erased {
  meetings: number;
  results: number;
  history: number;
  rejected: number;
  activity: number;
  /** Ids of messages, devices' identities and other published texts. */
  others: number;
}

/** An entry in the calendar in which the address stood as a guest; there it still stands. */
export interface UntouchedEntry extends MeetingKey {
  subject: string;
  start: string | null;
  htmlLink: string | null;
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
  /** Ends a lease without an outcome: the meeting is due as it was. */
  giveBack(key: MeetingKey): Promise<void>;
  /** Leases of a process that is gone. */
  releaseLeases(owner: string): Promise<void>;
  /**
   * Makes meetings due now: those that wait with one of the codes, the held ones of one device, one meeting, or all
   * that are open or not over. Among all, those that are not wanted (`skipped`) only when they are named.
   */
  wake(which: { codes?: string[]; device?: string; key?: MeetingKey; all?: true; skipped?: true }): Promise<number>;
  /**
   * After the clock was set back: what is due later than `dueAfter` becomes due now, and no lease lasts longer than
   * until `leaseUntil`.
   */
  hasten(bounds: { dueAfter: number; leaseUntil: number }): Promise<number>;
  /** A share of the meetings that are open or not over, as they stand; `next` goes into the next call, null = that was all. */
  coming(cursor: string | null): Promise<{ items: Claim[]; next: string | null }>;
  /** Takes a share of these meetings in anew; those for which that changes something become due. */
  retake(taking: Taking, cursor: string | null): Promise<{ changed: number; next: string | null }>;
  /** What was stored without the choice that it was taken in under keeps this one. */
  keepSelection(selection: Selection): Promise<void>;
  /** Exact where more than `small` removals are at stake; else `future` is counted up to `small` + 1. */
  removals(small: number): Promise<RemovalFigures>;
  /** Guests newly invited within the last hour, oldest first. */
  invited(): Promise<{ at: number; guests: number }[]>;
  /**
   * An account is the one in use from now on. Entries of the one before stay where they are: they are kept as they are,
   * or left behind and their meetings made anew at their next delivery. Those in `calendarId` are handed over.
   */
  useAccount(account: AccountInUse): Promise<void>;
  /** Coming entries under the account that was in use until now, when that is another one. */
  entriesBefore(sub: string): Promise<{ address: string; entries: number } | null>;
  /** Lets the stopped removals go on. Returns how many. */
  confirmRemovals(): Promise<number>;
  /** Milliseconds since the epoch at which the next meeting that nobody has leased is due; null when none is. */
  nextDueAt(): Promise<number | null>;

  unpublishedResults(limit: number): Promise<StoredResult[]>;
  resultPublished(result: StoredResult): Promise<void>;
  /** How many results wait for the broker. */
  unpublished(): Promise<number>;
  unpublishedRejections(limit: number): Promise<{ id: number; device: string | null; payload: string }[]>;
  rejectionPublished(id: number): Promise<void>;
  /** Marks every result as not published yet, for a broker that may have lost them. */
  publishResultsAgain(): Promise<void>;
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

  /**
   * Takes an address out of one share of what is kept; what is being written at the moment loses it when it is settled.
   * `next` goes into the next call; null = that was all, and nothing of it is left in the file either.
   */
  erase(
    email: string,
    cursor: string | null,
  ): Promise<{ erased: Erased; entries: UntouchedEntry[]; next: string | null }>;

  meeting(
    key: MeetingKey,
  ): Promise<(MeetingRecord & { summary: MeetingSummary; history: HistoryItem[]; result: string | null }) | null>;
  meetings(query: MeetingQuery): Promise<{ items: MeetingSummary[]; nextCursor: string | null }>;
  queue(): Promise<QueueFigures>;
  parked(query: {
    cursor?: string | undefined;
    limit: number;
  }): Promise<{ items: ParkedMessage[]; nextCursor: string | null }>;
  note(item: { actor: Actor | string; action: string; subject: string; detail: string }): Promise<void>;
  /** Newest first: what people and programs did, what the PBXs asked for, and what was written to the calendars. */
  activity(query: ActivityQuery): Promise<{ items: ActivityItem[]; nextCursor: string | null }>;
  /** Whom and what the newest part of the trail names, to choose from. */
  activityNames(): Promise<{ actors: string[]; actions: string[] }>;
  /** An API token was used. A crash may take the last minute of it back. */
  tokenUsed(id: string, address: string): Promise<void>;
  /** When each token was last used: milliseconds since the epoch. */
  tokenUses(): Promise<Map<string, { at: number; address: string }>>;
  forgetTokenUse(id: string): Promise<void>;
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

/** One request to a calendar, as people read it in a dry run. */
export interface WireRequest {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
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
  /** A person changed in the calendar what the PBX decides: whose word counts. */
  changedInCalendar: 'pbx-wins' | 'leave';
  /** A person deleted the entry: whether the next change on the PBX makes it anew. */
  deletedInCalendar: 'leave' | 'recreate';
  /** While Google has paused invitations: meetings with guests wait, or come without guests who are invited later. */
  invitationsPaused: 'wait' | 'create-without-guests';
  /** How many guests may be newly invited within an hour. */
  guestsPerHour: number;
  /** Google's quota for one account, in requests within any minute. */
  requestsPerMinute: number;
}

export const defaultCalendarSettings: CalendarSettings = {
  calendarId: 'primary',
  sendUpdates: 'all',
  selector: 'tick',
  tag: '[gcal]',
  reminders: null,
  visibility: 'default',
  includePassword: true,
  changedInCalendar: 'pbx-wins',
  deletedInCalendar: 'leave',
  invitationsPaused: 'wait',
  guestsPerHour: 500,
  requestsPerMinute: 600,
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

/** Somebody who may sign in, beside the built-in user `admin`. */
export interface User {
  /** Lower case; never changes. */
  name: string;
  role: Role;
  passwordHash: string;
  disabled: boolean;
  createdAt: string;
}

/** A program that may use the API. The token itself is known to nobody but its holder. */
export interface ApiToken {
  id: string;
  name: string;
  scope: Scope;
  sha256: string;
  createdAt: string;
  createdBy: string;
  /** null = never. */
  expiresAt: string | null;
}

/** Who may use the agent. */
export interface People {
  /** The built-in user `admin`, always an administrator; null = the set-up is still to be done. */
  administrator: { passwordHash: string; disabled?: boolean | undefined } | null;
  users: readonly User[];
  tokens: readonly ApiToken[];
}

/** Secrets are sealed by the adapter; callers see them in clear, the file never does. */
export interface SettingsStore {
  readonly calendar: CalendarSettings;
  readonly google: {
    credentials: GoogleCredentials | null;
    grant: GoogleGrant | null;
    pending: PendingAuthorization | null;
  };
  readonly administrator: People['administrator'];
  readonly people: People;
  /** 'unsealable' = the key is missing or wrong: stored secrets cannot be read, and nothing is overwritten. */
  readonly seal: 'ok' | 'unsealable';
  /** Durable when it resolves. Raises `settings-unavailable`, and `settings-sealed` where a lost key forbids it. */
  saveCalendar(settings: CalendarSettings): Promise<void>;
  saveGoogle(change: {
    credentials?: GoogleCredentials | null;
    grant?: GoogleGrant | null;
    pending?: PendingAuthorization | null;
  }): Promise<void>;
  /** null = there is none any more. */
  saveAdministrator(passwordHash: string | null): Promise<void>;
  /**
   * Durable when it resolves. `change` is given what holds by then, after every change asked for earlier; what it
   * throws is thrown here, and nothing is written. Raises `settings-unavailable`.
   */
  changePeople(change: (now: People) => People): Promise<void>;
}

// ---------------------------------------------------------------- the log, as the admin pages see it

export interface LogFilter {
  /** The least severe that counts. */
  level?: LogItem['level'] | undefined;
  component?: string | undefined;
  q?: string | undefined;
}

export interface LogItem {
  /** Counts the lines since the start. */
  number: number;
  at: string;
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  component: string;
  message: string;
  fields: Record<string, unknown>;
}

/** The last lines of the agent's own log, secrets masked. */
export interface LogView {
  /** What LOG_LEVEL lets through. */
  readonly level: string;
  /** The newest ones that fit, oldest first; cut = there are more. */
  newest(query: LogFilter & { after?: number | undefined; limit: number }): {
    items: LogItem[];
    last: number;
    cut: boolean;
    kept: number;
    components: string[];
  };
  /** Every line that fits, as it was written. */
  ndjson(filter: LogFilter): Iterable<string>;
  onLine(listener: () => void): void;
}

/** The connection to the MQTT broker, as the admin pages see it. */
export interface MqttView {
  state: 'connected' | 'connecting' | 'refused';
  reason: string | null;
  url: string;
  embedded: boolean;
  username: string | null;
  clientId: string;
  topicPrefix: string;
  since: string | null;
  session: 'kept' | 'new' | 'none';
  sessionLostAt: string | null;
}

/** What of the agent's state has changed and may be loaded anew. */
export type Topic = 'status' | 'meetings' | 'devices' | 'activity' | 'logs';

export interface DirectoryStore {
  readonly directory: Directory;
  /** One change after the other, each made of what is stored by then. Durable when it resolves. Raises `settings-unavailable`. */
  saveDirectory(change: (before: Directory) => Directory): Promise<void>;
}

/** What a change would do to the meetings that are known. */
export interface Impact {
  /** Whose entry would be made, changed or removed. */
  meetings: number;
  /** People who would be newly invited by mail. */
  invitations: number;
}

/** Changes of what meetings are taken in under, applied to those that are known already. */
export interface Retaking {
  /** Plans every meeting that is open or not over; nothing is written. */
  impact(taking: Taking): Promise<Impact>;
  /** Answers how many meetings that concerns. */
  apply(taking: Taking): Promise<number>;
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

// ---------------------------------------------------------------- the certificate of the admin pages

export interface CertificateView {
  /** The agent makes and renews it itself. */
  own: boolean;
  /** SHA-256, as browsers show it: `AB:CD:...`. */
  fingerprint: string;
  /** Milliseconds since the epoch. */
  validFrom: number;
  validTo: number;
  /** Why the pair that should take its place cannot, or null. */
  fault: string | null;
}

// ---------------------------------------------------------------- alerts

export type Severity = Problem['severity'];
export type AlertChannel = 'webhook' | 'smtp';
export const alertChannels: readonly AlertChannel[] = ['webhook', 'smtp'];

export interface WebhookSettings {
  enabled: boolean;
  url: string;
  /** The least severity that is told here. */
  severity: Severity;
}

export interface SmtpSettings {
  enabled: boolean;
  host: string;
  port: number;
  security: 'tls' | 'starttls' | 'none';
  /** Empty = the server asks for none. */
  username: string;
  from: string;
  recipients: string[];
  severity: Severity;
}

export interface AlertSettings {
  /** Off: no subject, guest, uid or device of a meeting leaves the agent in an alert. */
  includeMeetings: boolean;
  /** How long a problem must be there, or be gone, before anyone is told. */
  delaySeconds: number;
  webhook: WebhookSettings;
  smtp: SmtpSettings;
}

export const defaultAlertSettings: AlertSettings = {
  includeMeetings: false,
  delaySeconds: 60,
  webhook: { enabled: false, url: '', severity: 'warning' },
  smtp: {
    enabled: false,
    host: '',
    port: 587,
    security: 'starttls',
    username: '',
    from: '',
    recipients: [],
    severity: 'warning',
  },
};

/** The webhook's signing secret and the mail server's password; 'lost' = stored, but the key no longer opens it. */
export type AlertSecret = { value: string } | 'none' | 'lost';

export interface AlertSettingsStore {
  readonly alerts: AlertSettings;
  readonly alertSecrets: Readonly<Record<AlertChannel, AlertSecret>>;
  /**
   * Durable when it resolves. A secret that is not named stays, null removes it. Raises `settings-unavailable`, and
   * `settings-sealed` where a lost key forbids it.
   */
  saveAlerts(change: {
    settings?: AlertSettings;
    secrets?: Partial<Record<AlertChannel, string | null>>;
  }): Promise<void>;
}

/** One message to people, already free of what they shall not read. */
export interface AlertMessage {
  /** The same for every attempt at the same message. */
  id: string;
  kind: 'opened' | 'closed' | 'test';
  /** ISO time. */
  at: string;
  /** For a closing message, the id of the opening one. */
  opening: string | null;
  /** null in a test. */
  problem: AlertProblem | null;
}

export interface AlertProblem {
  id: string;
  severity: Severity;
  title: string;
  cause: string;
  action: string;
  /** An address that can be opened from elsewhere, or null. */
  link: string | null;
  since: string;
}

export interface AlertReceipt {
  /** HTTP status, or SMTP reply code. */
  status: number;
  /** The first words of the answer. */
  answer: string;
  /** Recipients that the mail server did not take while it took others. */
  refused: string[];
}

export interface AlertSender {
  /** Raises AppError with a code of domain/alert-failure.ts. Takes its own timeout. */
  send(message: AlertMessage, signal: AbortSignal): Promise<AlertReceipt>;
}

/** What the recipients of one channel know of one problem. */
export interface AlertRecord {
  channel: AlertChannel;
  /** The problem's id. */
  problem: string;
  /** What they heard last; 'closed' also while they have heard nothing. */
  told: 'opened' | 'closed';
  /** When the last opening message went out, in milliseconds since the epoch. */
  openedAt: number | null;
  /** The id of that message. */
  opening: string | null;
  /** The id of a message that was begun and is not known to have arrived. */
  pending: string | null;
  /** The problem as it was told. */
  snapshot: Problem;
}

/** Outlives the process, so that a restart tells nobody twice. Both raise `ledger-unavailable`. */
export interface AlertMemory {
  alerts(): Promise<AlertRecord[]>;
  saveAlert(record: AlertRecord): Promise<void>;
}

/** A channel through which the last message did not go, in words. */
export interface AlertChannelFailure {
  channel: AlertChannel;
  cause: string;
  action: string;
}

/** What the engine tells, and what it is told. */
export interface AlertWatch {
  /** The problems that are open now, and the codes for which meetings are held. */
  watch(problems: readonly Problem[], heldCodes: readonly string[]): void;
  failures(): AlertChannelFailure[];
  /** Called after every change of `failures`. */
  onChange(listener: () => void): void;
}

export interface AlertSettingsView extends Omit<AlertSettings, 'webhook' | 'smtp'> {
  /** The last four characters of the secret, never more; null = there is none. */
  webhook: WebhookSettings & { secretHint: string | null; secretLost: boolean };
  smtp: SmtpSettings & { passwordStored: boolean; passwordLost: boolean };
  /** What the administrator should know of these settings, in words. */
  warnings: { path: string; message: string }[];
}

export interface AlertSettingsInput extends Omit<AlertSettings, 'smtp'> {
  /** A password that is not named stays, null removes it. */
  smtp: SmtpSettings & { password?: string | null | undefined };
}

/** Raises `schema` with a message per field, and the codes of the settings store and domain/alert-failure.ts. */
export interface AlertsAdmin {
  view(): AlertSettingsView;
  save(input: AlertSettingsInput): Promise<AlertSettingsView>;
  /** Replaces the signing secret. This answer is the only one that shows it. */
  newSecret(): Promise<string>;
  /** Sends a test message with the saved settings, also while the channel is switched off. */
  test(channel: AlertChannel): Promise<AlertReceipt & { tookMs: number }>;
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

import Type, { type Static, type TSchema } from 'typebox';
import type { Role } from '../domain/role.ts';
import { AlertSecretAnswer, AlertSettingsAnswer, AlertSettingsBody, AlertTestAnswer, AlertTestBody } from './alerts.ts';
import {
  ApplyQuery,
  CsvBody,
  DirectoryAnswer,
  DirectoryChangeAnswer,
  DirectoryEntryBody,
  DirectoryImportAnswer,
  DirectoryQuery,
  ExtensionParams,
  ImpactAnswer,
  PatternBody,
} from './directory.ts';
import {
  AboutAnswer,
  ActivityAnswer,
  ActivityFilter,
  ActivityNamesAnswer,
  ActivityQuery,
  LogsAnswer,
  LogsFilter,
  LogsQuery,
  MqttAnswer,
  MqttTestAnswer,
} from './insight.ts';
import {
  NewTokenAnswer,
  NewTokenBody,
  NewUserBody,
  OwnPasswordBody,
  RoleName,
  TokenItem,
  TokenParams,
  UserBody,
  UserItem,
  UserParams,
} from './people.ts';

/** The admin API: every body and answer, and the table of routes from which the server and OpenAPI are made. */

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const strict = { additionalProperties: false };
const Short = (maxLength: number, minLength = 0) => Type.String({ minLength, maxLength });

/** Google, whoever runs the agent, the administrator of the Workspace, the PBX, a person, or the agent itself. */
const FaultName = Type.Enum(['google', 'administrator', 'workspace', 'pbx', 'person', 'agent']);
/** Another account was authorized than the one that made the entries so far. */
const PendingAccount = Type.Object({
  account: Text,
  earlierAccount: Text,
  entries: Type.Integer({ description: 'coming entries that the earlier account made' }),
  expiresAt: Text,
});

export const ProblemDetails = Type.Object(
  {
    type: Text,
    title: Text,
    status: Type.Integer(),
    detail: Type.Optional(Text),
    code: Type.Optional(Text),
    fix: Type.Optional(Text),
    link: Type.Optional(Nullable(Text)),
    /** With whom it lies. */
    fault: Type.Optional(FaultName),
    errors: Type.Optional(Type.Array(Type.Object({ path: Text, message: Text }))),
    /** With `other-account-chosen`: what is to be decided. */
    pending: Type.Optional(PendingAccount),
  },
  { description: 'RFC 9457 problem details' },
);

const ConsentEnd = Type.Enum(['app-in-testing', 'limited-time']);

export const SessionAnswer = Type.Object({
  state: Type.Enum(['setup', 'signed-out', 'signed-in']),
  user: Type.Optional(Text),
  role: Type.Optional(RoleName),
  others: Type.Optional(
    Type.Boolean({ description: 'with setup: users exist beside the one who is to be set up, and may sign in' }),
  ),
});
export const SignInBody = Type.Object({ username: Short(64, 1), password: Short(1_024, 1) }, strict);
export const SetupBody = Type.Object({ setupToken: Short(256, 1), password: Short(1_024, 8) }, strict);

export const ProblemItem = Type.Object({
  id: Text,
  severity: Type.Enum(['info', 'warning', 'danger']),
  title: Text,
  cause: Text,
  action: Text,
  link: Nullable(Text),
  fault: FaultName,
  /** True where POST /api/v1/problems/{id}/confirm lets go on what was stopped. */
  confirmable: Type.Optional(Type.Boolean()),
  since: Text,
});
export const StatusAnswer = Type.Object({
  version: Text,
  startedAt: Text,
  mqtt: Type.Object({ state: Type.Enum(['connected', 'connecting', 'refused']), url: Text, embedded: Type.Boolean() }),
  google: Type.Object({
    state: Type.Enum(['not-configured', 'configured', 'authorized', 'reauthorize']),
    account: Nullable(Text),
    authorizedAt: Nullable(Text),
    consentExpiresAt: Nullable(Text),
    consentEndsBecause: Nullable(ConsentEnd),
  }),
  queue: Type.Object({
    pending: Type.Integer(),
    held: Type.Integer(),
    failed: Type.Integer(),
    oldestAt: Nullable(Text),
  }),
  certificate: Nullable(Type.Object({ own: Type.Boolean(), fingerprint: Text, validTo: Text })),
  problems: Type.Array(ProblemItem),
});

export const CredentialsBody = Type.Object(
  {
    clientId: Short(512),
    clientSecret: Type.Optional(Short(512)),
    redirectUri: Type.Optional(Nullable(Short(2_048))),
  },
  strict,
);
export const CredentialsAnswer = Type.Object({
  clientId: Text,
  clientSecretHint: Text,
  redirectUri: Nullable(Text),
  effectiveRedirectUri: Text,
  redirectUriSource: Type.Enum(['saved', 'file', 'public-url', 'vendor']),
  notes: Type.Array(Text),
});
/** Before any credentials are saved: what the redirect URI would be. */
export const NoCredentialsAnswer = Type.Object({
  clientId: Type.Null(),
  effectiveRedirectUri: Text,
  redirectUriSource: Type.Enum(['saved', 'file', 'public-url', 'vendor']),
  notes: Type.Array(Text),
});
export const CredentialsFileBody = Type.Object(
  {},
  { additionalProperties: true, description: 'the file downloaded from Google Cloud' },
);
export const AttemptAnswer = Type.Object({ url: Text, expiresAt: Text });
export const AuthorizeBody = Type.Object(
  {
    code: Type.Optional(Short(16_384, 1)),
    accept: Type.Optional(Type.Enum(['keep-entries', 'recreate'])),
  },
  {
    ...strict,
    minProperties: 1,
    maxProperties: 1,
    description:
      'Either `code`: what was pasted. Or `accept`, after 409 `other-account-chosen`: `keep-entries` leaves the entries of the earlier account as they are, and holds later changes to them; `recreate` makes coming meetings anew in the new account.',
  },
);
export const AuthorizationAnswer = Type.Object({
  state: Type.Enum(['not-configured', 'configured', 'authorized', 'reauthorize']),
  account: Nullable(Text),
  scopes: Type.Array(Text),
  authorizedAt: Nullable(Text),
  consentExpiresAt: Nullable(Text),
  consentEndsBecause: Nullable(ConsentEnd),
  project: Nullable(Text),
  pending: Nullable(PendingAccount),
  calendarListGranted: Type.Boolean(),
  brokenBy: Nullable(Text),
});
export const ForgetQuery = Type.Object({ revoke: Type.Optional(Type.Enum(['true', 'false'])) }, strict);
export const TestEntryAnswer = Type.Object({
  request: Type.Unknown(),
  held: Type.Unknown(),
  matches: Type.Boolean(),
  differences: Type.Array(Text),
});
export const CalendarItem = Type.Object({
  id: Text,
  summary: Text,
  primary: Type.Boolean(),
  accessRole: Text,
  timeZone: Text,
  writable: Type.Boolean(),
});
const calendarSettings = {
  calendarId: Short(1_024, 1),
  sendUpdates: Type.Enum(['all', 'externalOnly', 'none']),
  selector: Type.Enum(['tick', 'all', 'tag']),
  tag: Short(64, 1),
  reminders: Nullable(
    Type.Array(
      Type.Object(
        { method: Type.Enum(['email', 'popup']), minutes: Type.Integer({ minimum: 0, maximum: 40_320 }) },
        strict,
      ),
      { maxItems: 5 },
    ),
  ),
  visibility: Type.Enum(['default', 'public', 'private', 'confidential']),
  includePassword: Type.Boolean(),
};
const laterSettings = {
  changedInCalendar: Type.Enum(['pbx-wins', 'leave']),
  deletedInCalendar: Type.Enum(['leave', 'recreate']),
  invitationsPaused: Type.Enum(['wait', 'create-without-guests']),
  guestsPerHour: Type.Integer({ minimum: 1, maximum: 100_000 }),
  requestsPerMinute: Type.Integer({ minimum: 10, maximum: 100_000 }),
};
/** What is left out of the second half stays as it is. */
export const CalendarSettingsBodySchema = Type.Object(
  { ...calendarSettings, ...Type.Partial(Type.Object(laterSettings)).properties },
  strict,
);
export const CalendarSettingsSchema = Type.Object({ ...calendarSettings, ...laterSettings }, strict);

export const DeviceItem = Type.Object({
  deviceId: Text,
  name: Nullable(Text),
  model: Nullable(Text),
  series: Nullable(Text),
  firmware: Nullable(Text),
  hardware: Nullable(Text),
  timeZone: Nullable(Text),
  availability: Type.Enum(['online', 'offline', 'unknown']),
  lastSeen: Nullable(Text),
  canResync: Type.Boolean(),
  support: Type.Object({
    state: Type.Enum(['supported', 'firmware-too-old', 'unsupported-model', 'unknown']),
    minimum: Nullable(Text),
    message: Text,
  }),
});

const State = Type.Enum(['pending', 'held', 'synced', 'skipped', 'cancelled', 'failed']);
export const FailureItem = Type.Object({
  code: Text,
  title: Text,
  cause: Type.Optional(Text),
  fault: Type.Optional(FaultName),
  fix: Text,
  link: Nullable(Text),
  retryable: Type.Boolean(),
});
export const WarningItem = Type.Object({ code: Text, path: Text, message: Text });
const summary = {
  deviceId: Text,
  uid: Text,
  subject: Text,
  start: Nullable(Text),
  end: Nullable(Text),
  timeZone: Text,
  /** ISO instants, where the zone is known. */
  startsAt: Nullable(Text),
  endsAt: Nullable(Text),
  recurring: Type.Boolean(),
  state: State,
  sequence: Type.Integer(),
  error: Nullable(FailureItem),
  warnings: Type.Array(WarningItem),
  htmlLink: Nullable(Text),
  updatedAt: Text,
};
export const MeetingItem = Type.Object(summary);
export const MeetingsQuery = Type.Object(
  {
    device: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,64}$' })),
    state: Type.Optional(State),
    from: Type.Optional(Type.String({ format: 'date-time' })),
    to: Type.Optional(Type.String({ format: 'date-time' })),
    q: Type.Optional(Short(200)),
    cursor: Type.Optional(Short(512)),
    limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })),
  },
  strict,
);
export const IcsQuery = Type.Object(
  { state: MeetingsQuery.properties.state, device: MeetingsQuery.properties.device },
  strict,
);
export const MeetingsAnswer = Type.Object({ items: Type.Array(MeetingItem), nextCursor: Nullable(Text) });
/** One of the next times at which a meeting takes place: wall clock in `timeZone`, and as instants. */
export const NextOccurrenceItem = Type.Object({
  start: Text,
  end: Text,
  timeZone: Text,
  startsAt: Text,
  endsAt: Text,
  /** The original start, where this occurrence was changed by itself. */
  changedFrom: Nullable(Text),
});
const Comparison = Type.Object({
  occurrence: Nullable(Text),
  eventId: Text,
  /** 'missing' = the calendar has no such entry any more. */
  state: Type.Enum(['found', 'missing']),
  matches: Type.Boolean(),
  fields: Type.Array(
    Type.Object({ field: Text, asked: Type.Unknown(), held: Type.Unknown(), matches: Type.Boolean() }),
  ),
});
export const VerificationAnswer = Type.Object({
  at: Text,
  matches: Type.Boolean({ description: 'whether every entry of the meeting is held as it was written' }),
  entries: Type.Array(Comparison),
});
export const MeetingAnswer = Type.Object({
  ...summary,
  nextOccurrences: Type.Array(NextOccurrenceItem, {
    description: 'the next five, changed and cancelled ones in place; empty when the meeting is over or not wanted',
  }),
  asked: Type.Unknown({ description: 'the newest state that the PBX asked for; null when it was cancelled' }),
  occurrences: Type.Array(Type.Unknown()),
  held: Type.Array(Type.Unknown({ description: 'what the calendar is known to hold, without etags' })),
  attempts: Type.Integer(),
  result: Type.Unknown(),
  history: Type.Array(Type.Object({ at: Text, action: Text, detail: Text })),
  /** With verify=true: what the calendar holds at this moment. */
  verification: Type.Optional(VerificationAnswer),
});
export const VerifyQuery = Type.Object({ verify: Type.Optional(Type.Enum(['true', 'false'])) }, strict);
export const PreviewBody = Type.Object(
  {
    deviceId: Type.String({ pattern: '^[a-z0-9-]{1,64}$' }),
    event: Type.Object(
      {},
      { additionalProperties: true, description: 'a meeting event as on MQTT; its type names the operation' },
    ),
  },
  strict,
);
const WireRequestItem = Type.Object({
  method: Type.Enum(['POST', 'PATCH', 'DELETE']),
  path: Text,
  query: Type.Unknown(),
  headers: Type.Unknown(),
  body: Type.Unknown(),
});
export const PreviewAnswer = Type.Object({
  action: Type.Enum(['create', 'update', 'cancel', 'none', 'held']),
  reason: Text,
  request: Nullable(WireRequestItem),
  requests: Type.Array(WireRequestItem),
  warnings: Type.Array(WarningItem),
  nextOccurrences: Type.Array(NextOccurrenceItem),
});
export const PageQuery = Type.Object(
  { cursor: Type.Optional(Short(512)), limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })) },
  strict,
);
export const RejectedAnswer = Type.Object({ items: Type.Array(Type.Unknown()), nextCursor: Nullable(Text) });

export const ProblemParams = Type.Object({ id: Type.String({ pattern: '^[a-z0-9:-]{1,128}$' }) });
export const ConfirmAnswer = Type.Object({ released: Type.Integer({ description: 'meetings that go on' }) });
export const ErasureBody = Type.Object({ email: Short(254, 1) }, strict);
export const ErasureAnswer = Type.Object({
  address: Type.String({
    description: 'the beginning of the SHA-256 of the address in lower case, as the audit trail names it',
  }),
  erased: Type.Object(
    {
      meetings: Type.Integer(),
      results: Type.Integer(),
      history: Type.Integer(),
      rejected: Type.Integer(),
      activity: Type.Integer(),
      others: Type.Integer(),
    },
    { description: 'how many of each lost the address' },
  ),
  calendarEntries: Type.Object(
    {
      count: Type.Integer(),
      items: Type.Array(
        Type.Object({
          deviceId: Text,
          uid: Text,
          subject: Text,
          start: Nullable(Text),
          htmlLink: Nullable(Text),
        }),
      ),
    },
    { description: 'entries in the calendar that keep the address as a guest; the first 200 are named' },
  ),
  notes: Type.Array(Text, { description: 'where else the address may be, in words' }),
});

export const DeviceParams = Type.Object({ device: Type.String({ pattern: '^[a-z0-9-]{1,64}$' }) });
export const MeetingParams = Type.Object({
  device: DeviceParams.properties.device,
  uid: Type.String({ pattern: '^[A-Za-z0-9._~-]{1,128}$' }),
});

export interface RouteContract {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  summary: string;
  /** The least role that may use it; 'anyone' needs no session. Enforced for every route in one place of the server. */
  role: Role | 'anyone';
  params?: TSchema;
  query?: TSchema;
  body?: TSchema;
  /** The media type of the body, where it is not JSON. */
  consumes?: 'text/csv';
  /** In bytes, where more is taken than elsewhere. */
  bodyLimit?: number;
  status: number;
  answer?: TSchema;
  /** Of an answer that is not JSON. */
  media?: string;
}

/** Every route of /api/v1, by the name under which the server implements it. */
export const routes = {
  session: {
    method: 'GET',
    path: '/api/v1/session',
    summary: 'Who is signed in',
    role: 'anyone',
    status: 200,
    answer: SessionAnswer,
  },
  setup: {
    method: 'POST',
    path: '/api/v1/setup',
    summary: 'Set the first password with the set-up token',
    role: 'anyone',
    body: SetupBody,
    status: 201,
    answer: SessionAnswer,
  },
  signIn: {
    method: 'POST',
    path: '/api/v1/session',
    summary: 'Sign in',
    role: 'anyone',
    body: SignInBody,
    status: 204,
  },
  signOut: { method: 'DELETE', path: '/api/v1/session', summary: 'Sign out', role: 'auditor', status: 204 },
  status: {
    method: 'GET',
    path: '/api/v1/status',
    summary: 'State, queue and problems',
    role: 'auditor',
    status: 200,
    answer: StatusAnswer,
  },
  confirmProblem: {
    method: 'POST',
    path: '/api/v1/problems/:id/confirm',
    summary: 'Let a stopped plan go on',
    role: 'administrator',
    params: ProblemParams,
    status: 200,
    answer: ConfirmAnswer,
  },
  credentials: {
    method: 'GET',
    path: '/api/v1/google/credentials',
    summary: 'The OAuth client, without its secret',
    role: 'auditor',
    status: 200,
    answer: Type.Union([CredentialsAnswer, NoCredentialsAnswer]),
  },
  saveCredentials: {
    method: 'PUT',
    path: '/api/v1/google/credentials',
    summary: 'Save the OAuth client',
    role: 'administrator',
    body: CredentialsBody,
    status: 200,
    answer: CredentialsAnswer,
  },
  resetCredentials: {
    method: 'DELETE',
    path: '/api/v1/google/credentials',
    summary: 'Reset: credentials, tokens and the open attempt go',
    role: 'administrator',
    status: 204,
  },
  credentialsFile: {
    method: 'POST',
    path: '/api/v1/google/credentials/file',
    summary: 'Save the file downloaded from Google Cloud',
    role: 'administrator',
    body: CredentialsFileBody,
    status: 200,
    answer: CredentialsAnswer,
  },
  begin: {
    method: 'POST',
    path: '/api/v1/google/authorization',
    summary: 'Get Authorization Code',
    role: 'administrator',
    status: 201,
    answer: AttemptAnswer,
  },
  authorize: {
    method: 'PUT',
    path: '/api/v1/google/authorization',
    summary: 'Authorization with what was pasted, or the decision about another account',
    role: 'administrator',
    body: AuthorizeBody,
    status: 200,
    answer: AuthorizationAnswer,
  },
  authorization: {
    method: 'GET',
    path: '/api/v1/google/authorization',
    summary: 'The state of the authorization',
    role: 'auditor',
    status: 200,
    answer: AuthorizationAnswer,
  },
  forget: {
    method: 'DELETE',
    path: '/api/v1/google/authorization',
    summary: 'Forget the tokens, and with revoke=true end them at Google',
    role: 'administrator',
    query: ForgetQuery,
    status: 204,
  },
  cancelPending: {
    method: 'DELETE',
    path: '/api/v1/google/authorization/pending',
    summary: 'Drop the open attempt, or another account that waits for a decision; what is authorized works on',
    role: 'administrator',
    status: 204,
  },
  testEntry: {
    method: 'POST',
    path: '/api/v1/google/test-entry',
    summary: 'Make, read back and remove a test entry',
    role: 'administrator',
    status: 200,
    answer: TestEntryAnswer,
  },
  calendars: {
    method: 'GET',
    path: '/api/v1/google/calendars',
    summary: 'The calendars of the account',
    role: 'auditor',
    status: 200,
    answer: Type.Array(CalendarItem),
  },
  settings: {
    method: 'GET',
    path: '/api/v1/google/settings',
    summary: 'Calendar settings',
    role: 'auditor',
    status: 200,
    answer: CalendarSettingsSchema,
  },
  saveSettings: {
    method: 'PUT',
    path: '/api/v1/google/settings',
    summary: 'Save the calendar settings',
    role: 'administrator',
    body: CalendarSettingsBodySchema,
    status: 200,
    answer: CalendarSettingsSchema,
  },
  settingsImpact: {
    method: 'GET',
    path: '/api/v1/google/settings/impact',
    summary: 'What the choice of meetings would do to meetings that were taken in under an earlier one',
    role: 'auditor',
    status: 200,
    answer: ImpactAnswer,
  },
  applySettings: {
    method: 'POST',
    path: '/api/v1/google/settings/apply',
    summary: 'Apply the choice of meetings to all meetings that are not over; answers what it does',
    role: 'administrator',
    status: 200,
    answer: ImpactAnswer,
  },
  directory: {
    method: 'GET',
    path: '/api/v1/directory',
    summary: 'Addresses of extensions',
    role: 'auditor',
    query: DirectoryQuery,
    status: 200,
    answer: DirectoryAnswer,
  },
  importDirectory: {
    method: 'POST',
    path: '/api/v1/directory/import',
    summary: 'Read addresses from a CSV file; nothing is taken without `apply`',
    role: 'administrator',
    query: ApplyQuery,
    body: CsvBody,
    consumes: 'text/csv',
    bodyLimit: 2 * 1024 * 1024,
    status: 200,
    answer: DirectoryImportAnswer,
  },
  saveDirectoryEntry: {
    method: 'PUT',
    path: '/api/v1/directory/entries/:extension',
    summary: 'Set the address of one extension',
    role: 'administrator',
    params: ExtensionParams,
    query: ApplyQuery,
    body: DirectoryEntryBody,
    status: 200,
    answer: DirectoryChangeAnswer,
  },
  removeDirectoryEntry: {
    method: 'DELETE',
    path: '/api/v1/directory/entries/:extension',
    summary: 'Remove the address of one extension',
    role: 'administrator',
    params: ExtensionParams,
    query: ApplyQuery,
    status: 200,
    answer: DirectoryChangeAnswer,
  },
  savePattern: {
    method: 'PUT',
    path: '/api/v1/directory/pattern',
    summary: 'Set the pattern that makes addresses of extensions without one',
    role: 'administrator',
    query: ApplyQuery,
    body: PatternBody,
    status: 200,
    answer: DirectoryChangeAnswer,
  },
  removePattern: {
    method: 'DELETE',
    path: '/api/v1/directory/pattern',
    summary: 'Remove the pattern',
    role: 'administrator',
    query: ApplyQuery,
    status: 200,
    answer: DirectoryChangeAnswer,
  },
  directoryImpact: {
    method: 'GET',
    path: '/api/v1/directory/impact',
    summary: 'What the directory would do to meetings that were taken in under an earlier one',
    role: 'auditor',
    status: 200,
    answer: ImpactAnswer,
  },
  applyDirectory: {
    method: 'POST',
    path: '/api/v1/directory/apply',
    summary: 'Apply the directory to all meetings that are not over; answers what it does',
    role: 'administrator',
    status: 200,
    answer: ImpactAnswer,
  },
  devices: {
    method: 'GET',
    path: '/api/v1/devices',
    summary: 'Devices and whether they are supported',
    role: 'auditor',
    status: 200,
    answer: Type.Array(DeviceItem),
  },
  resync: {
    method: 'POST',
    path: '/api/v1/devices/:device/resync',
    summary: 'Ask a device for all its meetings',
    role: 'administrator',
    params: DeviceParams,
    status: 202,
  },
  meetings: {
    method: 'GET',
    path: '/api/v1/meetings',
    summary: 'Meetings, newest first',
    role: 'auditor',
    query: MeetingsQuery,
    status: 200,
    answer: MeetingsAnswer,
  },
  meeting: {
    method: 'GET',
    path: '/api/v1/meetings/:device/:uid',
    summary: 'One meeting; with verify=true compared with what the calendar holds now',
    role: 'auditor',
    params: MeetingParams,
    query: VerifyQuery,
    status: 200,
    answer: MeetingAnswer,
  },
  preview: {
    method: 'POST',
    path: '/api/v1/meetings/preview',
    summary: 'What an event would do; nothing is written',
    role: 'auditor',
    body: PreviewBody,
    status: 200,
    answer: PreviewAnswer,
  },
  ics: {
    method: 'GET',
    path: '/api/v1/meetings/:device/:uid/ics',
    summary: 'One meeting as iCalendar',
    role: 'auditor',
    params: MeetingParams,
    status: 200,
    media: 'text/calendar',
  },
  meetingsIcs: {
    method: 'GET',
    path: '/api/v1/meetings.ics',
    summary: 'The meetings of one state (held, unless asked otherwise) as one iCalendar file, to import by hand',
    role: 'auditor',
    media: 'text/calendar',
    query: IcsQuery,
    status: 200,
  },
  retry: {
    method: 'POST',
    path: '/api/v1/meetings/:device/:uid/retry',
    summary: 'Try a meeting again now',
    role: 'scheduler',
    params: MeetingParams,
    status: 202,
  },
  rejected: {
    method: 'GET',
    path: '/api/v1/rejected',
    summary: 'Messages that could not be taken',
    role: 'auditor',
    query: PageQuery,
    status: 200,
    answer: RejectedAnswer,
  },
  activity: {
    method: 'GET',
    path: '/api/v1/activity',
    summary: 'The audit trail, newest first',
    role: 'auditor',
    query: ActivityQuery,
    status: 200,
    answer: ActivityAnswer,
  },
  activityNames: {
    method: 'GET',
    path: '/api/v1/activity/names',
    summary: 'Who and what the newest part of the audit trail names, to choose from',
    role: 'auditor',
    status: 200,
    answer: ActivityNamesAnswer,
  },
  activityCsv: {
    method: 'GET',
    path: '/api/v1/activity/csv',
    summary: 'The audit trail as RFC 4180 CSV in UTF-8, with every row that fits',
    role: 'auditor',
    query: ActivityFilter,
    status: 200,
    media: 'text/csv',
  },
  logs: {
    method: 'GET',
    path: '/api/v1/logs',
    summary: "The newest lines of the agent's own log, oldest first",
    role: 'auditor',
    query: LogsQuery,
    status: 200,
    answer: LogsAnswer,
  },
  logsDownload: {
    method: 'GET',
    path: '/api/v1/logs/download',
    summary: 'The kept lines of the log that fit, one JSON document a line',
    role: 'auditor',
    query: LogsFilter,
    status: 200,
    media: 'application/x-ndjson',
  },
  live: {
    method: 'GET',
    path: '/api/v1/live',
    summary:
      'Server-sent events: `hello` once, then `changed` with a JSON list of what to load anew (status, meetings, devices, activity, logs), at most every second',
    role: 'auditor',
    status: 200,
    media: 'text/event-stream',
  },
  mqtt: {
    method: 'GET',
    path: '/api/v1/mqtt',
    summary: 'The connection to the MQTT broker',
    role: 'auditor',
    status: 200,
    answer: MqttAnswer,
  },
  testMqtt: {
    method: 'POST',
    path: '/api/v1/mqtt/test',
    summary: 'Publish the status of the agent once more, and wait until the broker has it',
    role: 'administrator',
    status: 200,
    answer: MqttTestAnswer,
  },
  users: {
    method: 'GET',
    path: '/api/v1/users',
    summary: 'Who may sign in',
    role: 'administrator',
    status: 200,
    answer: Type.Array(UserItem),
  },
  addUser: {
    method: 'POST',
    path: '/api/v1/users',
    summary: 'Add a user',
    role: 'administrator',
    body: NewUserBody,
    status: 201,
    answer: UserItem,
  },
  changeUser: {
    method: 'PUT',
    path: '/api/v1/users/:name',
    summary: 'Change the role or the password of a user, or whether it may sign in; what is left out stays',
    role: 'administrator',
    params: UserParams,
    body: UserBody,
    status: 200,
    answer: UserItem,
  },
  removeUser: {
    method: 'DELETE',
    path: '/api/v1/users/:name',
    summary: 'Remove a user and end its sessions',
    role: 'administrator',
    params: UserParams,
    status: 204,
  },
  ownPassword: {
    method: 'PUT',
    path: '/api/v1/session/password',
    summary: 'Change the own password; every other session of the user ends',
    role: 'auditor',
    body: OwnPasswordBody,
    status: 204,
  },
  tokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    summary: 'API tokens, without the tokens themselves',
    role: 'administrator',
    status: 200,
    answer: Type.Array(TokenItem),
  },
  addToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Make an API token; it is shown in this answer alone',
    role: 'administrator',
    body: NewTokenBody,
    status: 201,
    answer: NewTokenAnswer,
  },
  revokeToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/:id',
    summary: 'Revoke an API token',
    role: 'administrator',
    params: TokenParams,
    status: 204,
  },
  about: {
    method: 'GET',
    path: '/api/v1/about',
    summary: 'Version, and the licences of what is shipped',
    role: 'auditor',
    status: 200,
    answer: AboutAnswer,
  },
  licences: {
    method: 'GET',
    path: '/api/v1/about/licences',
    summary: 'The licences of what is shipped, in full',
    role: 'auditor',
    status: 200,
    media: 'text/plain',
  },
  erase: {
    method: 'POST',
    path: '/api/v1/erasure',
    summary: "Take one person's address out of everything that the agent keeps",
    role: 'administrator',
    body: ErasureBody,
    status: 200,
    answer: ErasureAnswer,
  },
  alertSettings: {
    method: 'GET',
    path: '/api/v1/alerts/settings',
    summary: 'Where alerts go, without secrets',
    role: 'administrator',
    status: 200,
    answer: AlertSettingsAnswer,
  },
  saveAlertSettings: {
    method: 'PUT',
    path: '/api/v1/alerts/settings',
    summary: 'Save where alerts go; a password that is not named stays, null removes it',
    role: 'administrator',
    body: AlertSettingsBody,
    status: 200,
    answer: AlertSettingsAnswer,
  },
  newAlertSecret: {
    method: 'POST',
    path: '/api/v1/alerts/webhook/secret',
    summary: 'Make a new signing secret for the webhook, shown in this answer alone; the earlier one ends',
    role: 'administrator',
    status: 201,
    answer: AlertSecretAnswer,
  },
  testAlert: {
    method: 'POST',
    path: '/api/v1/alerts/test',
    summary: 'Send a test message with the saved settings',
    role: 'administrator',
    body: AlertTestBody,
    status: 200,
    answer: AlertTestAnswer,
  },
} as const satisfies Record<string, RouteContract>;

export type Session = Static<typeof SessionAnswer>;
export type Status = Static<typeof StatusAnswer>;
export type ProblemCardItem = Static<typeof ProblemItem>;
export type Credentials = Static<typeof CredentialsAnswer> | Static<typeof NoCredentialsAnswer>;
export type SavedCredentials = Static<typeof CredentialsAnswer>;
export type Attempt = Static<typeof AttemptAnswer>;
export type AuthorizationState = Static<typeof AuthorizationAnswer>;
export type TestEntry = Static<typeof TestEntryAnswer>;
export type Calendar = Static<typeof CalendarItem>;
export type CalendarSettingsBody = Static<typeof CalendarSettingsSchema>;
export type Impact = Static<typeof ImpactAnswer>;
export type DirectoryPage = Static<typeof DirectoryAnswer>;
export type DirectoryImport = Static<typeof DirectoryImportAnswer>;
export type DirectoryChange = Static<typeof DirectoryChangeAnswer>;
export type Device = Static<typeof DeviceItem>;
export type MeetingRow = Static<typeof MeetingItem>;
export type MeetingPage = Static<typeof MeetingsAnswer>;
export type VerificationResult = Static<typeof VerificationAnswer>;
export type MeetingDetail = Static<typeof MeetingAnswer>;
export type ActivityPage = Static<typeof ActivityAnswer>;
export type ActivityNames = Static<typeof ActivityNamesAnswer>;
export type LogsPage = Static<typeof LogsAnswer>;
export type LogItem = LogsPage['items'][number];
export type MqttConnection = Static<typeof MqttAnswer>;
export type MqttTest = Static<typeof MqttTestAnswer>;
export type About = Static<typeof AboutAnswer>;
export type User = Static<typeof UserItem>;
export type Token = Static<typeof TokenItem>;
export type NewToken = Static<typeof NewTokenAnswer>;
export type RoleOfUser = Static<typeof RoleName>;
export type ScopeOfToken = Token['scope'];
export type RejectedPage = Static<typeof RejectedAnswer>;
export type ErasureResult = Static<typeof ErasureAnswer>;
export type ProblemBody = Static<typeof ProblemDetails>;
export type AlertSettingsView = Static<typeof AlertSettingsAnswer>;
export type AlertSettingsInput = Static<typeof AlertSettingsBody>;
export type AlertSecret = Static<typeof AlertSecretAnswer>;
export type AlertTest = Static<typeof AlertTestAnswer>;

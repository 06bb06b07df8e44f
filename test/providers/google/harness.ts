import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import pino from 'pino';
import type { CalendarEntry } from '../../../src/domain/entry.ts';
import { AppError } from '../../../src/errors.ts';
import { describeError } from '../../../src/log.ts';
import { Authorisation, type CalendarQueries } from '../../../src/providers/google/authorisation.ts';
import { createGoogleCalendar, type GoogleCalendar } from '../../../src/providers/google/client.ts';
import { createCalendarQueries } from '../../../src/providers/google/queries.ts';
import type { EarlierEntries } from '../../../src/sync/ports.ts';
import { type GoogleStandIn, startGoogle } from '../../fakes/google/server.ts';
import type { Switches } from '../../fakes/google/switches.ts';
import { type MemorySettings, memorySettings } from '../../fakes/settings.ts';

export const CLIENT = { clientId: '123456-abc.apps.googleusercontent.com', clientSecret: 'GOCSPX-very-secret-1234' };
export const REDIRECT = 'https://ucm.grandstream.com/google';
export const ARTHUR = {
  email: 'arthur@mycompanyabc.com',
  sub: '1001',
  hd: 'mycompanyabc.com',
  timeZone: 'Europe/Berlin',
};
export const SADIE = {
  email: 'sadie@mycompanyabc.com',
  sub: '1002',
  hd: 'mycompanyabc.com',
  timeZone: 'Europe/Berlin',
};
export const EVENTS = 'https://www.googleapis.com/auth/calendar.events';
export const LIST = 'https://www.googleapis.com/auth/calendar.calendarlist.readonly';

/** What is known of Google in two ways: whatever is tested of the authorization holds either way. */
export const EITHER_WAY: [name: string, switches: Partial<Switches>][] = [
  ['as most reports have it', {}],
  [
    'as the others have it',
    { secretRefusal: 'Unauthorized', redirectShape: 'older', codeLifeMs: 60_000, statusOn400: true, gzip: false },
  ],
];

export interface Bench extends AsyncDisposable {
  google: GoogleStandIn;
  settings: MemorySettings;
  /** Which account is in use, as the ledger is told, and what it says about coming entries by account. */
  entries: {
    used: { sub: string; earlier: EarlierEntries }[];
    calendars: (string | null)[];
    coming: Map<string, { address: string; entries: number }>;
  };
  authorisation: Authorisation;
  calendar: GoogleCalendar;
  queries: CalendarQueries;
  /** Adds to the clock of the agent and of the stand-in; a stand-in whose clock differs is `skewMs` ahead. */
  time: { now: number; skewMs: number };
  /** The times that Google's answers named. */
  told: number[];
  /** Everything that was sent as a form: the secrets that must turn up nowhere else. */
  forms: URLSearchParams[];
  /** Every answer of the token endpoint. */
  answers: string[];
  /** Everything that was logged. */
  lines: string[];
  save(change?: Record<string, unknown>): Promise<unknown>;
  /** From "Get Authorization Code" to the redirected address. */
  consent(choice?: { email?: string; scopes?: string[]; deny?: boolean }): Promise<string>;
  /** Credentials, consent, paste. */
  authorize(choice?: { email?: string; scopes?: string[] }): Promise<void>;
  /** Calls of one path at the stand-in. */
  calls(path: RegExp): number;
  /** A second agent on the same settings: a restart. */
  restarted(): Authorisation;
}

/** The parts that talk to Google, put together as the agent does it, against the local stand-in. */
export async function startBench(
  options: { timeoutMs?: number; google?: GoogleStandIn; switches?: Partial<Switches> } = {},
): Promise<Bench> {
  const time = { now: Date.parse('2026-11-20T08:00:00Z'), skewMs: 0 };
  const clock = () => time.now;
  const google = options.google ?? (await startGoogle({ now: () => time.now + time.skewMs }));
  if (options.google === undefined) {
    google.addClient({ clientId: CLIENT.clientId, clientSecrets: [CLIENT.clientSecret], redirectUris: [REDIRECT] });
    google.addAccount(ARTHUR);
    google.addAccount(SADIE);
  }
  Object.assign(google.switches, options.switches);
  const settings = memorySettings();
  const forms: URLSearchParams[] = [];
  const answers: string[] = [];
  const lines: string[] = [];
  const told: number[] = [];
  const log = pino({ level: 'trace', serializers: { err: describeError } }, { write: (line) => void lines.push(line) });
  const watched: typeof fetch = async (input, init) => {
    if (init?.body instanceof URLSearchParams) forms.push(init.body);
    const response = await fetch(input, init);
    answers.push(await response.clone().text());
    return response;
  };
  const entries: Bench['entries'] = { used: [], calendars: [], coming: new Map() };
  const inUse = () => entries.used.at(-1)?.sub;
  const { timeoutMs = 2_000 } = options;
  const create = () =>
    new Authorisation({
      settings,
      entries: {
        async useAccount({ sub, earlier, calendarId }) {
          entries.calendars.push(calendarId);
          if (inUse() !== sub) entries.used.push({ sub, earlier });
        },
        async entriesBefore(sub) {
          const before = inUse();
          return before === undefined || before === sub ? null : (entries.coming.get(before) ?? null);
        },
      },
      endpoints: google,
      publicUrl: null,
      fetch: watched,
      clock,
      randomToken: () => randomBytes(32).toString('base64url'),
      timeoutMs,
      log,
    });
  const authorisation = create();
  const calendar = createGoogleCalendar({
    tokens: authorisation.tokens,
    calendarUrl: google.calendarUrl,
    clock,
    timeoutMs,
    onDate: (at) => told.push(at),
  });
  const newEntryId = () => randomBytes(20).toString('hex');
  const queries = createCalendarQueries({ authorisation, calendar, clock, newEntryId, agentId: 'agent' });
  const bench: Bench = {
    google,
    settings,
    entries,
    authorisation,
    calendar,
    queries,
    time,
    told,
    forms,
    answers,
    lines,
    save: (change = {}) => authorisation.saveCredentials({ ...CLIENT, ...change }),
    async consent(choice = {}) {
      const { url } = await authorisation.begin();
      return google.consent(url, { email: ARTHUR.email, ...choice });
    },
    async authorize(choice = {}) {
      if (settings.google.credentials === null) await bench.save();
      await authorisation.complete(await bench.consent(choice));
    },
    calls: (path) => google.requests.filter((request) => path.test(request.path)).length,
    restarted: create,
    [Symbol.asyncDispose]: () => (options.google === undefined ? google.close() : Promise.resolve()),
  };
  return bench;
}

export const codeIn = (address: string): string => new URL(address).searchParams.get('code') ?? '';

/** The failure of something that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was expected to fail');
}

/** As much of a value as anybody could ever print. */
export const everythingOf = (value: unknown): string =>
  `${inspect(value, { depth: 20, showHidden: true, maxStringLength: null })} ${value instanceof Error ? JSON.stringify(describeError(value)) : ''}`;

export function entry(change: Partial<CalendarEntry> = {}): CalendarEntry {
  return {
    summary: 'Weekly_Meeting',
    description: 'Room 6500',
    location: '6500',
    start: { local: '2026-12-01T10:00:00', zone: 'Etc/GMT-1', offset: '+01:00' },
    end: { local: '2026-12-01T11:00:00', zone: 'Etc/GMT-1', offset: '+01:00' },
    recurrence: [],
    guests: [],
    reminders: [{ method: 'email', minutes: 60 }],
    visibility: 'default',
    marker: { pbxDevice: 'c074ad123456', pbxMeeting: '6500-1', pbxSequence: '0', pbxAgent: 'agent' },
    ...change,
  };
}

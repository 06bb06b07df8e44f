import type { calendar_v3 } from '@googleapis/calendar';
import type { CalendarEntry } from '../../domain/entry.ts';
import { AppError } from '../../errors.ts';
import type { CalendarListItem, CalendarProvider, Clock, EntryAddress } from '../../sync/ports.ts';
import type { AccessTokens } from './access-token.ts';
import { type CallAnswer, type CallOptions, calendarApi } from './calendar-api.ts';
import { type Answer, calendarFailure, dateOf, noAnswer } from './errors.ts';
import { heldEntry, insertBody, patchBody } from './wire.ts';

export interface GoogleCalendar extends CalendarProvider {
  calendars(): Promise<CalendarListItem[]>;
  /** The body that an insert of this entry sends, for people to read. */
  requestOf(entry: CalendarEntry, eventId: string): unknown;
}

/** The name of a call as metrics show it: Google's own. */
type CallName = 'events.insert' | 'events.get' | 'events.patch' | 'events.delete' | 'events.list' | 'calendarList.list';
type Call<T> = (options: CallOptions) => Promise<CallAnswer<T>>;

/** RFC 4648 section 7, in lower case: what Google takes as the id of an event. */
const ENTRY_ID = /^[a-v0-9]{5,1024}$/;

/** The Calendar API for one account. Nothing here asks twice but for a fresh token: there is one retry loop. */
export function createGoogleCalendar(deps: {
  tokens: AccessTokens;
  /** An origin; the API lies at /calendar/v3/. */
  calendarUrl: string;
  clock: Clock;
  timeoutMs?: number;
  /** Runs a request when the account's quota has room for it. */
  pace?<T>(request: () => Promise<T>): Promise<T>;
  /** One request ended: 'ok', the failure's code, or 'no-answer'. */
  onCall?(call: string, outcome: string, ms: number): void;
  /** Google told the time, in milliseconds since the epoch. */
  onDate?(at: number): void;
}): GoogleCalendar {
  const { tokens, clock } = deps;
  const api = calendarApi(new URL('/', deps.calendarUrl).href);

  async function send<T>(
    name: CallName,
    call: Call<T>,
    { token, headers }: { token: string; headers: Record<string, string> },
  ): Promise<Answer & { data: T }> {
    let began = clock();
    let outcome = 'no-answer';
    const once = () => {
      began = clock();
      return call({
        headers: { ...headers, Authorization: `Bearer ${token}` },
        timeout: deps.timeoutMs ?? 20_000,
      });
    };
    try {
      const response = await (deps.pace === undefined ? once() : deps.pace(once));
      const date = dateOf(response.headers.date ?? null);
      if (date !== null) deps.onDate?.(date);
      const answer = {
        status: response.status,
        retryAfter: response.headers['retry-after'] ?? null,
        at: date ?? clock(),
        body: response.data,
        data: response.data,
      };
      outcome = answer.status >= 200 && answer.status < 300 ? 'ok' : calendarFailure(answer).code;
      return answer;
    } catch (error) {
      if (error instanceof AppError) throw error;
      // An error may carry the request with its token: only its kind goes on.
      throw noAnswer(error);
    } finally {
      deps.onCall?.(name, outcome, clock() - began);
    }
  }

  /**
   * A token that Google refuses although it should live is renewed once, for every verb. A missing scope ends the
   * authorization, unless the call is one that the agent can do without.
   */
  async function request<T>(
    name: CallName,
    call: Call<T>,
    { headers = {}, dispensable = false }: { headers?: Record<string, string>; dispensable?: boolean } = {},
  ): Promise<T> {
    let token = await tokens.get();
    let answer = await send(name, call, { token, headers });
    if (answer.status === 401) {
      token = await tokens.get(token);
      answer = await send(name, call, { token, headers });
      if (answer.status === 401) {
        await tokens.giveUp('reauthorize', token);
        throw new AppError('reauthorize', 'Google refuses a fresh access token');
      }
    }
    if (answer.status >= 200 && answer.status < 300) return answer.data;
    const failure = calendarFailure(answer);
    if (failure.code === 'scope-missing' && !dispensable) await tokens.giveUp(failure.code, token);
    throw failure;
  }

  /** 404 is the entry's or the calendar's: a look at the calendar tells. Raises `calendar-gone`. */
  async function calendarExists(calendarId: string): Promise<void> {
    try {
      await request<unknown>('events.list', (options) =>
        api.events.list({ calendarId, maxResults: 1, fields: 'kind' }, options),
      );
    } catch (error) {
      if (error instanceof AppError && error.code === 'not-found') {
        throw new AppError('calendar-gone', 'the calendar cannot be seen any more', { cause: error });
      }
      throw error;
    }
  }

  async function orCalendarGone<T>(calendarId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError && error.code === 'not-found') await calendarExists(calendarId);
      throw error;
    }
  }

  return {
    async insert({ calendarId, eventId }, entry, sendUpdates) {
      // Google's own words for it, "Invalid resource id value.", would be blamed on the meeting.
      if (!ENTRY_ID.test(eventId))
        throw new AppError('internal-error', 'the entry id is not of the base32hex alphabet');
      try {
        const event = await request<calendar_v3.Schema$Event>('events.insert', (options) =>
          api.events.insert({ calendarId, sendUpdates, requestBody: insertBody(entry, eventId) }, options),
        );
        return heldEntry(event, calendarId);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'not-found')
          throw new AppError('calendar-gone', 'the calendar cannot be seen any more', { cause: error });
        if (error.code === 'forbidden')
          throw new AppError('calendar-read-only', error.message, { cause: error, detail: { ...error.detail } });
        throw error;
      }
    },

    async get({ calendarId, eventId }) {
      try {
        const event = await orCalendarGone(calendarId, () =>
          request<calendar_v3.Schema$Event>('events.get', (options) =>
            api.events.get({ calendarId, eventId }, options),
          ),
        );
        return heldEntry(event, calendarId);
      } catch (error) {
        if (error instanceof AppError && (error.code === 'not-found' || error.code === 'gone')) return null;
        throw error;
      }
    },

    async patch({ calendarId, eventId }, change, etag, sendUpdates) {
      const requestBody = patchBody(change, eventId.includes('_'));
      const headers: Record<string, string> = etag === null ? {} : { 'If-Match': etag };
      const event = await orCalendarGone(calendarId, () =>
        request<calendar_v3.Schema$Event>(
          'events.patch',
          (options) => api.events.patch({ calendarId, eventId, sendUpdates, requestBody }, options),
          { headers },
        ),
      );
      return heldEntry(event, calendarId);
    },

    async remove({ calendarId, eventId }: EntryAddress, sendUpdates) {
      try {
        await orCalendarGone(calendarId, () =>
          request<unknown>('events.delete', (options) =>
            api.events.delete({ calendarId, eventId, sendUpdates }, options),
          ),
        );
        return 'removed';
      } catch (error) {
        if (error instanceof AppError && (error.code === 'not-found' || error.code === 'gone')) return 'gone';
        throw error;
      }
    },

    async calendars() {
      const found: CalendarListItem[] = [];
      let pageToken: string | undefined;
      do {
        const page: calendar_v3.Schema$CalendarList = await request<calendar_v3.Schema$CalendarList>(
          'calendarList.list',
          (options) =>
            api.calendarList.list(
              pageToken === undefined ? { maxResults: 250 } : { maxResults: 250, pageToken },
              options,
            ),
          { dispensable: true },
        );
        if (typeof page !== 'object' || page === null) {
          throw new AppError('google-unavailable', 'Google answered with something that is no list of calendars');
        }
        for (const item of page.items ?? []) {
          const accessRole = item.accessRole ?? 'none';
          found.push({
            id: item.id ?? '',
            summary: item.summaryOverride ?? item.summary ?? item.id ?? '',
            primary: item.primary === true,
            accessRole,
            timeZone: item.timeZone ?? '',
            writable: accessRole === 'owner' || accessRole === 'writer',
          });
        }
        pageToken = page.nextPageToken ?? undefined;
      } while (pageToken !== undefined);
      return found;
    },

    requestOf: (entry, eventId) => insertBody(entry, eventId),
  };
}

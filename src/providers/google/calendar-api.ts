import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { calendar_v3 } from '@googleapis/calendar';

/**
 * The calls of Calendar API v3 that the agent makes, under the names and with the types of Google's own client. Only
 * the types are of that client: the code of it took ten times the processor time of these lines for each call, 20 MB of
 * memory before the first one, and a new connection every time (node-fetch closes them).
 */

export interface CallOptions {
  headers: Record<string, string>;
  /** For the whole call, until the last byte of the answer. */
  timeout: number;
}

export interface CallAnswer<T> {
  status: number;
  /** The parsed document; text where the answer was no JSON. */
  data: T;
  headers: IncomingHttpHeaders;
}

type Call<P, T> = (params: P, options: CallOptions) => Promise<CallAnswer<T>>;

export interface CalendarApi {
  events: {
    insert: Call<calendar_v3.Params$Resource$Events$Insert, calendar_v3.Schema$Event>;
    get: Call<calendar_v3.Params$Resource$Events$Get, calendar_v3.Schema$Event>;
    patch: Call<calendar_v3.Params$Resource$Events$Patch, calendar_v3.Schema$Event>;
    delete: Call<calendar_v3.Params$Resource$Events$Delete, unknown>;
    list: Call<calendar_v3.Params$Resource$Events$List, calendar_v3.Schema$Events>;
  };
  calendarList: {
    list: Call<calendar_v3.Params$Resource$Calendarlist$List, calendar_v3.Schema$CalendarList>;
  };
}

/** An answer that is longer is no answer of the Calendar API: the longest lists of it have less than a tenth. */
const LONGEST_ANSWER = 32 * 1024 * 1024;

/** @param rootUrl an origin; the API lies at /calendar/v3/ */
export function calendarApi(rootUrl: string): CalendarApi {
  const call =
    <P extends object, T>(method: string, path: (params: P) => string): Call<P, T> =>
    (params, options) =>
      send<T>(new URL(`calendar/v3/${path(params)}${queryOf(params)}`, rootUrl), method, { params, options });
  const calendar = (params: { calendarId?: string }) => `calendars/${part('calendarId', params.calendarId)}/events`;
  const event = (params: { calendarId?: string; eventId?: string }) =>
    `${calendar(params)}/${part('eventId', params.eventId)}`;
  return {
    events: {
      insert: call('POST', calendar),
      get: call('GET', event),
      patch: call('PATCH', event),
      delete: call('DELETE', event),
      list: call('GET', calendar),
    },
    calendarList: { list: call('GET', () => 'users/me/calendarList') },
  };
}

/** One part of a path; an empty one, or one of dots, would name another resource. */
function part(name: string, value: string | undefined): string {
  if (value === undefined || /^\.{0,2}$/.test(value)) throw new TypeError(`${name} names no resource`);
  return encodeURIComponent(value);
}

const IN_PATH = ['calendarId', 'eventId', 'requestBody'];

function queryOf(params: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params) as [string, unknown][]) {
    if (IN_PATH.includes(name) || value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  return query.size === 0 ? '' : `?${query}`;
}

/**
 * One request over the global agents, which keep connections open for the next one and know the proxy. Raises an Error
 * when there is no whole answer: with the code of the connection's failure, or `TimeoutError`.
 */
function send<T>(
  url: URL,
  method: string,
  { params, options }: { params: { requestBody?: unknown }; options: CallOptions },
): Promise<CallAnswer<T>> {
  const body = params.requestBody === undefined ? null : Buffer.from(JSON.stringify(params.requestBody));
  const headers = {
    accept: 'application/json',
    'user-agent': 'pbx-calendar-agent',
    ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? secureRequest : plainRequest)(url, { method, headers });
    const fail = (error: unknown) => {
      clearTimeout(timer);
      // Ends the connection as well: half an answer must not be the beginning of the next one.
      request.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(Object.assign(new Error('no answer in time'), { code: 'TimeoutError' })),
      options.timeout,
    );
    request.on('error', fail);
    request.on('response', (response) => {
      read(response).then((text) => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          data: dataOf(response, text) as T,
          headers: response.headers,
        });
      }, fail);
    });
    request.end(body ?? undefined);
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw Object.assign(new Error('the answer has no end'), { code: 'too-long' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Whatever stands between us and Google may answer in HTML, or cut an answer short. */
function dataOf(response: IncomingMessage, text: string): unknown {
  if (!/\bjson\b/i.test(response.headers['content-type'] ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

import { type Caller, checkEnabled, checkScopes, identify, openCalendar } from './access.ts';
import { ApiError, badRequest, notFound } from './api-error.ts';
import { listCalendars, renderCalendar, renderListEntry } from './calendar-view.ts';
import { checkBody, checkQuery, findRoute, type Route } from './discovery.ts';
import { listEvents, listInstances, zoneOf } from './event-list.ts';
import { findEvent, renderEvent, type ViewOptions } from './event-view.ts';
import { changeEvent, deleteEvent, insertEvent, moveEvent, type WriteCall } from './event-write.ts';
import { applyFields } from './fields-mask.ts';
import { checkRate } from './limits.ts';
import type { AccessRole, Json, JsonObject, StoredEvent } from './types.ts';
import type { World } from './world.ts';

export interface ApiCall {
  method: string;
  /** What follows the root of the service, still encoded. */
  path: string;
  query: URLSearchParams;
  headers: { authorization: string | undefined; ifMatch: string | undefined; ifNoneMatch: string | undefined };
  body: Json | undefined;
}

export interface ApiAnswer {
  status: number;
  body?: JsonObject;
  headers?: Record<string, string>;
}

/** The methods of the discovery document that this stand-in serves. */
export const SERVED = [
  'calendar.events.insert',
  'calendar.events.get',
  'calendar.events.list',
  'calendar.events.patch',
  'calendar.events.update',
  'calendar.events.delete',
  'calendar.events.instances',
  'calendar.events.move',
  'calendar.calendarList.list',
  'calendar.calendarList.get',
  'calendar.calendars.get',
];

/** One call of the Calendar API. Never raises: every refusal is an answer. */
export function answerApiCall(world: World, call: ApiCall, tellSubject: (email: string) => void): ApiAnswer {
  try {
    const route = findRoute(world.discovery, call.method, call.path);
    if (!route) throw notFound();
    const caller = identify(world, call.headers.authorization);
    tellSubject(caller.account.email);
    checkEnabled(world, caller.project);
    checkScopes(route.method, caller.token.scopes);
    checkRate(world, caller.account.email, caller.project);
    checkQuery(world.discovery, route.method, call.query);
    if (!SERVED.includes(route.method.id))
      throw new ApiError(501, 'notImplemented', `The stand-in does not serve ${route.method.id}.`);
    const answer = serve(world, { call, route, caller });
    return answer.body ? { ...answer, body: applyFields(answer.body, call.query.get('fields')) } : answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, body: error.toBody(world.switches.statusOn400), headers: error.headers };
  }
}

interface Served {
  call: ApiCall;
  route: Route;
  caller: Caller;
}

function serve(world: World, { call, route, caller }: Served): ApiAnswer {
  const { method, path } = route;
  const { query } = call;
  const email = caller.account.email;
  if (method.id === 'calendar.calendarList.list') return { status: 200, body: listCalendars(world, email, query) };
  const writes = /\.(insert|patch|update|delete|move)$/.test(method.id);
  const open = (calendarId: string, need: AccessRole) => openCalendar(world, caller, { calendarId, method, need });
  const { calendar, role } = open(path['calendarId'] ?? '', writes ? 'writer' : 'freeBusyReader');
  if (method.id === 'calendar.calendarList.get') return { status: 200, body: renderListEntry(calendar, role, email) };
  if (method.id === 'calendar.calendars.get') return { status: 200, body: renderCalendar(calendar) };

  const max = query.get('maxAttendees');
  const view: ViewOptions = {
    role,
    email,
    zone: zoneOf(calendar, query),
    maxAttendees: max === null ? undefined : Number(max),
  };
  const show = (event: StoredEvent): ApiAnswer => ({
    status: 200,
    body: renderEvent(calendar, event, view),
    headers: { etag: event.etag },
  });
  const id = path['eventId'] ?? '';
  const ifMatch = call.headers.ifMatch;
  const write = (): WriteCall => ({ calendar, email, query, ifMatch, body: readBody(world, call, route) });
  switch (method.id) {
    case 'calendar.events.insert':
      return show(insertEvent(world, write()));
    case 'calendar.events.patch':
      return show(changeEvent(world, { ...write(), id, replace: false }));
    case 'calendar.events.update':
      return show(changeEvent(world, { ...write(), id, replace: true }));
    case 'calendar.events.delete':
      deleteEvent(world, { calendar, email, query, ifMatch, id });
      return { status: 204 };
    case 'calendar.events.move': {
      const { calendar: destination } = open(query.get('destination') ?? '', 'writer');
      return show(moveEvent(world, { calendar, email, query, ifMatch, body: {}, id, destination }));
    }
    case 'calendar.events.list':
      return { status: 200, body: listEvents(world, { calendar, query, view }) };
    case 'calendar.events.instances':
      return { status: 200, body: listInstances(world, { calendar, query, view, id }) };
    default: {
      const event = findEvent(calendar, id);
      if (!event || (event.purged && world.switches.purged !== 403)) throw notFound();
      if (world.now() - event.createdAt < world.switches.getLagMs) throw notFound();
      return call.headers.ifNoneMatch === event.etag ? { status: 304, headers: { etag: event.etag } } : show(event);
    }
  }
}

function readBody(world: World, call: ApiCall, { method }: Route): JsonObject {
  const { body } = call;
  if (body === undefined && method.id === 'calendar.events.patch') return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('Parse Error');
  return checkBody(world.discovery, method.request?.$ref ?? '', body, (field) => {
    world.unknownFields.push(`${method.id} ${field}`);
  });
}

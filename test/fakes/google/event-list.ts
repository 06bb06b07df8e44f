import { ApiError, badParameter, badRequest, invalid, notFound } from './api-error.ts';
import { instantOf, timeRangeEmpty } from './event-time.ts';
import { expandSeries, findEvent, renderEvent, type ViewOptions } from './event-view.ts';
import type { JsonObject, StoredCalendar, StoredEvent } from './types.ts';
import { opaqueToken, type Page, type PageRow, type World } from './world.ts';
import { isAcceptedZone } from './zones.ts';

export interface ListCall {
  calendar: StoredCalendar;
  query: URLSearchParams;
  view: ViewOptions;
}

const NOT_WITH_SYNC_TOKEN = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];
const HORIZON = 2 * 366 * 86_400_000;

/** The zone of the answer. Raises ApiError. */
export function zoneOf(calendar: StoredCalendar, query: URLSearchParams): string {
  const zone = query.get('timeZone') ?? calendar.timeZone;
  if (!isAcceptedZone(zone)) throw badParameter('timeZone', 'Invalid time zone.');
  return zone;
}

/** events.list, full and incremental. Raises ApiError. */
export function listEvents(world: World, call: ListCall): JsonObject {
  const { calendar, query } = call;
  const syncToken = query.get('syncToken');
  if (syncToken !== null) {
    const clash = NOT_WITH_SYNC_TOKEN.find((name) => query.has(name));
    if (clash !== undefined) throw badRequest(`Sync token cannot be used with other query restrictions: ${clash}`);
    if (query.get('showDeleted') === 'false') throw badRequest('Sync token cannot be used with showDeleted=false.');
  }
  if (query.get('orderBy') === 'startTime' && query.get('singleEvents') !== 'true')
    throw badRequest('The requested ordering is not available for the particular query.');
  checkUpdatedMin(world, query);
  const page = openPage(world, query, calendar, () => {
    const point = syncToken === null ? undefined : readSyncToken(world, calendar, syncToken, query);
    const fixed = point?.fixed ?? fixedParameters(query);
    return { rows: eventRows(world, call, point?.revision, fixed), fixed };
  });
  return envelope(world, call, page, true);
}

function checkUpdatedMin(world: World, query: URLSearchParams): void {
  const updatedMin = query.get('updatedMin');
  if (updatedMin === null || Date.parse(updatedMin) >= world.now() - world.switches.updatedMinReachMs) return;
  throw new ApiError(410, 'updatedMinTooLongAgo', 'The requested minimum modification time lies too far in the past.', {
    domain: 'calendar',
    location: { type: 'parameter', name: 'updatedMin' },
  });
}

/** events.instances. Raises ApiError. */
export function listInstances(world: World, call: ListCall & { id: string }): JsonObject {
  const { calendar, query, view } = call;
  const event = findEvent(calendar, call.id);
  if (!event) throw notFound();
  const page = openPage(world, query, calendar, () => {
    const before = Date.parse(query.get('timeMax') ?? '') || Number.POSITIVE_INFINITY;
    const all = event.recurrence
      ? expandSeries(calendar, event, Math.min(before, far(event)))
      : event.recurringEventId
        ? [event]
        : [];
    const original = query.get('originalStart');
    const rows = all
      .filter((one) => inWindow(one, query, calendar) && (original === null || startOf(one) === Date.parse(original)))
      .filter((one) => one.status !== 'cancelled' || query.get('showDeleted') === 'true')
      .sort((a, b) => startOf(a) - startOf(b))
      .map((one): PageRow => ({ shown: true, item: renderEvent(calendar, one, view) }));
    return { rows, fixed: {} };
  });
  return envelope(world, call, page, false);
}

const startOf = (event: StoredEvent) => instantOf(event.originalStartTime ?? event.start ?? {}, 'UTC');
const far = (event: StoredEvent) => instantOf(event.start ?? {}, 'UTC') + 10 * HORIZON;

function fixedParameters(query: URLSearchParams): Record<string, string[]> {
  const names = ['singleEvents', 'eventTypes', 'timeMin', 'timeMax'];
  return Object.fromEntries(names.filter((name) => query.has(name)).map((name) => [name, query.getAll(name).sort()]));
}

function readSyncToken(world: World, calendar: StoredCalendar, text: string, query: URLSearchParams) {
  const point = world.syncTokens.get(text);
  if (!point || point.calendarId !== calendar.id) throw invalid('Invalid sync token value.');
  if (point.generation !== calendar.syncGeneration || world.now() - point.issuedAt > world.switches.syncTokenLifeMs)
    throw new ApiError(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.', {
      domain: 'calendar',
      location: { type: 'parameter', name: 'syncToken' },
    });
  for (const name of ['singleEvents', 'eventTypes']) {
    if (JSON.stringify(query.getAll(name).sort()) !== JSON.stringify(point.fixed[name] ?? []))
      throw badRequest(`The parameter ${name} must be the same as in the request that produced the sync token.`);
  }
  return point;
}

/** Continues a page, or makes the first one: a snapshot, so that writes between two pages fall into the next delta. */
function openPage(
  world: World,
  query: URLSearchParams,
  calendar: StoredCalendar,
  make: () => { rows: PageRow[]; fixed: Page['fixed'] },
): Page {
  const fingerprint = JSON.stringify(
    [...query]
      .filter(([name]) => name !== 'pageToken')
      .map((pair) => pair.join('='))
      .sort(),
  );
  const pageToken = query.get('pageToken');
  if (pageToken === null)
    return {
      calendarId: calendar.id,
      fingerprint,
      ...make(),
      offset: 0,
      emptyLeft: world.switches.emptyPages,
      revision: visibleRevision(world, calendar),
    };
  const page = world.pages.get(pageToken);
  if (!page || page.calendarId !== calendar.id || page.fingerprint !== fingerprint)
    throw invalid('Invalid page token value.');
  return page;
}

/** What the lag still hides must come with a later delta, not get lost behind the token. */
function visibleRevision(world: World, calendar: StoredCalendar): number {
  const hidden = [...calendar.events.values()].filter((event) => isHidden(world, event));
  return Math.min(calendar.revision, ...hidden.map((event) => event.revision - 1));
}

const isHidden = (world: World, event: StoredEvent) => world.now() - event.createdAt < world.switches.listLagMs;

function envelope(world: World, { calendar, query, view }: ListCall, page: Page, sync: boolean): JsonObject {
  const size = Math.min(Number(query.get('maxResults') ?? 250), 2500, world.switches.pageCap ?? 2500);
  const empty = page.emptyLeft > 0;
  const rows = empty ? [] : page.rows.slice(page.offset, page.offset + size);
  const offset = page.offset + rows.length;
  const body: JsonObject = {
    kind: 'calendar#events',
    etag: `"p${calendar.revision.toString(36).padStart(14, '0')}o"`,
    summary: calendar.summary,
    description: '',
    updated: new Date(lastChange(calendar)).toISOString(),
    timeZone: view.zone,
    accessRole: view.role,
    defaultReminders: calendar.defaultReminders.map((reminder) => ({ ...reminder })),
    items: rows.filter((row) => row.shown).map((row) => row.item),
  };
  if (empty || offset < page.rows.length) {
    const token = opaqueToken();
    world.pages.set(token, { ...page, offset, emptyLeft: Math.max(0, page.emptyLeft - 1) });
    body['nextPageToken'] = token;
  } else if (sync) {
    const token = opaqueToken();
    const { revision, fixed } = page;
    world.syncTokens.set(token, {
      calendarId: calendar.id,
      revision,
      generation: calendar.syncGeneration,
      issuedAt: world.now(),
      fixed,
    });
    body['nextSyncToken'] = token;
  }
  return body;
}

function lastChange(calendar: StoredCalendar): number {
  return Math.max(0, ...[...calendar.events.values()].map((event) => event.updatedAt));
}

function eventRows(
  world: World,
  call: ListCall,
  since: number | undefined,
  fixed: Record<string, string[]>,
): PageRow[] {
  const { calendar, query, view } = call;
  const single = query.get('singleEvents') === 'true';
  const window = new URLSearchParams(query);
  if (since !== undefined)
    for (const name of ['timeMin', 'timeMax']) if (fixed[name]?.[0]) window.set(name, fixed[name][0]);
  const until = Date.parse(window.get('timeMax') ?? '') || world.now() + HORIZON;
  const deletions = since !== undefined || query.has('updatedMin') || query.get('showDeleted') === 'true';
  const candidates = [...calendar.events.values()]
    .filter((event) => since === undefined || event.revision > since)
    .filter((event) => !isHidden(world, event))
    .flatMap((event) => {
      if (!single || event.status === 'cancelled') return [event];
      if (event.recurrence) return expandSeries(calendar, event, until);
      // An exception comes with its series, except in a delta, where only it may have changed.
      return event.recurringEventId !== undefined && since === undefined ? [] : [event];
    });
  const rows = [...new Map(candidates.map((event) => [event.id, event])).values()]
    .filter((event) => matches(world, event, window, calendar))
    .sort((a, b) =>
      query.get('orderBy') === 'startTime'
        ? startAt(a) - startAt(b)
        : a.updatedAt - b.updatedAt || a.revision - b.revision,
    );
  return rows.map((event) => {
    const instanceOfLive =
      event.recurringEventId !== undefined && calendar.events.get(event.recurringEventId)?.status !== 'cancelled';
    const shown = event.status !== 'cancelled' || deletions || (!single && instanceOfLive);
    return { shown, item: renderEvent(calendar, event, view) };
  });
}

const startAt = (event: StoredEvent) => instantOf(event.start ?? event.originalStartTime ?? {}, 'UTC');

function matches(world: World, event: StoredEvent, query: URLSearchParams, calendar: StoredCalendar): boolean {
  const updatedMin = query.get('updatedMin');
  const uid = query.get('iCalUID');
  const words = query.get('q')?.toLowerCase();
  const types = query.getAll('eventTypes');
  const text = [
    event.summary,
    event.description,
    event.location,
    ...(event.attendees ?? []).flatMap((a) => [a.email, a.displayName]),
  ];
  return (
    inWindow(event, query, calendar) &&
    (updatedMin === null || event.updatedAt >= Date.parse(updatedMin)) &&
    (uid === null || event.iCalUID === uid) &&
    (words === undefined || text.some((part) => part?.toLowerCase().includes(words))) &&
    (types.length === 0 || types.includes(event.eventType ?? 'default')) &&
    hasProperties(event.extendedProperties?.private, query.getAll('privateExtendedProperty'), world) &&
    hasProperties(event.extendedProperties?.shared, query.getAll('sharedExtendedProperty'), world)
  );
}

function hasProperties(stored: Record<string, string> | undefined, wanted: string[], world: World): boolean {
  if (wanted.length === 0) return true;
  const one = (pair: string) => {
    const at = pair.indexOf('=');
    if (at < 1) throw badParameter('privateExtendedProperty', 'Invalid extended property constraint.');
    return stored?.[pair.slice(0, at)] === pair.slice(at + 1);
  };
  return world.switches.privatePropertyMatch === 'and' ? wanted.every(one) : wanted.some(one);
}

/** timeMin bounds the end, timeMax the start, both exclusive; a series counts as long as one occurrence may. */
function inWindow(event: StoredEvent, query: URLSearchParams, calendar: StoredCalendar): boolean {
  const timeMin = query.get('timeMin');
  const timeMax = query.get('timeMax');
  if (timeMin !== null && timeMax !== null && Date.parse(timeMax) <= Date.parse(timeMin)) throw timeRangeEmpty();
  if (event.bare || !event.start || !event.end) return true;
  if (timeMax !== null && instantOf(event.start, calendar.timeZone) >= Date.parse(timeMax)) return false;
  if (timeMin === null) return true;
  if (!event.recurrence) return instantOf(event.end, calendar.timeZone) > Date.parse(timeMin);
  return expandSeries(calendar, event, Number.POSITIVE_INFINITY).some(
    (one) => one.end !== undefined && instantOf(one.end, calendar.timeZone) > Date.parse(timeMin),
  );
}

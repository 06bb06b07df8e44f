import { badParameter } from './api-error.ts';
import type { AccessRole, JsonObject, StoredCalendar } from './types.ts';
import { opaqueToken, type World } from './world.ts';

const RANK: Record<string, number> = {
  freeBusyReader: 0,
  reader: 1,
  writerWithoutPrivateAccess: 2,
  writer: 2,
  owner: 3,
};

export function renderCalendar(calendar: StoredCalendar): JsonObject {
  return {
    kind: 'calendar#calendar',
    etag: calendar.etag,
    id: calendar.id,
    summary: calendar.summary,
    timeZone: calendar.timeZone,
    ...(calendar.primary ? {} : { dataOwner: calendar.dataOwner }),
    conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
  };
}

export function renderListEntry(calendar: StoredCalendar, role: AccessRole, email: string): JsonObject {
  const { kind: _kind, ...rest } = renderCalendar(calendar);
  const primary = calendar.primary && calendar.id.toLowerCase() === email.toLowerCase();
  return {
    kind: 'calendar#calendarListEntry',
    ...rest,
    colorId: '14',
    backgroundColor: '#9fe1e7',
    foregroundColor: '#000000',
    selected: true,
    accessRole: role,
    defaultReminders: calendar.defaultReminders.map((reminder) => ({ ...reminder })),
    ...(primary ? { primary: true } : {}),
  };
}

/** calendarList.list: paged, without incremental answers (an old token gets the full list). Raises ApiError. */
export function listCalendars(world: World, email: string, query: URLSearchParams): JsonObject {
  const least = RANK[query.get('minAccessRole') ?? 'freeBusyReader'] ?? 0;
  const size = Math.min(Number(query.get('maxResults') ?? 100), 250);
  const pageToken = query.get('pageToken');
  const offset = pageToken === null ? 0 : Number(Buffer.from(pageToken, 'base64').toString());
  if (!Number.isInteger(offset)) throw badParameter('pageToken', 'Invalid page token value.');
  const entries = [...world.calendars.values()].flatMap((calendar) => {
    const role = calendar.roles.get(email.toLowerCase());
    return role && (RANK[role] ?? 0) >= least ? [renderListEntry(calendar, role, email)] : [];
  });
  const items = entries.slice(offset, offset + size);
  const next = offset + items.length;
  return {
    kind: 'calendar#calendarList',
    etag: `"p${entries.length.toString(36).padStart(14, '0')}o"`,
    ...(next < entries.length
      ? { nextPageToken: Buffer.from(String(next).padStart(4)).toString('base64') }
      : { nextSyncToken: opaqueToken() }),
    items,
  };
}

import { ApiError, notFound } from './api-error.ts';
import type { Method } from './discovery.ts';
import { liveAccessToken } from './tokens.ts';
import type { AccessRole, Account, StoredCalendar } from './types.ts';
import { type AccessToken, accountOf, type World } from './world.ts';

export interface Caller {
  account: Account;
  token: AccessToken;
  project: string;
}

/** Raises ApiError 401. */
export function identify(world: World, authorization: string | undefined): Caller {
  const text = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (text === undefined)
    throw new ApiError(
      401,
      'required',
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      {
        location: { type: 'header', name: 'Authorization' },
        front: {
          status: 'UNAUTHENTICATED',
          reason: 'CREDENTIALS_MISSING',
          metadata: { service: 'calendar-json.googleapis.com' },
        },
      },
    );
  const token = liveAccessToken(world, text);
  if (!token)
    throw new ApiError(401, 'authError', 'Invalid Credentials', {
      location: { type: 'header', name: 'Authorization' },
    });
  return { account: accountOf(world, token.email), token, project: world.clients.get(token.clientId)?.project ?? '' };
}

/** Raises ApiError 403 accessNotConfigured. */
export function checkEnabled(world: World, project: string): void {
  if (!world.switches.apiDisabled) return;
  const number = project.match(/\d+/)?.[0] ?? '123';
  const address = `https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=${number}`;
  throw new ApiError(
    403,
    'accessNotConfigured',
    `Google Calendar API has not been used in project ${number} before or it is disabled. Enable it by visiting ${address} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
    {
      domain: 'usageLimits',
      front: {
        status: 'PERMISSION_DENIED',
        reason: 'SERVICE_DISABLED',
        metadata: { service: 'calendar-json.googleapis.com', consumer: `projects/${number}` },
      },
    },
  );
}

/** Raises ApiError 403 insufficientPermissions. */
export function checkScopes(method: Method, scopes: string[]): void {
  if (method.scopes.some((scope) => scopes.includes(scope))) return;
  const name = method.id
    .split('.')
    .slice(1)
    .map((part) => part[0]?.toUpperCase() + part.slice(1));
  throw new ApiError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', {
    front: {
      status: 'PERMISSION_DENIED',
      reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      metadata: { service: 'calendar-json.googleapis.com', method: `calendar.v3.${name.join('.')}` },
    },
  });
}

const RANK: Record<AccessRole, number> = { freeBusyReader: 0, reader: 1, writer: 2, owner: 3 };

/** The calendar as the caller may see it; `primary` is the account's own. Raises ApiError 404 or 403. */
export function openCalendar(
  world: World,
  caller: Caller,
  call: { calendarId: string; method: Method; need: AccessRole },
): { calendar: StoredCalendar; role: AccessRole } {
  const { calendarId, method, need } = call;
  const id = calendarId === 'primary' ? caller.account.email : calendarId;
  const calendar = world.calendars.get(id.toLowerCase());
  const role = calendar?.roles.get(caller.account.email.toLowerCase());
  // 'calendar.app.created' alone sees only calendars the application made, and this service lets it make none.
  const useful = caller.token.scopes.filter((scope) => method.scopes.includes(scope));
  if (!calendar || !role || useful.every((scope) => scope.endsWith('/calendar.app.created'))) throw notFound();
  if (role !== 'owner' && useful.every((scope) => /calendar\.(app\.created|events\.owned(\.readonly)?)$/.test(scope)))
    throw notFound();
  if (RANK[role] < RANK[need])
    throw new ApiError(403, 'requiredAccessLevel', 'You need to have writer access to this calendar.', {
      domain: 'calendar',
    });
  return { calendar, role };
}

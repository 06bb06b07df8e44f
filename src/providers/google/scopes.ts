/** What the agent asks for, and nothing wider. */
export const REQUESTED_SCOPES = [
  'openid',
  'email',
  'https://www.googleapis.com/auth/calendar.events',
  'https://www.googleapis.com/auth/calendar.calendarlist.readonly',
];

const CALENDAR = 'https://www.googleapis.com/auth/';
const WRITES = ['calendar', 'calendar.events'].map((name) => CALENDAR + name);
const LISTS = ['calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'].map(
  (name) => CALENDAR + name,
);

/** Google answers with other spellings and in another order than it was asked. */
export function readScopes(granted: string): string[] {
  const aliases: Record<string, string> = {
    'https://www.googleapis.com/auth/userinfo.email': 'email',
    'https://www.googleapis.com/auth/userinfo.profile': 'profile',
  };
  return [
    ...new Set(
      granted
        .split(/\s+/)
        .filter((scope) => scope !== '')
        .map((scope) => aliases[scope] ?? scope),
    ),
  ].sort();
}

export function mayWrite(scopes: readonly string[]): boolean {
  return scopes.some((scope) => WRITES.includes(scope));
}

export function mayList(scopes: readonly string[]): boolean {
  return scopes.some((scope) => LISTS.includes(scope));
}

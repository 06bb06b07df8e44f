/** How long a consent lasts. Times are milliseconds since the epoch. */

const DAY = 86_400_000;
/** How far from seven days an end still counts as the one of an app in testing. */
const SLACK = DAY / 2;
const TESTING = 7 * DAY;

/** `app-in-testing`: Google gives such apps seven days; `limited-time`: the person who consented chose an end. */
export type ConsentEnd = 'app-in-testing' | 'limited-time';

export function reasonOfEnd(authorizedAt: number, endsAt: number): ConsentEnd {
  return Math.abs(endsAt - authorizedAt - TESTING) <= SLACK ? 'app-in-testing' : 'limited-time';
}

/** `soon`: two days or less are left; `last-day`: one day or less, or none. */
export function consentStage(endsAt: number, now: number): 'calm' | 'soon' | 'last-day' {
  if (endsAt - now <= DAY) return 'last-day';
  return endsAt - now <= 2 * DAY ? 'soon' : 'calm';
}

/**
 * Google says of every dead grant the same: expired or revoked. Its age tells which. Without a named end a death near
 * seven days is taken for the one of an app in testing; long before a named end it is a revocation.
 */
export function codeOfDeath(
  grant: { authorizedAt: number; endsAt: number | null },
  now: number,
): 'testing-ended' | 'consent-expired' | 'reauthorize' {
  const { authorizedAt, endsAt } = grant;
  if (endsAt === null) return Math.abs(now - authorizedAt - TESTING) <= SLACK ? 'testing-ended' : 'reauthorize';
  if (now < endsAt - Math.min(SLACK, (endsAt - authorizedAt) / 10)) return 'reauthorize';
  return reasonOfEnd(authorizedAt, endsAt) === 'app-in-testing' ? 'testing-ended' : 'consent-expired';
}

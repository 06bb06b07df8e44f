import { ApiError } from './api-error.ts';
import { isExternal } from './mails.ts';
import type { StoredCalendar } from './types.ts';
import type { World } from './world.ts';

/** Sliding window per user and per project. Raises ApiError 403 or 429. */
export function checkRate(world: World, email: string, project: string): void {
  const { limiter } = world.switches;
  if (!limiter.on) return;
  const since = world.now() - limiter.windowMs;
  while (world.calls[0] && world.calls[0].at <= since) world.calls.shift();
  const ofProject = world.calls.filter((call) => call.project === project);
  const ofUser = ofProject.filter((call) => call.email === email);
  if (ofProject.length >= limiter.perProject || ofUser.length >= limiter.perUser) throw rateLimitExceeded(world);
  world.calls.push({ at: world.now(), email, project });
}

export function rateLimitExceeded(world: World, retryAfter = world.switches.limiter.retryAfter): ApiError {
  const { answer } = world.switches.limiter;
  const user = answer === '403-userRateLimitExceeded';
  return new ApiError(
    answer === '429' ? 429 : 403,
    user ? 'userRateLimitExceeded' : 'rateLimitExceeded',
    user ? 'User Rate Limit Exceeded' : 'Rate Limit Exceeded',
    { domain: 'usageLimits', headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) } },
  );
}

/** The brake on invitations to outsiders: once it bites it holds for hours. Raises ApiError 403 quotaExceeded. */
export function checkInvitationQuota(
  world: World,
  calendar: StoredCalendar,
  write: { creates: boolean; hasGuests: boolean; newGuests: string[] },
): void {
  const { limit, stickyMs, blocks } = world.switches.invitationQuota;
  if (limit === undefined) return;
  const owner = calendar.dataOwner.toLowerCase();
  const state = world.quota.get(owner) ?? { invitations: 0, blockedUntil: 0 };
  world.quota.set(owner, state);
  const refuse = () => new ApiError(403, 'quotaExceeded', 'Calendar usage limits exceeded.', { domain: 'usageLimits' });
  const concerned = write.hasGuests || (blocks === 'guests-and-creations' && write.creates);
  if (state.blockedUntil > world.now() && concerned) throw refuse();
  if (state.blockedUntil !== 0 && state.blockedUntil <= world.now())
    Object.assign(state, { invitations: 0, blockedUntil: 0 });
  const outside = write.newGuests.filter((email) => isExternal(world, calendar, email)).length;
  if (outside > 0 && state.invitations + outside > limit) {
    state.blockedUntil = world.now() + stickyMs;
    throw refuse();
  }
  state.invitations += outside;
}

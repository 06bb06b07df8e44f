/** Everything about the service that is unknown, disputed, or switched by circumstances. Change the object in place. */

export type Refusal = 403 | 404 | 410;

export interface Switches {
  // --- OAuth ---
  /** Address the browser is sent back to: raw slashes and %20 (now), or fully encoded, '+' and a trailing '#'. */
  redirectShape: 'current' | 'older';
  /** For https hosts (unreachable in a demo): show a page with the address instead of redirecting. */
  showCodePage: boolean;
  /** Let the user untick single scopes. */
  granularConsent: boolean;
  /** Whether the boxes of the consent page start ticked. */
  boxesTicked: boolean;
  /** Consent ends on 'Error 400: admin_policy_enforced'. */
  adminBlocksApp: boolean;
  codeLifeMs: number;
  accessTokenLifeMs: number;
  /** Disputed text for a wrong client secret. */
  secretRefusal: 'The provided client secret is invalid.' | 'Unauthorized';
  /** On the consent screen access is granted for so long; undefined = without an end. */
  limitedAccessMs: number | undefined;
  /** A refresh hands out a new refresh token and kills the old one. */
  rotateRefreshTokens: boolean;
  /** Every refresh fails this way. */
  refreshRefusal: undefined | 'invalid_rapt' | 'admin_policy_enforced' | 'account_deleted';

  // --- the API as a whole ---
  /** The 'Enable API' step was forgotten. */
  apiDisabled: boolean;
  /** 400 answers carry `status: INVALID_ARGUMENT` (disputed). */
  statusOn400: boolean;
  /** Compress JSON answers when the caller accepts it. */
  gzip: boolean;
  limiter: {
    on: boolean;
    windowMs: number;
    perUser: number;
    perProject: number;
    answer: '403-rateLimitExceeded' | '403-userRateLimitExceeded' | '429';
    /** Seconds; undefined sends no Retry-After. */
    retryAfter: number | undefined;
  };
  /** After `limit` invitations to addresses outside the organizer's domain writes are refused for `stickyMs`. */
  invitationQuota: { limit: number | undefined; stickyMs: number; blocks: 'guests' | 'guests-and-creations' };

  // --- events ---
  /** Reviving a tombstone: works, or is refused (disputed; depends on the trash). */
  revive: 'works' | Refusal;
  /** The same for a single cancelled occurrence of a series that lives. */
  reviveOccurrence: 'works' | Refusal;
  /** PATCH on a tombstone that does not speak of `status`. */
  patchTombstone: 'stays-cancelled' | Refusal;
  secondDelete: 410 | 403;
  /** Writing to an event whose trash was emptied. */
  purged: Refusal;
  noopPatchMovesEtag: boolean;
  /** A new time resets all answers to needsAction (not found to happen). */
  rescheduleResetsAnswers: boolean;
  remindersPatch: 'merge' | 'replace';
  reminderMinutes: 'clamp' | 'refuse';
  untilWithoutZ: 'refuse' | 'accept';
  /** A wall clock that exists twice: the second pass (what luxon does) or the first. */
  ambiguousClock: 'later' | 'earlier';
  /** What becomes of changed occurrences when the start of their series moves (not documented). */
  movedSeries: 'drops-exceptions' | 'keeps-exceptions';
  /** More guests than this: 400. undefined: no hard limit. */
  guestLimit: number | undefined;
  /** From this many guests on their answers no longer arrive. */
  rsvpLimit: number;
  /** Who is 'external': by the organizer's Workspace domain (probed) or whoever has no Google calendar (the text). */
  externalAxis: 'domain' | 'google-calendar';

  // --- list and sync ---
  privatePropertyMatch: 'and' | 'or';
  /** No page is longer than this, whatever was asked. */
  pageCap: number | undefined;
  /** That many empty pages come before the first row. */
  emptyPages: number;
  syncTokenLifeMs: number;
  updatedMinReachMs: number;
  /** A new event stays invisible to list for this long. */
  listLagMs: number;
  /** A new event answers 404 to get for this long. */
  getLagMs: number;
}

const DAY = 86_400_000;

export function defaultSwitches(): Switches {
  return {
    redirectShape: 'current',
    showCodePage: false,
    granularConsent: true,
    boxesTicked: true,
    adminBlocksApp: false,
    codeLifeMs: 600_000,
    accessTokenLifeMs: 3_599_000,
    secretRefusal: 'The provided client secret is invalid.',
    limitedAccessMs: undefined,
    rotateRefreshTokens: false,
    refreshRefusal: undefined,
    apiDisabled: false,
    statusOn400: false,
    gzip: true,
    limiter: {
      on: false,
      windowMs: 60_000,
      perUser: 600,
      perProject: 10_000,
      answer: '403-rateLimitExceeded',
      retryAfter: undefined,
    },
    invitationQuota: { limit: undefined, stickyMs: 4 * 3_600_000, blocks: 'guests' },
    revive: 'works',
    reviveOccurrence: 'works',
    patchTombstone: 'stays-cancelled',
    secondDelete: 410,
    purged: 403,
    noopPatchMovesEtag: false,
    rescheduleResetsAnswers: false,
    remindersPatch: 'merge',
    reminderMinutes: 'clamp',
    untilWithoutZ: 'refuse',
    ambiguousClock: 'later',
    movedSeries: 'drops-exceptions',
    guestLimit: undefined,
    rsvpLimit: 200,
    externalAxis: 'domain',
    privatePropertyMatch: 'and',
    pageCap: undefined,
    emptyPages: 0,
    syncTokenLifeMs: 14 * DAY,
    updatedMinReachMs: 30 * DAY,
    listLagMs: 0,
    getLagMs: 0,
  };
}

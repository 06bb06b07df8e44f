import type { Fault, FaultKind } from '../fakes/google/faults.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { REQUESTS, type RequestName } from './requests.ts';

/** The fault matrix: every call that the agent makes to Google x every failure x the moment of a restart. */

/**
 * When the failure comes, seen from a `kill -9`: before it (the call fails until the process dies), at the same moment
 * (the process dies while the call is under way), or after it (the first call of the new process fails).
 */
export const MOMENTS = ['before', 'during', 'after'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Failure {
  kind: FaultKind;
  retryAfter?: Pick<Fault, 'retryAfter' | 'retryAfterAs'>;
  /** The machine's clock against Google's, in hours, while the call is made. */
  clockAhead?: number;
  /** The problem that people are shown while the failure lasts. */
  problem: string;
  /** It closes the whole account, so one cell at a time can meet it. */
  account?: 'slows' | 'ends';
}

const unavailable = 'google-unavailable';
const seconds = { retryAfter: 3 };
const date = { retryAfter: 3, retryAfterAs: 'date' } as const;

export const FAILURES = {
  '500': { kind: '500', problem: unavailable },
  '502 HTML': { kind: '502-html', problem: unavailable },
  '503 JSON': { kind: '503-json', problem: unavailable },
  '503 HTML': { kind: '503-html', problem: unavailable },
  '503 with Retry-After': { kind: '503-json', retryAfter: seconds, problem: unavailable },
  '429': { kind: '429', problem: 'rate-limited', account: 'slows' },
  '429 with Retry-After': { kind: '429', retryAfter: seconds, problem: 'rate-limited', account: 'slows' },
  '429 with a date': { kind: '429', retryAfter: date, problem: 'rate-limited', account: 'slows' },
  '403 rate': { kind: '403-rate', problem: 'rate-limited', account: 'slows' },
  '403 rate with Retry-After': { kind: '403-rate', retryAfter: seconds, problem: 'rate-limited', account: 'slows' },
  '403 user rate': { kind: '403-user-rate', problem: 'rate-limited', account: 'slows' },
  quotaExceeded: { kind: '403-quota', problem: 'quota-exceeded', account: 'slows' },
  hang: { kind: 'hang', problem: unavailable },
  'reset before commit': { kind: 'reset-before', problem: unavailable },
  'commit, then drop': { kind: 'commit-then-drop', problem: unavailable },
  'truncated JSON': { kind: 'truncated-json', problem: unavailable },
  'token expired': { kind: 'token-expired', problem: '' },
  'grant revoked': { kind: 'grant-revoked', problem: 'reauthorize', account: 'ends' },
  'clock 5 h ahead': { kind: '503-json', clockAhead: 5, problem: 'clock-wrong' },
  'clock 5 h behind': { kind: '503-json', clockAhead: -5, problem: 'clock-wrong' },
} as const satisfies Record<string, Failure>;
export type FailureName = keyof typeof FAILURES;

export interface Cell {
  /** `meeting`: a call made for a meeting; `token`: a renewal; `request`: a call that a person asked for. */
  group: 'meeting' | 'token' | 'request';
  operation: OperationName | RequestName | 'renew';
  failure: FailureName;
  moment: Moment;
}

/** What cannot be: each line says why. */
function impossible({ group, call }: { group: Cell['group']; call: string }, failure: FailureName): boolean {
  // A grant that is being asked for, or given back, cannot be taken away.
  if (group === 'request' && (call === 'token' || call === 'revoke') && failure === 'grant revoked') return true;
  switch (FAILURES[failure].kind) {
    case 'truncated-json':
      // Its answer has no body.
      return call === 'events.delete' || call === 'revoke';
    case '403-quota':
      // The brake is on writing.
      return !['events.insert', 'events.patch', 'events.delete'].includes(call);
    case 'token-expired':
    case '403-user-rate':
      // These endpoints take no access token and know one rate limit.
      return call === 'token' || call === 'revoke';
    default:
      return false;
  }
}

/** Every cell, always in the same order. */
export function allCells(): Cell[] {
  const calls: { group: Cell['group']; operation: Cell['operation']; call: string }[] = [
    ...(Object.keys(OPERATIONS) as OperationName[]).map((operation) => ({
      group: 'meeting' as const,
      operation,
      call: OPERATIONS[operation].call,
    })),
    { group: 'token', operation: 'renew', call: 'token' },
    ...(Object.keys(REQUESTS) as RequestName[]).map((operation) => ({
      group: 'request' as const,
      operation,
      call: REQUESTS[operation].call,
    })),
  ];
  return calls.flatMap(({ group, operation, call }) =>
    (Object.keys(FAILURES) as FailureName[])
      .filter((failure) => !impossible({ group, call }, failure))
      .flatMap((failure) => MOMENTS.map((moment) => ({ group, operation, failure, moment }))),
  );
}

export const nameOf = ({ operation, failure, moment }: Cell): string =>
  `${operation} × ${failure} × ${moment} the restart`;

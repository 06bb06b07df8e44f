/** Failures put in the way of chosen calls, consumed in the order they were added. */
import type { LoggedRequest } from './types.ts';

export type FaultKind =
  | '500'
  | '502-html'
  | '503-json'
  | '503-html'
  | '429'
  | '403-rate'
  | '403-user-rate'
  /** The brake on invitations: 403 quotaExceeded. */
  | '403-quota'
  | '404'
  | 'reset-before'
  | 'commit-then-drop'
  | 'hang'
  | 'slow'
  | 'truncated-json'
  /** The access token of this call ends now; the grant behind it lives. */
  | 'token-expired'
  /** The owner takes the grant back now: tokens of every kind are dead. */
  | 'grant-revoked';

export interface Fault {
  /** `path` is matched against the path without the query; `where` sees the call as the log has it. */
  match: { method?: string; path?: RegExp; where?(call: LoggedRequest): boolean };
  kind: FaultKind;
  /** How many calls it hits; default 1, Infinity for all. */
  times?: number;
  /** 'slow': wait before answering (default 300). 'hang': drop after this long (default never). */
  delayMs?: number;
  /** Seconds, sent as Retry-After with every kind that answers. */
  retryAfter?: number;
  /** The two spellings of RFC 9110 section 10.2.3; a date is told by the service's own clock. Default 'seconds'. */
  retryAfterAs?: 'seconds' | 'date';
  /** The call is held until this resolves, and only then meets its fault. */
  until?: Promise<unknown>;
  /** A call was hit (and is held, where `until` says so). */
  onHit?(): void;
}

export interface FaultList {
  add(fault: Fault): void;
  /** Takes a fault back that was not used up. */
  remove(fault: Fault): void;
  clear(): void;
  /** The fault that hits this call, already counted. */
  take(call: LoggedRequest): Fault | undefined;
}

export function createFaults(): FaultList {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    remove(fault) {
      const index = waiting.findIndex((item) => item.fault === fault);
      if (index >= 0) waiting.splice(index, 1);
    },
    clear() {
      waiting.length = 0;
    },
    take(call) {
      const index = waiting.findIndex(({ fault }) => hits(fault, call));
      const hit = waiting[index];
      if (!hit) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) waiting.splice(index, 1);
      return hit.fault;
    },
  };
}

function hits({ match }: Fault, call: LoggedRequest): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === call.method) &&
    (match.path === undefined || new RegExp(match.path.source, match.path.flags.replace('g', '')).test(call.path)) &&
    (match.where === undefined || match.where(call))
  );
}

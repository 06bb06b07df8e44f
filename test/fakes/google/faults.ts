/** Failures put in the way of chosen calls, consumed in the order they were added. */

export type FaultKind =
  | '500'
  | '502-html'
  | '503-json'
  | '503-html'
  | '429'
  | '403-rate'
  | 'reset-before'
  | 'commit-then-drop'
  | 'hang'
  | 'slow'
  | 'truncated-json';

export interface Fault {
  /** `path` is matched against the path without the query. */
  match: { method?: string; path?: RegExp };
  kind: FaultKind;
  /** How many calls it hits; default 1, Infinity for all. */
  times?: number;
  /** 'slow': wait before answering (default 300). 'hang': drop after this long (default never). */
  delayMs?: number;
  /** Seconds, sent as Retry-After with the 429, 403 and 503 kinds. */
  retryAfter?: number;
}

export interface FaultList {
  add(fault: Fault): void;
  clear(): void;
  /** The fault that hits this call, already counted. */
  take(method: string, path: string): Fault | undefined;
}

export function createFaults(): FaultList {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    clear() {
      waiting.length = 0;
    },
    take(method, path) {
      const index = waiting.findIndex(
        ({ fault: { match } }) =>
          (match.method === undefined || match.method.toUpperCase() === method) &&
          (match.path === undefined || new RegExp(match.path.source, match.path.flags.replace('g', '')).test(path)),
      );
      const hit = waiting[index];
      if (!hit) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) waiting.splice(index, 1);
      return hit.fault;
    },
  };
}

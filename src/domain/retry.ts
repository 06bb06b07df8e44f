const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * How long to wait before the next attempt, in milliseconds: doubling from one second to five minutes, spread over the
 * upper half so that meetings that failed together do not come back together. Never shorter than what was asked for.
 */
export function retryWait(attempt: number, retryAfterMs: number | undefined, random: () => number): number {
  return Math.max(backoff({ attempt, firstMs: FIRST_MS, longestMs: LONGEST_MS, random }), retryAfterMs ?? 0);
}

/** Doubling from `firstMs`, at attempt 0, to `longestMs`, spread over the upper half. */
export function backoff(how: { attempt: number; firstMs: number; longestMs: number; random: () => number }): number {
  const ceiling = Math.min(how.longestMs, how.firstMs * 2 ** Math.min(how.attempt, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * how.random());
}

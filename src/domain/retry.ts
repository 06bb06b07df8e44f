const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * How long to wait before the next attempt, in milliseconds: doubling from one second to five minutes, spread over the
 * upper half so that meetings that failed together do not come back together. Never shorter than what was asked for.
 */
export function retryWait(attempt: number, retryAfterMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  const wait = Math.round(ceiling / 2 + (ceiling / 2) * random());
  return Math.max(wait, retryAfterMs ?? 0);
}

import type { Clock } from './ports.ts';

const FIRST_MS = 30_000;
const LONGEST_MS = 30 * 60_000;
/** A probe of which nothing was heard for so long holds nobody back any more. */
const LONGEST_PROBE_MS = 60_000;

/**
 * Stands between the meetings and one account. A condition that concerns every meeting (API not enabled, calendar
 * gone, slow down) closes it; when the wait is over a single meeting goes first, and its success opens the gate for all.
 */
export class Gate {
  readonly #clock: Clock;
  #closed: { code: string; until: number; failures: number; probing: number | null } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** null = go ahead. Otherwise the code that stands in the way and when to come back. */
  enter(): { code: string; until: number } | null {
    const closed = this.#closed;
    if (closed === null) return null;
    const now = this.#clock();
    const probing = closed.probing !== null && now >= closed.probing && now < closed.probing + LONGEST_PROBE_MS;
    if (now >= closed.until && !probing) {
      closed.probing = now;
      return null;
    }
    return { code: closed.code, until: Math.max(closed.until, now + 1_000) };
  }

  /** Closes the gate, or keeps it closed for longer. Returns when to come back. */
  close(code: string, waitMs?: number): number {
    const failures = (this.#closed?.failures ?? 0) + 1;
    const wait = waitMs ?? Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
    const until = this.#clock() + wait;
    this.#closed = { code, until, failures, probing: null };
    return until;
  }

  /** A person wants to know now, or the wait was told by a clock that was set since: the next one may try. */
  hasten(): void {
    if (this.#closed !== null) this.#closed.until = this.#clock();
  }

  /** Returns the code that had closed it, or null when it was open. */
  open(): string | null {
    const code = this.#closed?.code ?? null;
    this.#closed = null;
    return code;
  }

  /** A probe ended without saying anything about the condition. */
  undecided(): void {
    if (this.#closed !== null) this.#closed.probing = null;
  }

  get code(): string | null {
    return this.#closed?.code ?? null;
  }
}

import type { Clock } from './ports.ts';

/** Clocks and networks are never quite in step; a wrong clock is wrong by more. */
const TOLERANCE_MS = 5 * 60_000;

/** Compares this machine's clock with the time that Google's answers name. */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #monotonic: () => number;
  /** The last answer that showed the clock to be wrong: what it said, and when that was. */
  #wrong: { told: number; at: number } | null = null;

  /** `monotonic`: milliseconds that pass, whatever the clock is set to. */
  constructor(clock: Clock, monotonic: () => number) {
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  /** An answer named its time, in milliseconds since the epoch. Returns whether that changes the verdict. */
  told(at: number): boolean {
    const before = this.#wrong !== null;
    const wrong = Math.abs(at - this.#clock()) > TOLERANCE_MS;
    this.#wrong = wrong ? { told: at, at: this.#monotonic() } : null;
    return before !== wrong;
  }

  /**
   * Milliseconds by which the clock is behind; null when it is right. A clock that was set right is noticed without
   * another answer. The other way round it is not: a machine that slept looks like one whose clock was set.
   */
  get behindMs(): number | null {
    if (this.#wrong === null) return null;
    const behind = this.#wrong.told + this.#monotonic() - this.#wrong.at - this.#clock();
    if (Math.abs(behind) <= TOLERANCE_MS) this.#wrong = null;
    return this.#wrong === null ? null : behind;
  }
}

import type { Clock } from './ports.ts';

/** Runs `work` soon after it is asked for, and then at most once per `everyMs`, however often it is asked for. */
export class Throttle implements Disposable {
  readonly #work: () => void;
  readonly #everyMs: number;
  readonly #clock: Clock;
  #last = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(work: () => void, everyMs: number, clock: Clock) {
    this.#work = work;
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  ask(): void {
    if (this.#timer !== null) return;
    const wait = Math.min(this.#everyMs, Math.max(0, this.#last + this.#everyMs - this.#clock()));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#last = this.#clock();
      this.#work();
    }, wait);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

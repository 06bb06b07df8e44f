import { AppError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import type { QueuedEvent, Store } from '../state/store.ts';

const BATCH = 50;
const LONGEST_WAIT_MS = 60_000;

/** Sends what is queued, in order, and forgets it when the broker has acknowledged it: at least once. */
export class Publisher implements AsyncDisposable {
  readonly #store: Store;
  readonly #send: (event: QueuedEvent) => Promise<void>;
  readonly #log: Logger;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { store: Store; log: Logger; send(event: QueuedEvent): Promise<void> }) {
    this.#store = options.store;
    this.#send = options.send;
    this.#log = options.log;
  }

  /** Something was queued, or the broker is there again. Resolves when nothing more can be sent now. */
  wake(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        await this.#drain();
      }
    } finally {
      this.#running = null;
    }
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer);
    while (!this.#stopped) {
      const batch = this.#store.queued(BATCH);
      if (batch.length === 0) return;
      const outcomes = await Promise.allSettled(batch.map((event) => this.#send(event)));
      const taken = batch.filter((_, index) => outcomes[index]?.status === 'fulfilled').map((event) => event.number);
      if (taken.length > 0) this.#store.taken(taken);
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure === undefined) {
        this.#failures = 0;
        continue;
      }
      this.#failures += 1;
      // While there is no connection the next one wakes us; a refusal by the broker is asked about now and then.
      const offline =
        failure.reason instanceof AppError && /not connected|connection broke/.test(failure.reason.message);
      if (!offline) this.#log.warn({ err: failure.reason }, 'the broker did not take an event; it is sent again');
      this.#timer = setTimeout(
        () => void this.wake(),
        Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(this.#failures, 10)),
      );
      return;
    }
  }
}

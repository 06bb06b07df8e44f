import { AppError } from '../errors.ts';
import type { Clock } from './ports.ts';

const WINDOW_MS = 60_000;
/** Kept free for people who wait before a page; the rest of a burst would make them wait for a minute. */
const RESERVE = 0.02;

export interface PacerDeps {
  clock: Clock;
  /** How many requests may begin within any minute. Asked for anew each time. */
  limit(): number;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<void>;
}

/**
 * Keeps the requests of one account under a quota that is counted over a sliding minute. A place is free again one
 * window after the answer came: whatever moment Google gave the request, it lies before its answer, so Google counts
 * no more than we do and nothing is refused, at the price of one round trip in a minute.
 */
export class Pacer implements Disposable {
  readonly #deps: PacerDeps;
  /** When each place of the last minute becomes free; requests under way have none yet. */
  readonly #ended: number[] = [];
  #underWay = 0;
  readonly #waiting: { urgent: boolean; go: () => void; give: (reason: AppError) => void }[] = [];
  #stopped = false;
  #timed = false;

  constructor(deps: PacerDeps) {
    this.#deps = deps;
  }

  /** Runs the request as soon as the quota has room. `urgent`: a person waits for it. Raises `agent-stopping`. */
  async run<T>(request: () => Promise<T>, options: { urgent: boolean }): Promise<T> {
    if (this.#waiting.length > 0 || !this.#hasRoom(options.urgent)) await this.#turn(options.urgent);
    else this.#underWay += 1;
    try {
      return await request();
    } finally {
      this.#underWay -= 1;
      this.#ended.push(this.#deps.clock() + WINDOW_MS);
      this.#look();
    }
  }

  /** Whoever waits is sent home. */
  [Symbol.dispose](): void {
    this.#stopped = true;
    for (const item of this.#waiting.splice(0)) item.give(stopping());
  }

  #turn(urgent: boolean): Promise<void> {
    if (this.#stopped) return Promise.reject(stopping());
    return new Promise((resolve, reject) => {
      const item = { urgent, go: resolve, give: reject };
      const place = urgent ? this.#waiting.findIndex((other) => !other.urgent) : -1;
      if (place === -1) this.#waiting.push(item);
      else this.#waiting.splice(place, 0, item);
      this.#look();
    });
  }

  /** Lets go whoever has room; comes back when the next place becomes free. */
  #look(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.urgent); next = this.#waiting[0]) {
      this.#waiting.shift();
      // Taken here, so that the next look counts it.
      this.#underWay += 1;
      next.go();
    }
    const free = this.#ended[0];
    if (this.#waiting.length === 0 || free === undefined || this.#timed) return;
    this.#timed = true;
    void this.#deps.wait(Math.max(1, free - this.#deps.clock())).then(() => {
      this.#timed = false;
      this.#look();
    });
  }

  #hasRoom(urgent: boolean): boolean {
    const now = this.#deps.clock();
    while (this.#ended[0] !== undefined && this.#ended[0] <= now) this.#ended.shift();
    // A clock that was set back must not stop everything for hours.
    if (this.#ended[0] !== undefined && this.#ended[0] > now + WINDOW_MS) this.#ended.length = 0;
    const limit = Math.max(1, this.#deps.limit());
    const room = urgent ? limit : Math.max(1, limit - Math.ceil(limit * RESERVE));
    return this.#ended.length + this.#underWay < room;
  }
}

function stopping(): AppError {
  return new AppError('agent-stopping', 'the agent is being stopped');
}

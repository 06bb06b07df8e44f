import { PassThrough } from 'node:stream';
import type { Topic } from '../sync/ports.ts';
import type { Principal } from './access.ts';
import { ApiProblem } from './problem-details.ts';

/** A browser has six connections to one server (HTTP/1.1): the pages need some of them. */
const MOST_PER_KEY = 4;
const MOST = 200;
/** What changes within this time is told together. */
const GATHER_MS = 1_000;
/** Proxies cut off what is silent for a minute, some after half of it. */
const HEARTBEAT_MS = 15_000;
/** How soon a browser tries again. */
const RETRY_MS = 3_000;
/** A reader that has fallen this far behind is gone. */
const BACKLOG_BYTES = 64 * 1_024;

/**
 * Streams of server-sent events (HTML Living Standard, section 9.2) that say what has changed, never what it is now: a
 * page then asks as it always does, so that a message missed or sent twice does no harm, and nobody sees more than the
 * API shows.
 */
export class LiveStreams implements Disposable {
  readonly #stands: (principal: Principal) => boolean;
  readonly #open = new Map<PassThrough, Principal>();
  readonly #changed = new Set<Topic>();
  readonly #heartbeat: NodeJS.Timeout;
  #gathering: NodeJS.Timeout | null = null;
  #lastTold = 0;

  /** @param stands whether what was opened by this right may stay open */
  constructor(stands: (principal: Principal) => boolean) {
    this.#stands = stands;
    this.#heartbeat = setInterval(() => {
      this.recheck();
      this.#send(': still here\n\n');
    }, HEARTBEAT_MS).unref();
  }

  /** Raises 429: the page then asks every few seconds instead. */
  open(principal: Principal): PassThrough {
    const mine = [...this.#open.values()].filter(({ key }) => key === principal.key).length;
    if (mine >= MOST_PER_KEY || this.#open.size >= MOST) {
      throw new ApiProblem(429, {
        code: 'too-many-streams',
        title: 'Too many live streams are open',
        detail: `${MOST_PER_KEY} are possible for one session or token.`,
        fix: 'Close another window, or ask every few seconds instead.',
      });
    }
    const stream = new PassThrough();
    this.#open.set(stream, principal);
    stream.on('close', () => this.#open.delete(stream));
    stream.on('error', () => this.#open.delete(stream));
    stream.write(`retry: ${RETRY_MS}\nevent: hello\ndata: {}\n\n`);
    return stream;
  }

  changed(topic: Topic): void {
    if (this.#open.size === 0) return;
    this.#changed.add(topic);
    const wait = Math.max(0, Math.min(GATHER_MS, this.#lastTold + GATHER_MS - performance.now()));
    this.#gathering ??= setTimeout(() => this.#tell(), wait);
  }

  /** Ends what was opened by a right that has ended. */
  recheck(): void {
    for (const [stream, principal] of this.#open) if (!this.#stands(principal)) stream.end();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat);
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    for (const stream of this.#open.keys()) stream.end();
  }

  #tell(): void {
    this.#gathering = null;
    this.#lastTold = performance.now();
    const topics = [...this.#changed];
    this.#changed.clear();
    this.#send(`event: changed\ndata: ${JSON.stringify(topics)}\n\n`);
  }

  #send(text: string): void {
    for (const stream of this.#open.keys()) {
      if (stream.writableEnded) continue;
      if (stream.writableLength + stream.readableLength > BACKLOG_BYTES) stream.destroy();
      else stream.write(text);
    }
  }
}

import type { Ledger, Publisher } from './ports.ts';

const BATCH = 64;
const PAUSE_MS = 2_000;

export interface PublishingDeps {
  ledger: Ledger;
  publisher: Publisher;
  topics: { result(device: string, uid: string): string; rejected(device: string): string };
  log: { warn(fields: object, message: string): void };
}

/** Publishes what waits in the ledger: results (retained) and rejections. What fails stays and is tried again. */
export class Publishing implements AsyncDisposable {
  readonly #deps: PublishingDeps;
  #stopped = false;
  #work: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: PublishingDeps) {
    this.#deps = deps;
  }

  /** Something may wait, or the broker is back. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#work ??= this.#drain().finally(() => {
      this.#work = null;
      if (this.#again) this.wake();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#work;
  }

  async #drain(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        while (!this.#stopped && (await this.#round()) > 0);
      } catch (error) {
        this.#deps.log.warn({ err: error }, 'results wait for the broker');
        this.#timer ??= setTimeout(() => {
          this.#timer = null;
          this.wake();
        }, PAUSE_MS);
        return;
      }
    }
  }

  async #round(): Promise<number> {
    const { ledger, publisher, topics } = this.#deps;
    const results = await ledger.unpublishedResults(BATCH);
    await Promise.all(
      results.map(async (result) => {
        await publisher.publish(topics.result(result.device, result.uid), result.payload, { retain: true });
        await ledger.resultPublished(result);
      }),
    );
    const rejections = await ledger.unpublishedRejections(BATCH);
    for (const rejection of rejections) {
      if (rejection.device !== null) {
        await publisher.publish(topics.rejected(rejection.device), publicRejection(rejection.payload), {
          retain: false,
        });
      }
      await ledger.rejectionPublished(rejection.id);
    }
    return results.length + rejections.length;
  }
}

/** What others may read: never the payload, not even masked. */
function publicRejection(parked: string): string {
  const { topic, source, id, uid, sequence, code, title, errors, fix, at } = JSON.parse(parked) as Record<
    string,
    unknown
  >;
  return JSON.stringify({ topic, source, id, uid, sequence, code, title, errors, fix, at });
}

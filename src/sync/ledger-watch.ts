import type { Ledger } from './ports.ts';

type Probed = Pick<Ledger, 'keepRetained'> & { queue(): Promise<unknown> };

/** How often a ledger that failed is tried. */
const PROBE_MS = 2_000;
/** A few pages: on a disk that is nearly full a single byte may find room where a meeting does not. */
const PROBE = ' '.repeat(16_384);
const TOPIC = '$agent/probe';

/**
 * Knows whether the ledger can be written. A failure is told by whoever met it; only a write made for the purpose ends
 * it, for many a call succeeds on a full disk because it had nothing to write.
 */
export class LedgerWatch implements Disposable {
  readonly #ledger: Probed;
  readonly #onChange: () => void;
  #failure: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #disposed = false;

  constructor(ledger: Probed, onChange: () => void) {
    this.#ledger = ledger;
    this.#onChange = onChange;
  }

  /** Why it cannot be written; null while it can. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Returns whether that is news. */
  failed(error: unknown): boolean {
    const message = error instanceof Error ? error.message : String(error);
    this.#schedule();
    if (this.#failure === message) return false;
    this.#failure = message;
    this.#onChange();
    return true;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (!this.#disposed) this.#timer ??= setTimeout(() => void this.#probe(), PROBE_MS);
  }

  async #probe(): Promise<void> {
    this.#timer = null;
    try {
      await this.#ledger.keepRetained(TOPIC, PROBE);
      await this.#ledger.keepRetained(TOPIC, '');
      await this.#ledger.queue();
    } catch {
      this.#schedule();
      return;
    }
    this.#failure = null;
    this.#onChange();
  }
}

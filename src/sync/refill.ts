import { type Ledger, RESTORED_MARK } from './ports.ts';

/** A PBX that was just heard has its subscription by then. */
const SETTLE_MS = 1_000;

export interface RefillDeps {
  ledger: Pick<Ledger, 'retained' | 'keepRetained' | 'devices'>;
  /** Asks a device for the full state of its meetings. */
  resync(device: string): Promise<void>;
  settleMs?: number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/**
 * After a restore: whatever came between the backup and now is missing here, so each device, known or new, is asked for
 * its meetings as soon as it is heard; once where it is known to be there, else until it has published a meeting. Who
 * was asked survives a restart.
 */
export class Refill implements Disposable {
  readonly #deps: RefillDeps;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Asked, and perhaps not there to hear it: a retained identity is heard of a device that is away. */
  readonly #unanswered = new Set<string>();
  /** null = no restore, or not looked up yet. */
  #mark: { at: string; asked: string[] } | null = null;

  constructor(deps: RefillDeps) {
    this.#deps = deps;
  }

  /** To be called before any device can be heard. */
  async load(): Promise<void> {
    const found = (await this.#deps.ledger.retained()).find((item) => item.topic === RESTORED_MARK);
    this.#mark = found === undefined ? null : (JSON.parse(found.payload) as { at: string; asked: string[] });
  }

  heard(device: string): void {
    if (this.#mark === null || this.#mark.asked.includes(device) || this.#timers.has(device)) return;
    const timer = setTimeout(() => {
      this.#ask(device)
        .catch((error: unknown) => this.#deps.log.warn({ err: error, device }, 'not asked yet'))
        .finally(() => this.#timers.delete(device));
    }, this.#deps.settleMs ?? SETTLE_MS);
    this.#timers.set(device, timer);
  }

  /** A meeting arrived from the device. */
  answered(device: string): void {
    if (!this.#unanswered.delete(device)) return;
    void this.#done(device).catch((error: unknown) =>
      this.#deps.log.warn({ err: error, device }, 'asked once more later'),
    );
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#mark = null;
  }

  async #ask(device: string): Promise<void> {
    const { ledger, resync, log } = this.#deps;
    const known = (await ledger.devices()).find((item) => item.device === device);
    if (this.#mark === null || known?.availability === 'offline') return;
    await resync(device);
    log.info({ device }, 'asked for all its meetings after the restore');
    if (known?.availability === 'online') await this.#done(device);
    else this.#unanswered.add(device);
  }

  async #done(device: string): Promise<void> {
    if (this.#mark === null) return;
    this.#mark = { ...this.#mark, asked: [...this.#mark.asked, device] };
    await this.#deps.ledger.keepRetained(RESTORED_MARK, JSON.stringify(this.#mark));
  }
}

import type { Clock, Ledger } from './ports.ts';

/** Kept among the retained payloads, because they must outlive the process, too; they are no topics. */
const HAD_SESSION = '$agent/had-session';
const OWED = '$agent/resync-owed';
/** A PBX that has not answered by then does not answer commands at all. */
const FORGOTTEN_MS = 24 * 3_600_000;

/** What was lost with a session, and which devices must still be asked or have not answered. */
interface Owed {
  /** Milliseconds since the epoch. */
  at: number;
  unasked: string[];
  /** Device -> id of the request that it has not answered. */
  unanswered: Record<string, string>;
}

export interface ResyncDeps {
  ledger: Pick<Ledger, 'devices' | 'retained' | 'keepRetained' | 'publishResultsAgain'>;
  /** Publishes a command. Raises `mqtt-unavailable`. */
  command(device: string, payload: string): Promise<void>;
  serves(device: string): boolean;
  newId(): string;
  clock: Clock;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  onChange(): void;
}

/**
 * A broker that forgot the agent's session may have dropped messages, and what it had retained. Every device is then
 * asked for its meetings, and every result is published again. Whom to ask is durable before anyone is asked: a broken
 * connection or a killed process leaves nobody out.
 */
export class Resync {
  readonly #deps: ResyncDeps;
  #owed: Owed | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(deps: ResyncDeps) {
    this.#deps = deps;
  }

  /** What an earlier process left to be done. */
  async open(): Promise<void> {
    this.#owed = readOwed((await this.#deps.ledger.retained()).find((item) => item.topic === OWED)?.payload);
  }

  /** Since when, and which devices have not answered; null when nothing is missing. */
  get lost(): { at: string; waiting: string[] } | null {
    const owed = this.#owed;
    if (owed === null || this.#deps.clock() - owed.at > FORGOTTEN_MS) return null;
    const waiting = [...owed.unasked, ...Object.keys(owed.unanswered)];
    return waiting.length === 0 ? null : { at: new Date(owed.at).toISOString(), waiting };
  }

  /** After each connection. Raises `mqtt-unavailable`; the next connection goes on where this one broke. */
  connected(sessionPresent: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const { ledger, clock, log, serves } = this.#deps;
      const hadSession = (await ledger.retained()).some((item) => item.topic === HAD_SESSION);
      if (!hadSession) await ledger.keepRetained(HAD_SESSION, 'yes');
      if (!sessionPresent && hadSession) {
        const unasked = (await ledger.devices()).map((item) => item.device).filter(serves);
        log.warn({ devices: unasked.length }, 'the broker had no session: messages may be lost');
        await this.#keep({ at: clock(), unasked, unanswered: {} });
        await ledger.publishResultsAgain();
      }
      for (const device of this.#owed?.unasked ?? []) await this.#ask(device);
    });
  }

  /** Asks one device for the full state of its meetings. Raises `mqtt-unavailable`. */
  ask(device: string): Promise<void> {
    return this.#inTurn(() => this.#ask(device));
  }

  /** A device answered a command. */
  replied(device: string, reply: { requestId: string; ok: boolean; error?: string | null | undefined }): Promise<void> {
    return this.#inTurn(async () => {
      const { log } = this.#deps;
      const owed = this.#owed;
      if (!reply.ok) log.warn({ device, error: reply.error }, 'the device refused a command');
      if (owed?.unanswered[device] !== reply.requestId || !reply.ok) return;
      log.info({ device }, 'the device published its meetings again');
      const { [device]: _answered, ...unanswered } = owed.unanswered;
      await this.#keep({ ...owed, unanswered });
    });
  }

  async #ask(device: string): Promise<void> {
    const requestId = this.#deps.newId();
    await this.#deps.command(device, JSON.stringify({ requestId }));
    const owed = this.#owed;
    if (owed === null || !(owed.unasked.includes(device) || device in owed.unanswered)) return;
    const unasked = owed.unasked.filter((item) => item !== device);
    await this.#keep({ ...owed, unasked, unanswered: { ...owed.unanswered, [device]: requestId } });
  }

  async #keep(owed: Owed): Promise<void> {
    await this.#deps.ledger.keepRetained(OWED, JSON.stringify(owed));
    this.#owed = owed;
    this.#deps.onChange();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/** Whether a retained payload is the agent's own note and not for any broker. */
export const isNote = (topic: string): boolean => topic.startsWith('$agent/');

function readOwed(text: string | undefined): Owed | null {
  return text === undefined ? null : (JSON.parse(text) as Owed);
}

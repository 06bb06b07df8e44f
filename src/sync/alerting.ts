import { explainAlertFailure, isAlertFailureCode } from '../domain/alert-failure.ts';
import { backoff } from '../domain/retry.ts';
import { AppError } from '../errors.ts';
import {
  type AlertPlan,
  type AlertStep,
  DAY_MS,
  type Episodes,
  failureProblemId,
  observe,
  planAlerts,
} from './alert-plan.ts';
import { alertText } from './alert-text.ts';
import {
  type AlertChannel,
  type AlertChannelFailure,
  type AlertMemory,
  type AlertReceipt,
  type AlertRecord,
  type AlertSender,
  type AlertSettings,
  type AlertWatch,
  alertChannels,
  type Clock,
  type Problem,
} from './ports.ts';

const FIRST_RETRY_MS = 30_000;
/** A mail server that counts failed sign-ins must not lock the account because of us. */
const LONGEST_RETRY_MS = 3_600_000;
const SAVE_AGAIN_MS = 60_000;
/** Longest sleep: timers overflow, clocks are set. */
const LONGEST_SLEEP_MS = 60_000;

export interface AlertingDeps {
  settings(): AlertSettings;
  senders: Readonly<Record<AlertChannel, AlertSender>>;
  memory: AlertMemory;
  /** The origin under which the admin pages are known outside, for links. */
  publicUrl: string | null;
  newId(): string;
  clock: Clock;
  random(): number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

interface Channel {
  name: AlertChannel;
  records: Map<string, AlertRecord>;
  failure: AlertChannelFailure | null;
  attempt: number;
  /** No attempt before this time. */
  retryAt: number;
  /** One message at a time. */
  turn: Promise<void>;
  busy: boolean;
}

/**
 * Tells people when a problem opens and when it closes, as planAlerts decides. What was told is kept in the ledger;
 * where that cannot be written the alert goes out all the same, for it may be about that very disk.
 */
export class Alerting implements AlertWatch, AsyncDisposable {
  readonly #deps: AlertingDeps;
  readonly #channels: readonly Channel[];
  readonly #stop = new AbortController();
  readonly #unsaved = new Set<AlertRecord>();
  #episodes: Episodes = new Map();
  #problems: readonly Problem[] = [];
  #heldCodes: readonly string[] = [];
  /** Nothing is told before the first look: until then nobody knows what is open. */
  #watching = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saveAt = Number.POSITIVE_INFINITY;
  #listener: () => void = () => {};

  constructor(deps: AlertingDeps) {
    this.#deps = deps;
    this.#channels = alertChannels.map((name) => ({
      name,
      records: new Map(),
      failure: null,
      attempt: 0,
      retryAt: 0,
      turn: Promise.resolve(),
      busy: false,
    }));
  }

  /** Reads what was told before. Raises `ledger-unavailable`. */
  async start(): Promise<void> {
    for (const record of await this.#deps.memory.alerts())
      this.#channel(record.channel).records.set(record.problem, record);
    // A failure that the other channel was told of goes on until a message gets through again.
    for (const channel of this.#channels) {
      const told = this.#channels
        .map((other) => other.records.get(failureProblemId(channel.name)))
        .find((record) => record?.told === 'opened');
      if (told !== undefined)
        channel.failure = { channel: channel.name, cause: told.snapshot.cause, action: told.snapshot.action };
    }
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  failures(): AlertChannelFailure[] {
    return this.#channels.flatMap(({ failure }) => failure ?? []);
  }

  watch(problems: readonly Problem[], heldCodes: readonly string[]): void {
    this.#problems = problems;
    this.#heldCodes = heldCodes;
    if (!this.#watching) {
      this.#watching = true;
      // What was told before the restart and is not there now has been gone since now.
      const told = this.#channels.flatMap(({ records }) =>
        [...records.values()].flatMap((record) => (record.told === 'opened' ? record.snapshot : [])),
      );
      this.#observe(told);
    }
    this.#look();
  }

  /** Other settings: what failed may work now. */
  settingsChanged(channels: readonly AlertChannel[]): void {
    for (const name of channels) this.#recovered(this.#channel(name));
    this.#look();
  }

  /** A test message, after whatever the channel is sending. Raises what the sender raises. */
  async test(name: AlertChannel): Promise<AlertReceipt & { tookMs: number }> {
    const channel = this.#channel(name);
    const { clock, newId, senders } = this.#deps;
    return this.#inTurn(channel, async () => {
      const begun = clock();
      const message = { id: newId(), kind: 'test', at: iso(begun), opening: null, problem: null } as const;
      const receipt = await senders[name].send(message, this.#stop.signal);
      const tookMs = Math.max(0, clock() - begun);
      this.#recovered(channel);
      this.#look();
      return { ...receipt, tookMs };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all(this.#channels.map((channel) => channel.turn));
  }

  #look(): void {
    if (!this.#watching || this.#stop.signal.aborted) return;
    const now = this.#deps.clock();
    this.#observe(this.#problems);
    if (this.#saveAt <= now) this.#saveAgain();
    let nextAt = this.#saveAt;
    for (const channel of this.#channels) {
      const plan = this.#plan(channel);
      for (const record of plan.drop) void this.#keep(channel, { ...record, told: 'closed', pending: null });
      nextAt = Math.min(nextAt, plan.nextAt ?? Number.POSITIVE_INFINITY);
      if (plan.send.length === 0 || channel.busy) continue;
      if (channel.retryAt > now) nextAt = Math.min(nextAt, channel.retryAt);
      else this.#begin(channel);
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (nextAt === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#look(), Math.min(LONGEST_SLEEP_MS, Math.max(0, nextAt - now)));
    this.#timer.unref();
  }

  #begin(channel: Channel): void {
    channel.busy = true;
    void this.#inTurn(channel, () => this.#round(channel)).finally(() => {
      channel.busy = false;
      this.#look();
    });
  }

  /** Sends what is due, each message once; one that fails does not stand in the way of the others. */
  async #round(channel: Channel): Promise<void> {
    const tried = new Set<string>();
    let failed: { error: unknown } | null = null;
    while (!this.#stop.signal.aborted) {
      const step = this.#plan(channel).send.find(({ problem }) => !tried.has(problem.id));
      if (step === undefined) break;
      tried.add(step.problem.id);
      try {
        await this.#tell(channel, step);
      } catch (error) {
        failed ??= { error };
      }
    }
    if (this.#stop.signal.aborted) return;
    if (failed === null) this.#recovered(channel);
    else this.#fail(channel, failed.error);
  }

  async #tell(channel: Channel, { kind, problem }: AlertStep): Promise<void> {
    const { clock, log, newId, publicUrl, senders, settings } = this.#deps;
    const known = channel.records.get(problem.id);
    const id = known?.pending ?? newId();
    const before: AlertRecord = {
      channel: channel.name,
      problem: problem.id,
      told: known?.told ?? 'closed',
      openedAt: known?.openedAt ?? null,
      opening: known?.opening ?? null,
      pending: id,
      snapshot: known !== undefined && kind === 'closed' ? known.snapshot : problem,
    };
    // The id first: whoever hears the same message twice, because we ended in between, can tell by it.
    if (known?.pending !== id) await this.#keep(channel, before);
    await senders[channel.name].send(
      {
        id,
        kind,
        at: iso(clock()),
        opening: kind === 'closed' ? before.opening : null,
        problem: alertText(before.snapshot, { includeMeetings: settings().includeMeetings, publicUrl }),
      },
      this.#stop.signal,
    );
    log.info({ channel: channel.name, problem: problem.id, alert: kind }, 'an alert was sent');
    await this.#keep(channel, {
      ...before,
      told: kind,
      pending: null,
      ...(kind === 'opened' ? { openedAt: clock(), opening: id } : {}),
    });
  }

  #fail(channel: Channel, error: unknown): void {
    const { clock, log, random } = this.#deps;
    const code = error instanceof AppError && isAlertFailureCode(error.code) ? error.code : null;
    const asked = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
    const wait = backoff({ attempt: channel.attempt, firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS, random });
    channel.attempt += 1;
    channel.retryAt = clock() + Math.min(DAY_MS, Math.max(wait, asked));
    log.warn({ channel: channel.name, code: code ?? 'internal-error', attempt: channel.attempt }, 'an alert waits');
    const known =
      code === null
        ? { cause: 'The agent met a fault of its own. The log has the details.', fix: 'Report it with the log.' }
        : explainAlertFailure(code, error instanceof AppError ? error.detail : {});
    if (code === null) log.warn({ err: error }, 'an alert failed');
    channel.failure = { channel: channel.name, cause: known.cause, action: known.fix };
    this.#listener();
  }

  #recovered(channel: Channel): void {
    channel.attempt = 0;
    channel.retryAt = 0;
    if (channel.failure === null) return;
    channel.failure = null;
    this.#listener();
  }

  #plan(channel: Channel): AlertPlan {
    const settings = this.#deps.settings();
    const { enabled, severity } = settings[channel.name];
    return planAlerts(
      channel.name,
      { enabled, severity, delayMs: settings.delaySeconds * 1_000 },
      { episodes: this.#episodes, records: channel.records, now: this.#deps.clock() },
    );
  }

  #observe(problems: readonly Problem[]): void {
    this.#episodes = observe(this.#episodes, problems, {
      now: this.#deps.clock(),
      delayMs: this.#deps.settings().delaySeconds * 1_000,
      lasting: (id) => this.#heldCodes.includes(id),
    });
  }

  async #keep(channel: Channel, record: AlertRecord): Promise<void> {
    const earlier = channel.records.get(record.problem);
    if (earlier !== undefined) this.#unsaved.delete(earlier);
    channel.records.set(record.problem, record);
    try {
      await this.#deps.memory.saveAlert(record);
    } catch (error) {
      // A newer one has taken its place meanwhile: that one is saved, or waits.
      if (channel.records.get(record.problem) !== record) return;
      this.#unsaved.add(record);
      this.#saveAt = this.#deps.clock() + SAVE_AGAIN_MS;
      this.#deps.log.warn({ err: error }, 'what was told could not be kept; it is tried again');
      this.#look();
    }
  }

  #saveAgain(): void {
    this.#saveAt = Number.POSITIVE_INFINITY;
    const records = Array.from(this.#unsaved);
    this.#unsaved.clear();
    for (const record of records) {
      void this.#keep(this.#channel(record.channel), record);
    }
  }

  #inTurn<T>(channel: Channel, work: () => Promise<T>): Promise<T> {
    const turn = channel.turn.then(work);
    channel.turn = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  #channel(name: AlertChannel): Channel {
    const found = this.#channels.find((channel) => channel.name === name);
    if (found === undefined) throw new Error(`no such channel: ${name}`);
    return found;
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

import { explain } from '../domain/failure.ts';
import type { Warning } from '../domain/meeting.ts';
import type { Plan, RecordedEntry } from '../domain/plan.ts';
import { judgeRemoval, type RemovalMark, SMALL_CHANGE } from '../domain/plausibility.ts';
import { retryWait } from '../domain/retry.ts';
import type { AppError } from '../errors.ts';
import { type Applying, apply, applyOccurrence } from './apply.ts';
import { Gate } from './gate.ts';
import { planFor } from './planning.ts';
import type {
  CalendarProvider,
  CalendarSettings,
  CalendarTarget,
  Claim,
  Clock,
  Ledger,
  Outcome,
  ResultState,
} from './ports.ts';
import { distinct, failureOf, resultError, resultPayload } from './result.ts';

const LEASE_MS = 5 * 60_000;
const CONCURRENCY = 8;
const QUOTA_WAIT_MS = 60 * 60_000;
/** Longest sleep between two looks at the ledger: timers overflow, clocks are set. */
const LONGEST_SLEEP_MS = 60_000;
const LEDGER_RETRY_MS = 1_000;
/** Nothing waits longer on purpose; what seems to was scheduled by a clock that went ahead. */
const LONGEST_WAIT_MS = QUOTA_WAIT_MS + 5 * 60_000;
/** Smaller corrections of the clock only shift a wait by as much. */
const CLOCK_STEP_MS = 60_000;
/** A removal waits so long for others of the same change: a burst of cancellations arrives within it. */
const REMOVAL_SETTLES_MS = 1_000;

export interface DeliveryLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface DeliveryDeps {
  ledger: Ledger;
  calendar: CalendarProvider;
  settings(): CalendarSettings;
  target(): CalendarTarget;
  entryId(device: string, uid: string, generation: number): string;
  agentId: string;
  owner: string;
  clock: Clock;
  random(): number;
  log: DeliveryLog;
  /** A result waits to be published. `ms` = since the oldest wish was taken; null when none was open. */
  onSettled(outcome: { state: ResultState; code: string | null; ms: number | null }): void;
  onForeignAgent(device: string, agent: string): void;
  /** The condition that concerns the whole account, with its facts; null when it ended. */
  onGate(code: string | null, detail: Readonly<Record<string, string>>): void;
  onLedgerFailure(error: AppError): void;
  /** A look at the ledger went well. */
  onLedgerWorks(): void;
}

/** Takes due meetings from the ledger, several at a time, and brings the calendar to what is wanted. */
export class Delivery implements AsyncDisposable {
  readonly #deps: DeliveryDeps;
  readonly #gate: Gate;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #loop: Promise<void> | null = null;
  #wake: () => void = () => {};
  #woken = false;
  /** The time at the last look; null before the first. */
  #lookedAt: number | null = null;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    this.#gate = new Gate(deps.clock);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Something may be due. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** The condition that closed the account may have ended: new authorisation, other calendar. */
  async reopen(): Promise<void> {
    this.#gate.open();
    this.#deps.onGate(null, {});
    await this.#deps.ledger.wake({ all: true });
    this.wake();
  }

  /** Resolves when the writes under way have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    const { ledger, owner } = this.#deps;
    while (!this.#stop.signal.aborted) {
      this.#woken = false;
      try {
        await this.#minding(this.#deps.clock());
        const claims = await ledger.claim(CONCURRENCY - this.#running.size, LEASE_MS, owner);
        for (const claim of claims) this.#begin(claim);
        const full = this.#running.size >= CONCURRENCY;
        if (claims.length > 0 && !full) continue;
        this.#deps.onLedgerWorks();
        await this.#sleep(full ? null : await ledger.nextDueAt());
      } catch (error) {
        this.#deps.onLedgerFailure(failureOf(error));
        await this.#sleep(this.#deps.clock() + LEDGER_RETRY_MS);
      }
    }
  }

  /**
   * A machine that starts with a wrong clock sets it later, and waits that were told by the wrong one would last for
   * hours. Due times that cannot be are found at the start, a step back at the next look.
   */
  async #minding(now: number): Promise<void> {
    const before = this.#lookedAt;
    const setBack = before !== null && now < before - CLOCK_STEP_MS;
    if (setBack) this.#gate.clockSet();
    if (setBack || before === null) {
      const dueAfter = setBack ? now : now + LONGEST_WAIT_MS;
      await this.#deps.ledger.hasten({ dueAfter, leaseUntil: now + LEASE_MS });
    }
    this.#lookedAt = now;
  }

  #begin(claim: Claim): void {
    const work = this.#deliver(claim)
      .catch((error: unknown) => {
        // The lease runs out by itself; what was written is found again by its id.
        this.#deps.onLedgerFailure(failureOf(error));
      })
      .finally(() => {
        this.#running.delete(work);
        this.wake();
      });
    this.#running.add(work);
  }

  async #sleep(until: number | null): Promise<void> {
    if (this.#woken || this.#stop.signal.aborted) return;
    const ms = Math.min(LONGEST_SLEEP_MS, Math.max(until === null ? LONGEST_SLEEP_MS : until - this.#deps.clock(), 5));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }

  async #deliver(claim: Claim): Promise<void> {
    const { settings, target, agentId, clock, log } = this.#deps;
    let plan: Plan;
    try {
      plan = planFor(claim, { settings: settings(), target: target(), agentId, now: clock() });
    } catch (error) {
      log.error({ err: error, ...traceOf(claim) }, 'a meeting could not be planned');
      await this.#settle(
        claim,
        this.#ended(claim, 'failed', { code: 'meeting-invalid', warnings: claim.main?.warnings ?? [] }),
      );
      return;
    }
    if (plan.steps.length === 0) {
      await this.#settle(claim, this.#ended(claim, plan.state, { code: plan.code, warnings: plan.warnings }));
      return;
    }
    if (removes(plan) && !(await this.#mayRemove(claim, plan))) return;
    const closed = this.#gate.enter();
    if (closed !== null) {
      await this.#settle(claim, this.#closed(claim, plan, closed));
      return;
    }
    await this.#write(claim, plan);
  }

  /** Whether a removal goes ahead; where not, it is settled as waiting for others of its change, or for a person. */
  async #mayRemove(claim: Claim, plan: Plan): Promise<boolean> {
    const verdict = judgeRemoval(claim.removal, await this.#deps.ledger.removals(SMALL_CHANGE));
    if (verdict === 'go') return true;
    const { warnings } = plan;
    const stopped = {
      ...this.#ended(claim, 'held', { code: 'removals-stopped', warnings }),
      removal: 'stopped' as const,
    };
    const settling: Ended = {
      ...this.#ended(claim, 'pending', { code: null, warnings }),
      removal: 'settling',
      nextAttemptAt: this.#deps.clock() + REMOVAL_SETTLES_MS,
    };
    await this.#settle(claim, verdict === 'stop' ? stopped : settling);
    return false;
  }

  async #write(claim: Claim, plan: Plan): Promise<void> {
    const { ledger, calendar, entryId, agentId, log } = this.#deps;
    const key = { device: claim.device, uid: claim.uid };
    const context: Applying = {
      key,
      calendar,
      agentId,
      entryId: (generation) => entryId(key.device, key.uid, generation),
      intend: (recorded) => ledger.intend(key, recorded),
      onForeignAgent: (agent) => this.#deps.onForeignAgent(key.device, agent),
    };
    const recorded: RecordedEntry[] = [];
    const occurrences: Outcome['occurrences'] = [];
    const history: Outcome['history'] = [];
    let main = claim.recorded.find((item) => item.occurrence === null) ?? null;
    try {
      for (const step of plan.steps) {
        if (step.action === 'change-occurrence' || step.action === 'cancel-occurrence') {
          if (main === null || main.state !== 'live') continue;
          const item = await this.#occurrence(step, main, context);
          if (item.recorded !== null) recorded.push(item.recorded);
          occurrences.push(item.result);
        } else {
          main = await apply(step, context);
          recorded.push(main);
        }
        history.push({ action: `calendar ${step.action}`, detail: plan.reason });
        log.info({ ...traceOf(claim), action: step.action, eventId: main?.eventId }, 'calendar written');
      }
    } catch (error) {
      await this.#failed(claim, plan, { error: failureOf(error), recorded, history });
      return;
    }
    const opened = this.#gate.open();
    if (opened !== null) {
      this.#deps.onGate(null, {});
      await ledger.wake({ codes: [opened] });
    }
    const deleted = main?.state === 'deleted-by-person';
    const ended = this.#ended(claim, deleted ? 'skipped' : plan.state, { code: null, warnings: plan.warnings });
    if (deleted) {
      const message = 'A person deleted the entry in the calendar; it is left deleted.';
      ended.warnings.push({ code: 'deleted-in-calendar', path: '', message });
    }
    const removal = !removes(plan) ? null : claim.removal === 'confirmed' ? 'confirmed' : 'done';
    await this.#settle(claim, { ...ended, recorded, occurrences, history, removal });
  }

  async #occurrence(step: Parameters<typeof applyOccurrence>[0], main: RecordedEntry, context: Applying) {
    const occurrence = step.occurrence;
    try {
      const recorded = await applyOccurrence(step, main, context);
      const state: ResultState = step.action === 'cancel-occurrence' ? 'cancelled' : 'synced';
      return { recorded, result: { occurrence, state, error: null } };
    } catch (error) {
      const failure = failureOf(error);
      if (explain(failure.code).class !== 'meeting') throw error;
      const result = { occurrence, state: 'failed' as ResultState, error: resultError(failure.code, failure.detail) };
      return { recorded: null, result };
    }
  }

  async #failed(
    claim: Claim,
    plan: Plan,
    failed: { error: AppError; recorded: RecordedEntry[]; history: Outcome['history'] },
  ): Promise<void> {
    const { error, recorded, history } = failed;
    const { clock, random, log } = this.#deps;
    const known = explain(error.code, error.detail);
    log.warn({ err: error, ...traceOf(claim), code: known.code, attempt: claim.attempt + 1 }, 'a write failed');
    const ended = this.#ended(claim, 'pending', { code: known.code, warnings: plan.warnings, detail: error.detail });
    const outcome = {
      ...ended,
      recorded,
      history: [...history, { action: 'failed', detail: known.title }],
      attempt: claim.attempt + 1,
      removal: markOf(claim, plan),
    };
    switch (known.class) {
      case 'meeting':
      case 'request':
        this.#gate.undecided();
        await this.#settle(claim, { ...outcome, state: 'failed' });
        return;
      case 'retry': {
        this.#gate.undecided();
        const wait = retryWait(claim.attempt, error.retryAfterMs, random);
        await this.#settle(claim, { ...outcome, nextAttemptAt: clock() + wait });
        return;
      }
      case 'rate':
      case 'quota': {
        const wait = known.class === 'quota' ? QUOTA_WAIT_MS : retryWait(claim.attempt, error.retryAfterMs, random);
        const until = this.#gate.close(known.code, Math.max(wait, error.retryAfterMs ?? 0));
        this.#deps.onGate(known.code, error.detail);
        await this.#settle(claim, { ...outcome, nextAttemptAt: until });
        return;
      }
      case 'held': {
        // Ended authorisations wait for a person; the other conditions are looked at again from time to time.
        const asleep = !this.#deps.target().ok;
        const until = asleep ? null : this.#gate.close(known.code);
        this.#deps.onGate(known.code, error.detail);
        await this.#settle(claim, { ...outcome, state: 'held', nextAttemptAt: until });
      }
    }
  }

  #closed(claim: Claim, plan: Plan, closed: { code: string; until: number }): Ended {
    const held = explain(closed.code).class === 'held';
    const ended = this.#ended(claim, held ? 'held' : 'pending', { code: closed.code, warnings: plan.warnings });
    return { ...ended, attempt: claim.attempt, nextAttemptAt: closed.until, removal: markOf(claim, plan) };
  }

  #ended(
    claim: Claim,
    state: ResultState,
    facts: { code: string | null; warnings: Warning[]; detail?: Readonly<Record<string, string>> },
  ): Ended {
    return {
      device: claim.device,
      uid: claim.uid,
      version: claim.version,
      state,
      error: facts.code === null ? null : resultError(facts.code, facts.detail),
      warnings: distinct(facts.warnings),
      occurrences: [],
      nextAttemptAt: null,
      recorded: [],
      attempt: 0,
      removal: null,
      history: [],
    };
  }

  async #settle(claim: Claim, ended: Ended): Promise<void> {
    const main =
      ended.recorded.find((item) => item.occurrence === null) ??
      claim.recorded.find((item) => item.occurrence === null) ??
      null;
    const sequence = Math.max(claim.main?.sequence ?? 0, ...claim.occurrences.map((wish) => wish.sequence));
    const result = resultPayload(ended, { sequence, main, now: this.#deps.clock() });
    await this.#deps.ledger.settle({ ...ended, result });
    const ms = claim.openSince === null ? null : this.#deps.clock() - claim.openSince;
    this.#deps.onSettled({ state: ended.state, code: ended.error?.code ?? null, ms });
  }
}

type Ended = Omit<Outcome, 'result'>;

/** What leads from a line of the log to its meeting, and back to the message that asked for it. */
function traceOf(claim: Claim): { correlation: string | null; device: string; uid: string } {
  return { correlation: claim.correlation, device: claim.device, uid: claim.uid };
}

function removes(plan: Plan): boolean {
  return plan.steps.some((step) => step.action === 'remove');
}

/** A removal that could not be carried out keeps its mark. */
function markOf(claim: Claim, plan: Plan): RemovalMark | null {
  return removes(plan) ? claim.removal : null;
}

import { explain } from '../domain/failure.ts';
import { concernsGuests, newGuests, withoutNewGuests } from '../domain/invitations.ts';
import type { Warning } from '../domain/meeting.ts';
import type { Plan, RecordedEntry } from '../domain/plan.ts';
import { judgeRemoval, type RemovalMark, SMALL_CHANGE } from '../domain/plausibility.ts';
import { retryWait } from '../domain/retry.ts';
import type { AppError } from '../errors.ts';
import { type Applying, apply, applyOccurrence } from './apply.ts';
import { Gate } from './gate.ts';
import type { InvitationBudget } from './invitation-budget.ts';
import { planFor } from './planning.ts';
import type {
  CalendarProvider,
  CalendarSettings,
  CalendarTarget,
  Claim,
  Clock,
  Ledger,
  MeetingKey,
  Outcome,
  ResultState,
} from './ports.ts';
import { distinct, failureOf, resultError, resultPayload } from './result.ts';

const LEASE_MS = 5 * 60_000;
/** Meetings written at once. */
const CONCURRENCY = 8;
/** Meetings leased at once, those that wait for a place included. */
const LEASED = 24;
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
  budget: InvitationBudget;
  /** A condition that concerns the whole account, or all its invitations, with its facts; null when it ended. */
  onGate(gate: 'account' | 'invitations', code: string | null, detail: Readonly<Record<string, string>>): void;
  onLedgerFailure(error: AppError): void;
}

/** Takes due meetings from the ledger, several at a time, and brings the calendar to what is wanted. */
export class Delivery implements AsyncDisposable {
  readonly #deps: DeliveryDeps;
  readonly #gate: Gate;
  /** Google pauses invitations alone; meetings without guests go on. */
  readonly #invitations: Gate;
  readonly #stop = new AbortController();
  /** Leased, and waiting for one of those that run to end. */
  readonly #ready: Claim[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #settling = new Set<Promise<void>>();
  /** Taken from the ledger and not settled yet, whatever became of the lease: a clock that leaps ends it early. */
  readonly #mine = new Set<string>();
  /** Claimed once more while they are under way. */
  readonly #again = new Set<string>();
  #loop: Promise<void> | null = null;
  #wake: () => void = () => {};
  #woken = false;
  /** More is due than there is room for. */
  #wantsRoom = false;
  /** The time at the last look; null before the first. */
  #lookedAt: number | null = null;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    this.#gate = new Gate(deps.clock);
    this.#invitations = new Gate(deps.clock);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Something may be due. */
  wake(): void {
    this.#woken = true;
    if (!this.#isFull()) this.#wake();
  }

  /** A person wants a meeting tried now, whatever stood in the way. */
  async retry(key: MeetingKey): Promise<void> {
    // First: the meeting may be taken up before the ledger has answered.
    this.#gate.hasten();
    this.#invitations.hasten();
    await this.#deps.ledger.wake({ key });
    this.wake();
  }

  /** The condition that closed the account may have ended: new authorisation, other calendar. */
  async reopen(): Promise<void> {
    this.#open(this.#gate, 'account');
    this.#open(this.#invitations, 'invitations');
    await this.#deps.ledger.wake({ all: true });
    this.wake();
  }

  #open(gate: Gate, name: 'account' | 'invitations'): string | null {
    const code = gate.open();
    if (code !== null) this.#deps.onGate(name, null, {});
    return code;
  }

  /** Resolves when the writes under way have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#loop;
    // The leases of what was not begun end with the process.
    this.#ready.length = 0;
    await Promise.all(this.#running);
    await Promise.all(this.#settling);
  }

  async #run(): Promise<void> {
    const { ledger, owner } = this.#deps;
    while (!this.#stop.signal.aborted) {
      this.#woken = false;
      try {
        await this.#minding(this.#deps.clock());
        const room = LEASED - this.#ready.length - this.#running.size;
        const claims = room < LEASED / 2 ? [] : await ledger.claim(room, LEASE_MS, owner);
        for (const claim of claims) this.#take(claim);
        this.#fill();
        this.#wantsRoom = this.#isFull();
        if (this.#wantsRoom) await this.#sleep(null);
        else if (claims.length < room) await this.#sleep(await ledger.nextDueAt());
      } catch (error) {
        this.#deps.onLedgerFailure(failureOf(error));
        await this.#sleep(this.#deps.clock() + LEDGER_RETRY_MS);
      }
    }
  }

  /**
   * One delivery per meeting. What is claimed again before the end of the last one has come back from the disk (newer
   * wishes arrived, or the clock leapt over the lease) was read too early to be delivered: it is given back then.
   */
  #take(claim: Claim): void {
    const key = keyOf(claim);
    if (this.#mine.has(key)) this.#again.add(key);
    else {
      this.#mine.add(key);
      this.#ready.push(claim);
    }
  }

  #leave(claim: Claim): void {
    const key = keyOf(claim);
    this.#mine.delete(key);
    if (!this.#again.delete(key)) return;
    this.#deps.ledger.giveBack({ device: claim.device, uid: claim.uid }).then(
      () => this.wake(),
      (error: unknown) => this.#deps.onLedgerFailure(failureOf(error)),
    );
  }

  /**
   * A machine that starts with a wrong clock sets it later, and waits that were told by the wrong one would last for
   * hours. Due times that cannot be are found at the start, a step back at the next look.
   */
  async #minding(now: number): Promise<void> {
    const before = this.#lookedAt;
    const setBack = before !== null && now < before - CLOCK_STEP_MS;
    if (setBack) for (const gate of [this.#gate, this.#invitations]) gate.hasten();
    if (setBack || before === null) {
      const dueAfter = setBack ? now : now + LONGEST_WAIT_MS;
      await this.#deps.ledger.hasten({ dueAfter, leaseUntil: now + LEASE_MS });
    }
    this.#lookedAt = now;
  }

  /** Meetings are leased several at a time: one commit for many, and none of them waits for it in a free place. */
  #isFull(): boolean {
    return LEASED - this.#ready.length - this.#running.size < LEASED / 2;
  }

  #fill(): void {
    while (this.#running.size < CONCURRENCY && !this.#stop.signal.aborted) {
      const claim = this.#ready.shift();
      if (claim === undefined) return;
      this.#begin(claim);
    }
  }

  #begin(claim: Claim): void {
    const work = this.#deliver(claim)
      .catch((error: unknown) => {
        // The lease runs out by itself; what was written is found again by its id.
        this.#deps.onLedgerFailure(failureOf(error));
        this.#leave(claim);
      })
      .finally(() => {
        this.#running.delete(work);
        this.#fill();
        if (this.#wantsRoom && !this.#isFull()) this.#wake();
      });
    this.#running.add(work);
  }

  async #sleep(until: number | null): Promise<void> {
    // What was told meanwhile is looked at as soon as there is room for it.
    if ((this.#woken && !this.#isFull()) || this.#stop.signal.aborted) return;
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
      this.#settle(
        claim,
        this.#ended(claim, 'failed', { code: 'meeting-invalid', warnings: claim.main?.warnings ?? [] }),
      );
      return;
    }
    if (plan.steps.length === 0) {
      const ended = this.#ended(claim, plan.state, { code: plan.code, warnings: plan.warnings });
      this.#settle(claim, { ...ended, recorded: fulfilled(claim, plan) });
      return;
    }
    if (removes(plan) && !(await this.#mayRemove(claim, plan))) return;
    const closed = this.#gate.enter();
    if (closed !== null) {
      this.#settle(claim, this.#closed(claim, plan, closed));
      return;
    }
    await this.#invite(claim, plan);
  }

  /** New guests need room in the cap of the hour, and no pause on Google's side; where they have to wait, so it is said. */
  async #invite(claim: Claim, plan: Plan): Promise<void> {
    if (!concernsGuests(plan)) return this.#write(claim, plan, { invited: 0, deferred: null });
    const guests = newGuests(plan);
    const { budget, settings } = this.#deps;
    const { guestsPerHour } = settings();
    const closed = this.#invitations.enter();
    const until = closed === null && guests > 0 ? budget.take(guests, guestsPerHour) : null;
    const deferred = closed ?? (until === null ? null : { code: 'invitations-capped', until });
    if (deferred === null) return this.#write(claim, plan, { invited: guests, deferred });
    // Room in the cap says nothing about Google's pause.
    if (closed === null) this.#invitations.undecided();
    const bare = this.#bare(plan);
    if (bare !== null) return this.#write(claim, bare, { invited: 0, deferred });
    this.#gate.undecided();
    this.#settle(claim, this.#closed(claim, plan, deferred));
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
    this.#settle(claim, verdict === 'stop' ? stopped : settling);
    return false;
  }

  /** The part of the plan that may go on while invitations are paused; null = none, or the settings want it to wait. */
  #bare(plan: Plan): Plan | null {
    if (this.#deps.settings().invitationsPaused === 'wait') return null;
    const bare = withoutNewGuests(plan);
    return bare === null || concernsGuests(bare) ? null : bare;
  }

  async #write(
    claim: Claim,
    plan: Plan,
    invitations: { invited: number; deferred: { code: string; until: number } | null },
  ): Promise<void> {
    const { ledger, calendar, entryId, agentId, log, budget } = this.#deps;
    const { invited, deferred } = invitations;
    const left: string[] = [];
    const key = { device: claim.device, uid: claim.uid };
    const context: Applying = {
      key,
      calendar,
      agentId,
      entryId: (generation) => entryId(key.device, key.uid, generation),
      intend: (recorded) => ledger.intend(key, recorded),
      changedInCalendar: this.#deps.settings().changedInCalendar,
      onPersonsChange(fields, outcome) {
        if (outcome === 'left') left.push(...fields);
        const detail = `a person had changed ${fields.join(', ')} in the calendar`;
        history.push({ action: outcome === 'left' ? 'left as it is' : 'set back', detail });
      },
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
      const failure = failureOf(error);
      // Whether the mails went out is not known then: better to count them twice than not at all. More often is wrong:
      // an outage of Google would use up the cap with mails that nobody got.
      const counts = failure.code === 'google-unavailable' && claim.attempt === 0;
      if (invited > 0) budget[counts ? 'spend' : 'giveBack'](invited);
      await this.#failed(claim, plan, { error: failure, recorded, history });
      return;
    }
    if (invited > 0) budget.spend(invited);
    const opened = [
      this.#open(this.#gate, 'account'),
      concernsGuests(plan) ? this.#open(this.#invitations, 'invitations') : null,
    ].filter((code) => code !== null);
    if (opened.length > 0) await ledger.wake({ codes: opened });
    const ended = this.#written(claim, plan, { main, left, deferred });
    const removal = !removes(plan) ? null : claim.removal === 'confirmed' ? 'confirmed' : 'done';
    this.#settle(claim, { ...ended, recorded, occurrences, history, removal, invited });
  }

  /** The state after writing: as planned, unless a person's doing stands in the way, or the guests follow later. */
  #written(
    claim: Claim,
    plan: Plan,
    facts: { main: RecordedEntry | null; left: string[]; deferred: { code: string; until: number } | null },
  ): Ended {
    const { main, left, deferred } = facts;
    const warnings = [...plan.warnings];
    if (main?.state === 'deleted-by-person') {
      // Made anew at once where the settings say so; only a change on the PBX can bring it here again.
      if (this.#deps.settings().deletedInCalendar === 'recreate')
        return { ...this.#ended(claim, 'pending', { code: null, warnings }), nextAttemptAt: this.#deps.clock() };
      const message = 'A person deleted the entry in the calendar; it is left deleted.';
      warnings.push({ code: 'deleted-in-calendar', path: '', message });
      return this.#ended(claim, 'skipped', { code: null, warnings });
    }
    if (left.length > 0) {
      const message = `A person changed ${left.join(', ')} in the calendar; the entry is left as it is.`;
      warnings.push({ code: 'changed-in-calendar', path: '', message });
      return this.#ended(claim, 'skipped', { code: null, warnings });
    }
    if (deferred === null) return this.#ended(claim, plan.state, { code: null, warnings });
    return { ...this.#ended(claim, 'pending', { code: deferred.code, warnings }), nextAttemptAt: deferred.until };
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
    // Nothing was sent; the next start takes it up again.
    if (error.code === 'agent-stopping') return;
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
        this.#undecided();
        this.#settle(claim, { ...outcome, state: 'failed' });
        return;
      case 'retry': {
        this.#undecided();
        const wait = retryWait(claim.attempt, error.retryAfterMs, random);
        this.#settle(claim, { ...outcome, nextAttemptAt: clock() + wait });
        return;
      }
      case 'rate':
      case 'quota': {
        const quota = known.class === 'quota' && concernsGuests(plan);
        this.#undecided();
        const wait = known.class === 'quota' ? QUOTA_WAIT_MS : retryWait(claim.attempt, error.retryAfterMs, random);
        const gate = quota ? this.#invitations : this.#gate;
        const until = gate.close(known.code, Math.max(wait, error.retryAfterMs ?? 0));
        this.#deps.onGate(quota ? 'invitations' : 'account', known.code, error.detail);
        // Where the entry may come before its guests it does so at once.
        const at = quota && this.#bare(plan) !== null ? clock() : until;
        this.#settle(claim, { ...outcome, nextAttemptAt: at });
        return;
      }
      case 'held': {
        this.#undecided();
        // Ended authorisations wait for a person; the other conditions are looked at again from time to time.
        const asleep = !this.#deps.target().ok;
        const until = asleep ? null : this.#gate.close(known.code);
        this.#deps.onGate('account', known.code, error.detail);
        this.#settle(claim, { ...outcome, state: 'held', nextAttemptAt: until });
      }
    }
  }

  /** What went through the gates as a probe said nothing about their conditions. */
  #undecided(): void {
    this.#gate.undecided();
    this.#invitations.undecided();
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
      invited: 0,
      history: [],
    };
  }

  /** Nobody waits for it: the lease keeps the meeting until it is done, and the next one can begin. */
  #settle(claim: Claim, ended: Ended): void {
    const main =
      ended.recorded.find((item) => item.occurrence === null) ??
      claim.recorded.find((item) => item.occurrence === null) ??
      null;
    const sequence = Math.max(claim.main?.sequence ?? 0, ...claim.occurrences.map((wish) => wish.sequence));
    const result = resultPayload(ended, { sequence, main, now: this.#deps.clock() });
    const work = this.#deps.ledger
      .settle({ ...ended, result })
      .then(
        () => {
          const ms = claim.openSince === null ? null : this.#deps.clock() - claim.openSince;
          this.#deps.onSettled({ state: ended.state, code: ended.error?.code ?? null, ms });
          // It may be due again: newer wishes arrived meanwhile, or a time was set.
          this.#leave(claim);
          this.wake();
        },
        (error: unknown) => this.#deps.onLedgerFailure(failureOf(error)),
      )
      .finally(() => {
        this.#settling.delete(work);
        this.#leave(claim);
      });
    this.#settling.add(work);
  }
}

type Ended = Omit<Outcome, 'result'>;

/** What leads from a line of the log to its meeting, and back to the message that asked for it. */
/** Neither a device nor a uid contains a line break. */
function keyOf({ device, uid }: MeetingKey): string {
  return `${device}\n${uid}`;
}

function traceOf(claim: Claim): { correlation: string | null; device: string; uid: string } {
  return { correlation: claim.correlation, device: claim.device, uid: claim.uid };
}

/** The entry is as asked without a write: it fulfils the newest sequence, and a later change of settings is known as such. */
function fulfilled(claim: Claim, plan: Plan): RecordedEntry[] {
  const main = claim.recorded.find((item) => item.occurrence === null);
  const sequence = claim.main?.sequence ?? -1;
  if (plan.state !== 'synced' || main?.state !== 'live' || main.sequence >= sequence) return [];
  return [{ ...main, sequence }];
}

function removes(plan: Plan): boolean {
  return plan.steps.some((step) => step.action === 'remove');
}

/** A removal that could not be carried out keeps its mark. */
function markOf(claim: Claim, plan: Plan): RemovalMark | null {
  return removes(plan) ? claim.removal : null;
}

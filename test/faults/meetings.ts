import { ACCOUNT } from '../e2e/harness.ts';
import type { Fault } from '../fakes/google/faults.ts';
import type { LoggedRequest } from '../fakes/google/types.ts';
import { type Calls, type Message, OPERATIONS, type OperationName } from './operations.ts';
import { type Cell, FAILURES, type Failure, nameOf } from './table.ts';
import { readHeld, violationsOf } from './verify.ts';
import { type World, within } from './world.ts';

/** One cell under way: its meeting, its failure, and whether the failure was met. */
export interface Walk {
  cell: Cell;
  uid: string;
  failure: Failure;
  met: boolean;
  fault: Fault | null;
}

/** The meetings that a walk is done with, and the calls that belong to them. */
export class Meetings {
  readonly #world: World;
  readonly #firstIds = new Map<string, string>();
  readonly #trigger = new Map<string, Message>();
  #read = 0;
  #number = 0;

  constructor(world: World) {
    this.#world = world;
  }

  begin(cell: Cell): Walk {
    this.#number += 1;
    return { cell, uid: `cell-${this.#number}`, failure: FAILURES[cell.failure], met: false, fault: null };
  }

  /** Brings the meetings to where their calls are due. */
  async prepare(walks: Walk[]): Promise<void> {
    await Promise.all(
      walks.map(async (walk) => {
        const { prepare, arrange } = operationOf(walk);
        for (const message of prepare(walk.uid)) await this.#settled(walk, message);
        for (const fault of arrange?.(this.#calls(walk.uid)) ?? []) this.#world.google.faults.add(fault);
      }),
    );
  }

  /** Puts the failure in the way of the one call; resolves when the call meets it. */
  arm(walk: Walk, how: { times: number; until?: Promise<unknown> }): Promise<void> {
    const { hits } = operationOf(walk);
    const calls = this.#calls(walk.uid);
    return armed(this.#world, walk, { ...how, where: (call) => hits(call, calls) });
  }

  disarm(walks: Walk[]): void {
    for (const { fault } of walks) if (fault !== null) this.#world.google.faults.remove(fault);
  }

  async trigger(walk: Walk): Promise<void> {
    const message = operationOf(walk).trigger(walk.uid);
    this.#trigger.set(walk.uid, message);
    await this.#world.pbx.send(message.event, message.operation);
  }

  /** Waits until each result stands; what Google paused for hours is waited for in no time. */
  async end(walks: Walk[]): Promise<void> {
    const { pbx } = this.#world;
    const waiting = new Set(walks);
    const all = Promise.all(
      walks.map(async (walk) => {
        const sequence = sequenceOf(operationOf(walk).trigger(walk.uid));
        const done = (result: { sequence: number; state: string }) =>
          result.sequence === sequence && result.state === operationOf(walk).end.state;
        await pbx.result(walk.uid, done);
        waiting.delete(walk);
      }),
    );
    const quotas = setInterval(() => {
      const paused = [...waiting].some((walk) => pbx.results.get(walk.uid)?.error?.code === 'quota-exceeded');
      if (paused) this.#world.advance(61 * 60_000);
    }, 400);
    try {
      await within(all, () =>
        [...waiting].map((walk) => `${nameOf(walk.cell)}: ${JSON.stringify(pbx.results.get(walk.uid))}`).join('\n'),
      );
    } finally {
      clearInterval(quotas);
    }
  }

  /** One line for every cell that ended wrongly. */
  violations(walks: Walk[]): string[] {
    const held = readHeld(this.#world.google);
    return walks.flatMap((walk) => {
      const found = violationsOf({ uid: walk.uid, operation: operationName(walk) }, held, this.#world.pbx);
      if (!walk.met) found.push('the failure was never met');
      return found.map((text) => `${nameOf(walk.cell)}: ${text}`);
    });
  }

  /** What a PBX publishes when it is asked for everything: the same content and sequences in new messages. */
  async publishAllAgain(): Promise<number> {
    const all = [...this.#trigger.values()];
    await Promise.all(
      all.map(({ event, operation }) =>
        this.#world.pbx.send({ ...event, id: `again-${String(event['id'])}` }, operation),
      ),
    );
    return all.length;
  }

  async #settled(walk: Walk, message: Message): Promise<void> {
    const { pbx } = this.#world;
    const sequence = sequenceOf(message);
    await pbx.send(message.event, message.operation);
    await within(
      pbx.result(walk.uid, (result) => result.sequence === sequence && result.state !== 'pending'),
      () => `${nameOf(walk.cell)}, its preparation: ${JSON.stringify(pbx.results.get(walk.uid))}`,
    );
  }

  #calls(uid: string): Calls {
    const first = () => this.#firstIdOf(uid);
    return {
      uid,
      stored: () =>
        this.#world.google
          .events(ACCOUNT.email)
          .some((event) => event.extendedProperties?.private?.['pbxMeeting'] === uid),
      get first() {
        return first();
      },
    };
  }

  /** From the log of the stand-in, which has every insert. */
  #firstIdOf(uid: string): string {
    const log = this.#world.google.requests;
    for (; this.#read < log.length; this.#read += 1) {
      const written = insertOf(log[this.#read]);
      if (written !== null && !this.#firstIds.has(written.uid)) this.#firstIds.set(written.uid, written.id);
    }
    return this.#firstIds.get(uid) ?? 'none';
  }
}

/** Adds the failure of a cell to the stand-in; resolves when a call meets it. */
export function armed(
  world: World,
  walk: Walk,
  how: { times: number; until?: Promise<unknown>; where(call: LoggedRequest): boolean },
): Promise<void> {
  return new Promise((resolve) => {
    const { kind, retryAfter } = walk.failure;
    walk.fault = {
      match: { where: how.where },
      kind,
      times: how.times,
      ...retryAfter,
      // In the agent's time a third of a second is ten seconds.
      ...(kind === 'slow' ? { delayMs: 300 } : {}),
      ...(how.until === undefined ? {} : { until: how.until }),
      onHit() {
        walk.met = true;
        resolve();
      },
    };
    world.google.faults.add(walk.fault);
  });
}

const operationName = (walk: Walk): OperationName =>
  walk.cell.group === 'meeting' ? (walk.cell.operation as OperationName) : 'create: insert';
const operationOf = (walk: Walk) => OPERATIONS[operationName(walk)];

function sequenceOf({ event }: Message): number {
  return (event['data'] as { sequence: number }).sequence;
}

function insertOf(call: LoggedRequest | undefined): { uid: string; id: string } | null {
  if (call?.method !== 'POST' || !call.path.endsWith('/events')) return null;
  const body = call.body as { id?: string; extendedProperties?: { private?: Record<string, string> } } | undefined;
  const uid = body?.extendedProperties?.private?.['pbxMeeting'];
  return body?.id === undefined || uid === undefined ? null : { uid, id: body.id };
}

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalContent, readIdentityPayload, readMeetingEvent } from '../../src/contracts/mqtt.ts';
import { readIdentity } from '../../src/domain/device.ts';
import type { Operation } from '../../src/domain/meeting.ts';
import { AppError } from '../../src/errors.ts';
import { openLedger } from '../../src/ledger/sqlite.ts';
import { Delivery } from '../../src/sync/delivery.ts';
import { createIngest } from '../../src/sync/ingest.ts';
import { InvitationBudget } from '../../src/sync/invitation-budget.ts';
import { type CalendarSettings, defaultCalendarSettings, type Ledger } from '../../src/sync/ports.ts';
import { type CalendarInProcess, calendarInProcess, type Fate, OWNER } from './google/in-process.ts';

export const DEVICE = 'c074ad123456';

/** What takes longer than that goes round in circles. */
const MOST_ROUNDS = 200;

/**
 * The real way of a message, from its bytes to the calendar, without broker and network: ingest, ledger, plan, delivery,
 * and the stand-in for Google. Its clock stands still but for waits, which are skipped.
 */
export interface EngineBench extends AsyncDisposable {
  ledger: Ledger;
  calendar: CalendarInProcess;
  settings: CalendarSettings;
  /** What happens to the next writes; `crash`: the process ends before the outcome of a meeting is noted. */
  fates: (Fate | 'crash')[];
  /** How often each fate came true. */
  came: Record<'refused' | 'lost' | 'crash', number>;
  publish(operation: Operation, document: unknown): Promise<void>;
  /** One attempt at what is due now, if anything is; whatever comes of it. */
  turn(): Promise<void>;
  /** Until nothing is due any more. */
  drain(): Promise<void>;
}

export async function openEngineBench(options: { now: string }): Promise<EngineBench> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  let now = Date.parse(options.now);
  const clock = () => now;
  const fates: (Fate | 'crash')[] = [];
  const came = { refused: 0, lost: 0, crash: 0 };
  const ledger = openLedger({ file: join(dir, 'ledger.db'), clock });
  const calendar = calendarInProcess(clock, () => {
    const fate = fates[0];
    if (fate === undefined || fate === 'crash') return 'done';
    fates.shift();
    if (fate !== 'done') came[fate] += 1;
    return fate;
  });
  let underWay = 0;
  let settled: () => void = () => {};
  const watched: Ledger = {
    ...ledger,
    async claim(...lease) {
      const claims = await ledger.claim(...lease);
      underWay += claims.length;
      return claims;
    },
    async giveBack(key) {
      await ledger.giveBack(key);
      underWay -= 1;
      settled();
    },
    async settle(outcome) {
      const crash = fates[0] === 'crash';
      if (crash) {
        fates.shift();
        came.crash += 1;
      } else await ledger.settle(outcome);
      underWay -= 1;
      settled();
      // The lease runs out, and another process comes back to the meeting.
      if (crash) throw new AppError('ledger-unavailable', 'the process ended');
    },
  };
  const log = { info() {}, warn() {}, error() {} };
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
  const settings: CalendarSettings = { ...defaultCalendarSettings };
  const delivery = new Delivery({
    ledger: watched,
    calendar: calendar.provider,
    settings: () => settings,
    target: () => ({ ok: true, account: 'sub', address: OWNER, calendarId: OWNER, primary: true }),
    entryId: (device, uid, generation) => sha256(`${device}\n${uid}\n${generation}`).slice(0, 40),
    agentId: 'agent',
    owner: 'bench',
    clock,
    random: () => 0.5,
    log,
    onSettled() {},
    onForeignAgent() {},
    onGate() {},
    onLedgerFailure() {},
    budget: new InvitationBudget(clock, []),
  });
  const receive = createIngest({
    ledger,
    route: (topic) => ({ device: DEVICE, kind: 'meeting', operation: topic as Operation }),
    serves: () => true,
    readEvent: readMeetingEvent,
    readIdentity(payload) {
      const read = readIdentityPayload(payload);
      return read.ok ? { ok: true, identity: readIdentity(read.identity) } : read;
    },
    readReply: () => null,
    async onReply() {},
    onTaken() {},
    canonical: canonicalContent,
    sha256,
    taking: () => ({}),
    clock,
    log,
    onAccepted() {},
    onRejected() {},
    onDevice() {},
  });
  const identity = readIdentity({ model: 'UCM6304', firmware: '1.0.25.7' });
  await ledger.seeDevice(DEVICE, { identity });
  delivery.start();
  return {
    ledger,
    calendar,
    settings,
    fates,
    came,
    publish: (operation, document) => receive(operation, new TextEncoder().encode(JSON.stringify(document))),
    async turn() {
      const due = await ledger.nextDueAt();
      if (underWay === 0 && (due === null || due > now)) return;
      const one = new Promise<void>((resolve) => {
        settled = resolve;
      });
      delivery.wake();
      await one;
    },
    async drain() {
      let idle = 0;
      let rounds = 0;
      for (;;) {
        const due = await ledger.nextDueAt();
        if (underWay === 0) {
          if (due === null) {
            if ((await ledger.queue()).pending === 0) return;
            // Either it is about to be begun, or it is leased to a process that ended: then the lease runs out.
            idle += 1;
            await new Promise((resolve) => setTimeout(resolve, 1));
            if (idle > 50) {
              idle = 0;
              now += 5 * 60_000 + 1;
            }
            delivery.wake();
            continue;
          }
          now = Math.max(now, due);
        }
        idle = 0;
        rounds += 1;
        if (rounds > MOST_ROUNDS) throw new Error('the meetings never come to rest');
        const one = new Promise<void>((resolve) => {
          settled = resolve;
        });
        delivery.wake();
        await one;
      }
    },
    async [Symbol.asyncDispose]() {
      await delivery[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

import type { Clock, Ledger, Purged } from './ports.ts';

const DAY_MS = 24 * 3_600_000;
/** The contract's: a message is known by its id, and a result is to be read, for so long. */
const MESSAGES_MS = 30 * DAY_MS;
const RESULTS_MS = 30 * DAY_MS;
/** The clock is looked at this often: a machine that slept, or whose clock was set, is not a day late. */
const LOOK_MS = 3_600_000;
/** Between two shares, so that the purge takes a small part of the disk's time. */
const PAUSE_MS = 20;

export interface KeepingDeps {
  ledger: Pick<Ledger, 'purge'>;
  retentionDays: number;
  clock: Clock;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
  /** Results wait to be emptied on the broker. */
  onEmptied(): void;
}

/** At the start and then once a day, until the signal: what is older than it may be is let go of. Never rejects. */
export async function keepTidy(deps: KeepingDeps, signal: AbortSignal): Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const now = deps.clock();
    if (Math.abs(now - last) >= DAY_MS) {
      try {
        await purgeAll(deps, signal);
        last = now;
      } catch (error) {
        deps.log.error({ err: error }, 'what is too old could not be purged; it is tried again');
      }
    }
    await wait(LOOK_MS, signal);
  }
}

/** Share by share until nothing is left, or the signal. */
export async function purgeAll(deps: KeepingDeps, signal: AbortSignal): Promise<Purged> {
  const { ledger, retentionDays, clock, log } = deps;
  const total: Purged = { meetings: 0, results: 0, history: 0, activity: 0, parked: 0, seen: 0 };
  while (!signal.aborted) {
    const now = clock();
    const limits = {
      meetings: now - retentionDays * DAY_MS,
      results: now - RESULTS_MS,
      messages: now - MESSAGES_MS,
    };
    const { purged, more } = await ledger.purge(limits);
    for (const name of Object.keys(total) as (keyof Purged)[]) total[name] += purged[name];
    if (purged.results + purged.meetings > 0) deps.onEmptied();
    if (!more) break;
    await wait(PAUSE_MS, signal);
  }
  if (Object.values(total).some((count) => count > 0)) log.info({ ...total, retentionDays }, 'purged what is too old');
  return total;
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

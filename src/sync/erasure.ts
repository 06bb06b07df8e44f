import type { Actor, Erased, Ledger, UntouchedEntry } from './ports.ts';

/** So many entries are named in the answer; all of them are counted. */
const NAMED = 200;

export interface Erasure {
  /** Names the address without holding it. */
  address: string;
  erased: Erased;
  /** Entries in whose guest list the address still stands. */
  calendarEntries: { count: number; items: UntouchedEntry[] };
}

export interface ErasureDeps {
  ledger: Pick<Ledger, 'erase' | 'note'>;
  sha256(text: string): string;
  /** Out of the directory, first: a meeting that arrives now shall not get it from there. */
  forgetAddress(email: string): Promise<number>;
  /** Results without the address wait to be published. */
  onErased(): void;
}

/** Takes one person's address out of everything that is kept, share by share, and notes that it was done. */
export async function eraseAddress(
  deps: ErasureDeps,
  request: { email: string; actor: Actor | string },
): Promise<Erasure> {
  const { ledger, sha256, onErased } = deps;
  const email = request.email.trim().toLowerCase();
  const address = `sha256:${sha256(email).slice(0, 12)}`;
  const erased: Erased = { meetings: 0, results: 0, history: 0, rejected: 0, activity: 0, others: 0 };
  const items: UntouchedEntry[] = [];
  let count = 0;
  erased.others += await deps.forgetAddress(email);
  let cursor: string | null = null;
  do {
    const step = await ledger.erase(email, cursor);
    for (const name of Object.keys(erased) as (keyof Erased)[]) erased[name] += step.erased[name];
    count += step.entries.length;
    items.push(...step.entries.slice(0, NAMED - items.length));
    cursor = step.next;
  } while (cursor !== null);
  onErased();
  const detail = Object.entries(erased)
    .filter(([, changed]) => changed > 0)
    .map(([name, changed]) => `${name} ${changed}`)
    .join(', ');
  await ledger.note({
    actor: request.actor,
    action: 'address erased',
    subject: address,
    detail: detail || 'not found',
  });
  return { address, erased, calendarEntries: { count, items } };
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../sync/ports.ts';

const IDLE_MS = 12 * 3_600_000;
const MOST = 1_000;

/**
 * Sessions, kept by the hash of their token: that hash is the session's key. They end after twelve idle hours, and with
 * a change of the user's password.
 */
export class Sessions {
  readonly #open = new Map<string, { user: string; seen: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(user: string): string {
    const token = randomBytes(32).toString('base64url');
    this.#prune();
    this.#open.set(digest(token), { user, seen: this.#clock() });
    return token;
  }

  /** The session was used. */
  touch(token: string | undefined): { key: string; user: string } | null {
    if (token === undefined) return null;
    const key = digest(token);
    const user = this.userOf(key);
    if (user === null) return null;
    this.#open.set(key, { user, seen: this.#clock() });
    return { key, user };
  }

  /** Whose session it is, without using it. */
  userOf(key: string): string | null {
    const session = this.#open.get(key);
    if (session === undefined) return null;
    if (this.#clock() - session.seen <= IDLE_MS) return session.user;
    this.#open.delete(key);
    return null;
  }

  countOf(user: string): number {
    return [...this.#open.keys()].filter((key) => this.userOf(key) === user).length;
  }

  /** False when there was none. */
  end(token: string | undefined): boolean {
    return token !== undefined && this.#open.delete(digest(token));
  }

  endOf(user: string): void {
    for (const [key, session] of this.#open) if (session.user === user) this.#open.delete(key);
  }

  #prune(): void {
    for (const [key, session] of this.#open) {
      if (this.#clock() - session.seen > IDLE_MS || this.#open.size >= MOST) this.#open.delete(key);
    }
  }
}

const FREE_FAILURES = 5;
const LONGEST_MS = 15 * 60_000;

/** Slows guessing down: after five failures of an address each further one doubles the wait, up to a quarter of an hour. */
export class Throttling {
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds to wait; 0 = go ahead. */
  wait(address: string): number {
    const mine = this.#failures.get(address)?.until ?? 0;
    const all = this.#failures.get('*')?.until ?? 0;
    return Math.max(0, Math.max(mine, all) - this.#clock());
  }

  /** Before it is known whether the attempt is right, so that attempts at the same time are all counted. */
  failed(address: string): void {
    this.#count(address, FREE_FAILURES);
    // Many addresses together get ten times the room, so that one attacker cannot lock the administrator out easily.
    this.#count('*', FREE_FAILURES * 10);
  }

  /** The attempt was wrong: the wait begins now, however long the comparison took. */
  refused(address: string): void {
    this.#hold(address, FREE_FAILURES);
    this.#hold('*', FREE_FAILURES * 10);
  }

  succeeded(address: string): void {
    this.#failures.delete(address);
  }

  #count(key: string, free: number): void {
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    if (this.#failures.size > 10_000) this.#failures.clear();
    this.#failures.set(key, { count, until: 0 });
    this.#hold(key, free);
  }

  #hold(key: string, free: number): void {
    const count = this.#failures.get(key)?.count ?? 0;
    const wait = count < free ? 0 : Math.min(LONGEST_MS, 1_000 * 2 ** Math.min(count - free, 20));
    this.#failures.set(key, { count, until: this.#clock() + wait });
  }
}

/** Compares secrets without telling by the time it takes where they differ. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(digest(left)), Buffer.from(digest(right)));
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

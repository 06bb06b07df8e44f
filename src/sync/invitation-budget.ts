import type { Clock } from './ports.ts';

const HOUR_MS = 3_600_000;

/**
 * How many guests were newly invited within the last hour. A mistake on the PBX, or a directory that gives addresses
 * to everybody, must not mail the world before somebody looks. What was used before a restart is told at the start.
 */
export class InvitationBudget {
  readonly #clock: Clock;
  #used: { at: number; guests: number }[];
  /** The sum of `used`: it is not added up for each meeting. */
  #sum: number;
  #underWay = 0;

  constructor(clock: Clock, used: { at: number; guests: number }[]) {
    this.#clock = clock;
    this.#used = [...used];
    this.#sum = sumOf(used);
  }

  /** null = taken; end it with `spend` or `giveBack`. Otherwise the time at which there is room. */
  take(guests: number, cap: number): number | null {
    const now = this.#clock();
    this.#forget(now);
    let used = this.#underWay + this.#sum;
    // A meeting with more guests than the cap goes out alone, or it never would.
    if (used === 0 || used + guests <= cap) {
      this.#underWay += guests;
      return null;
    }
    for (const item of this.#used) {
      used -= item.guests;
      if (used === 0 || used + guests <= cap) return item.at + HOUR_MS;
    }
    return now + 1_000;
  }

  spend(guests: number): void {
    this.#underWay -= guests;
    const now = this.#clock();
    this.#forget(now);
    this.#sum += guests;
    this.#used.push({ at: now, guests });
  }

  giveBack(guests: number): void {
    this.#underWay -= guests;
  }

  /** A person lets the waiting invitations go on. */
  reset(): void {
    this.#used = [];
    this.#sum = 0;
  }

  /** What is older than an hour. A clock that was set back leaves times ahead of it; those go as well. */
  #forget(now: number): void {
    const inOrder = (this.#used.at(-1)?.at ?? now) <= now;
    if (inOrder && (this.#used[0]?.at ?? now) > now - HOUR_MS) return;
    this.#used = this.#used.filter((item) => item.at > now - HOUR_MS && item.at <= now);
    this.#sum = sumOf(this.#used);
  }
}

function sumOf(used: readonly { guests: number }[]): number {
  return used.reduce((sum, item) => sum + item.guests, 0);
}

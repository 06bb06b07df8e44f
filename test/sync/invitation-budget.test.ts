import { describe, expect, it } from 'vitest';
import { InvitationBudget } from '../../src/sync/invitation-budget.ts';

const HOUR = 3_600_000;

describe('the cap on invitations', () => {
  it('is filled by what was invited and by what is being invited, until an hour has passed', () => {
    let now = 10 * HOUR;
    const budget = new InvitationBudget(() => now, [{ at: now - HOUR / 2, guests: 4 }]);
    expect(budget.take(5, 10)).toBeNull();
    expect(budget.take(2, 10)).toBe(now + HOUR / 2);
    budget.spend(5);
    expect(budget.take(2, 10)).toBe(now + HOUR / 2);
    now += HOUR / 2;
    expect(budget.take(5, 10)).toBeNull();
    expect(budget.take(1, 10)).toBe(10 * HOUR + HOUR);
    budget.giveBack(5);
    expect(budget.take(5, 10)).toBeNull();
  });

  it('forgets what a clock that was set back left ahead of it', () => {
    let now = 10 * HOUR;
    const budget = new InvitationBudget(() => now, []);
    budget.take(9, 10);
    budget.spend(9);
    now -= 3 * HOUR;
    expect(budget.take(9, 10)).toBeNull();
    budget.spend(9);
    expect(budget.take(9, 10)).toBe(now + HOUR);
  });

  it('is empty again when a person says so', () => {
    const budget = new InvitationBudget(() => HOUR, [{ at: HOUR, guests: 10 }]);
    expect(budget.take(1, 10)).toBe(2 * HOUR);
    budget.reset();
    expect(budget.take(10, 10)).toBeNull();
  });
});

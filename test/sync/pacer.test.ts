import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from '../../src/sync/pacer.ts';

/** A clock that moves only when everybody waits, and a server that counts over a sliding minute as Google does. */
function world(limit: number, roundTripMs: () => number) {
  let now = 1_000_000;
  const timers: { at: number; done: () => void }[] = [];
  const wait = (ms: number) => new Promise<void>((done) => timers.push({ at: now + ms, done }));
  const pacer = new Pacer({ clock: () => now, limit: () => limit, wait });
  const seen: number[] = [];
  let refused = 0;
  const request = (urgent = false) =>
    pacer.run(
      async () => {
        const trip = roundTripMs();
        await wait(trip / 2);
        seen.push(now);
        if (seen.filter((at) => at > now - 60_000).length > limit) refused += 1;
        await wait(trip / 2);
      },
      { urgent },
    );
  async function settle(work: Promise<unknown>): Promise<void> {
    let over = false;
    void work.finally(() => {
      over = true;
    });
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      if (over) return;
      timers.sort((a, b) => a.at - b.at);
      const next = timers.shift();
      if (next === undefined) throw new Error('everybody waits for ever');
      now = Math.max(now, next.at);
      next.done();
    }
  }
  return { request, settle, seen, refused: () => refused, now: () => now };
}

/** So many senders at once, as delivery has. */
async function drain(count: number, senders: number, request: () => Promise<unknown>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (left > 0) {
        left -= 1;
        await request();
      }
    }),
  );
}

describe('the pacer', () => {
  it('drains a burst at 95 % of the allowed rate or more, and nothing is refused', async () => {
    const { request, settle, seen, refused } = world(600, () => 120);
    await settle(drain(3_600, 8, request));
    const minutes = ((seen.at(-1) ?? 0) - (seen[0] ?? 0)) / 60_000;
    expect(refused()).toBe(0);
    // Six windows of 600, the first of which is there at once.
    expect(minutes).toBeLessThanOrEqual(((3_600 - 600) / 600) * 1.05 + 1);
  });

  it('is never refused, whatever the round trips and the quota', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        async (limit, trips, senders) => {
          let index = 0;
          const { request, settle, refused, seen } = world(limit, () => trips[index++ % trips.length] ?? 1);
          await settle(drain(limit * 3, senders, request));
          expect(refused()).toBe(0);
          expect(seen).toHaveLength(limit * 3);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  it('lets through at once what a person waits for, although a burst waits', async () => {
    const { request, settle, now } = world(100, () => 20);
    const burst = drain(200, 8, request);
    const began = now();
    let waited = Number.POSITIVE_INFINITY;
    const person = request(true).then(() => {
      waited = now() - began;
    });
    await settle(Promise.all([burst, person]));
    expect(waited).toBeLessThan(1_000);
    expect(now() - began).toBeGreaterThan(60_000);
  });
});

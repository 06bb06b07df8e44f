import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/sync/gate.ts';

describe('a condition that concerns every meeting of an account', () => {
  it('is looked at again by one meeting at a time, first after half a minute, at last every half hour', () => {
    let now = 0;
    const gate = new Gate(() => now);
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const until = gate.close('api-not-enabled');
      waits.push((until - now) / 1_000);
      now = until - 1;
      expect(gate.enter()?.code).toBe('api-not-enabled');
      now = until;
      expect(gate.enter()).toBeNull();
      expect(gate.enter()?.code).toBe('api-not-enabled');
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800]);
    expect(gate.open()).toBe('api-not-enabled');
    expect([gate.enter(), gate.enter()]).toEqual([null, null]);
  });
});

it('lets the next one try when nothing was heard of a probe for a minute', () => {
  let now = 0;
  const gate = new Gate(() => now);
  const until = gate.close('rate-limited', 1_000);
  now = until;
  expect(gate.enter()).toBeNull();
  expect(gate.enter()).not.toBeNull();
  now += 60_000;
  expect(gate.enter()).toBeNull();
});

import { expect, it } from 'vitest';
import { ClockWatch } from '../../src/sync/clock-watch.ts';

const HOUR = 3_600_000;
const google = Date.parse('2026-11-20T08:00:00Z');

function watch(wrongBy: number) {
  const time = { clock: google + wrongBy, passed: 0 };
  const clocks = new ClockWatch(
    () => time.clock,
    () => time.passed,
  );
  const pass = (ms: number) => {
    time.clock += ms;
    time.passed += ms;
  };
  return { time, clocks, pass };
}

it.each([
  [0, null],
  [4 * 60_000, null],
  [-4 * 60_000, null],
  [5 * HOUR, -5 * HOUR],
  [-5 * HOUR, 5 * HOUR],
])('calls a clock that differs by %d ms wrong by %s', (wrongBy, behind) => {
  const { clocks } = watch(wrongBy);
  expect(clocks.told(google)).toBe(behind !== null);
  expect(clocks.behindMs).toBe(behind);
});

it('notices without another answer that the clock was set right, and stays calm when the machine slept', () => {
  const { time, clocks, pass } = watch(5 * HOUR);
  clocks.told(google);
  pass(60_000);
  expect(clocks.behindMs).toBe(-5 * HOUR);
  time.clock -= 5 * HOUR;
  expect(clocks.behindMs).toBeNull();
  time.clock += 9 * HOUR;
  expect(clocks.behindMs).toBeNull();
});

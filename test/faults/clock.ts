/**
 * A clock that runs faster than the real one and can be set. The agent process and the stand-in for Google share its
 * rule, so an hour's pause is over in seconds and two machines can disagree about the time.
 */
export interface ClockRule {
  /** The real moment at which the fast clock agreed with the real one. */
  base: number;
  speed: number;
}

export interface TestClock {
  readonly rule: ClockRule;
  now(): number;
  /** Time passes at once. */
  advance(ms: number): void;
}

/** What the test tells the agent's clock, over the process's IPC channel. */
export type ClockMessage =
  | { clock: 'advance'; ms: number }
  /** The clock is set, as a person or NTP does it: no time passes, so no timer fires. */
  | { clock: 'set'; ahead: number };

export const clockEnv = (clock: TestClock, ahead = 0): Record<string, string> => ({
  TEST_CLOCK: JSON.stringify({ ...clock.rule, ahead, passed: clock.now() - ruleNow(clock.rule, Date.now()) }),
});

export function ruleNow({ base, speed }: ClockRule, real: number): number {
  return base + (real - base) * speed;
}

export function createTestClock(speed: number): TestClock {
  const rule = { base: Date.now(), speed };
  let passed = 0;
  return {
    rule,
    now: () => ruleNow(rule, Date.now()) + passed,
    advance(ms) {
      passed += ms;
    },
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, type Episodes, failureProblemId, observe, planAlerts } from '../../src/sync/alert-plan.ts';
import type { AlertRecord, Problem, Severity } from '../../src/sync/ports.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function problem(id: string, severity: Severity = 'danger'): Problem {
  return {
    id,
    severity,
    title: id,
    cause: 'c',
    action: 'a',
    link: null,
    fault: 'agent',
    since: '2026-11-21T09:00:00.000Z',
  };
}

/** One channel that always gets through, driven by hand: what is there, and how much time passes. */
class Channel {
  now = NOW;
  records = new Map<string, AlertRecord>();
  sent: { kind: string; id: string; at: number }[] = [];
  policy = { enabled: true, severity: 'warning' as Severity, delayMs: MINUTE };
  reachable = true;
  #episodes: Episodes = new Map();
  #problems: Problem[] = [];
  nextAt: number | null = null;

  is(...problems: Problem[]): void {
    this.#problems = problems;
    this.#look();
  }

  pass(ms: number): void {
    const until = this.now + ms;
    while (this.nextAt !== null && this.nextAt > this.now && this.nextAt < until) {
      this.now = this.nextAt;
      this.#look();
    }
    this.now = until;
    this.#look();
  }

  restart(): void {
    const told = [...this.records.values()].filter((record) => record.told === 'opened');
    this.#episodes = new Map(
      told.map(({ snapshot }) => [snapshot.id, { problem: snapshot, since: this.now, goneAt: null }]),
    );
    this.#look();
  }

  get story(): string[] {
    return this.sent.map(({ kind, id }) => `${kind} ${id}`);
  }

  #look(): void {
    this.#episodes = observe(this.#episodes, this.#problems, {
      now: this.now,
      delayMs: this.policy.delayMs,
      lasting: () => false,
    });
    const plan = planAlerts('webhook', this.policy, {
      episodes: this.#episodes,
      records: this.records,
      now: this.now,
    });
    this.nextAt = plan.nextAt;
    for (const record of plan.drop) this.records.set(record.problem, { ...record, told: 'closed', pending: null });
    for (const { kind, problem: told } of plan.send) {
      if (!this.reachable) continue;
      this.sent.push({ kind, id: told.id, at: this.now });
      const before = this.records.get(told.id);
      this.records.set(told.id, {
        channel: 'webhook',
        problem: told.id,
        told: kind,
        openedAt: kind === 'opened' ? this.now : (before?.openedAt ?? null),
        opening: 'id',
        pending: null,
        snapshot: told,
      });
    }
  }
}

type Deed = (channel: Channel) => void;
const is =
  (...problems: Problem[]): Deed =>
  (channel) =>
    channel.is(...problems);
const pass =
  (ms: number): Deed =>
  (channel) =>
    channel.pass(ms);
const restart: Deed = (channel) => channel.restart();
const trouble = is(problem('p'));
const fixed = is();

describe('what one channel is told', () => {
  it.each<[string, Deed[], string[]]>([
    ['a problem that stays', [trouble, pass(2 * MINUTE)], ['opened p']],
    ['a problem that is over within the delay', [trouble, pass(30_000), fixed, pass(DAY_MS)], []],
    ['its end', [trouble, pass(HOUR), fixed, pass(2 * MINUTE)], ['opened p', 'closed p']],
    ['no end before it has been gone for the delay', [trouble, pass(HOUR), fixed, pass(30_000)], ['opened p']],
    [
      'one opening for a problem that flaps faster than the delay, and one end',
      [
        ...Array.from({ length: 40 }, () => [trouble, pass(40_000), fixed, pass(30_000)]).flat(),
        fixed,
        pass(2 * MINUTE),
      ],
      ['opened p', 'closed p'],
    ],
    [
      'nothing of a second time within the day, neither its beginning nor its end',
      [trouble, pass(HOUR), fixed, pass(HOUR), trouble, pass(HOUR), fixed, pass(HOUR)],
      ['opened p', 'closed p'],
    ],
    [
      'a second time once the day is over, when it is still there',
      [trouble, pass(HOUR), fixed, pass(HOUR), trouble, pass(DAY_MS)],
      ['opened p', 'closed p', 'opened p'],
    ],
    ['a restart in trouble tells nothing', [trouble, pass(HOUR), restart, pass(2 * DAY_MS)], ['opened p']],
    [
      'an end that came while the agent was away, after the delay',
      [trouble, pass(HOUR), fixed, restart, pass(2 * MINUTE)],
      ['opened p', 'closed p'],
    ],
    [
      'a problem that takes a moment to be seen again after a restart does not end',
      [trouble, pass(HOUR), fixed, restart, pass(30_000), trouble, pass(HOUR)],
      ['opened p'],
    ],
    ['nothing below the severity', [is(problem('p', 'info')), pass(DAY_MS)], []],
    [
      'a problem that grows worse, at once when it is old',
      [is(problem('p', 'info')), pass(HOUR), is(problem('p', 'warning'))],
      ['opened p'],
    ],
    [
      'the end of a problem that has grown milder, when it ends',
      [trouble, pass(HOUR), is(problem('p', 'info')), pass(HOUR), fixed, pass(HOUR)],
      ['opened p', 'closed p'],
    ],
    ['nothing of its own failure', [is(problem(failureProblemId('webhook'))), pass(DAY_MS)], []],
    [
      'the failure of the other channel',
      [is(problem(failureProblemId('smtp'))), pass(HOUR)],
      ['opened alerts-failed:smtp'],
    ],
    [
      'two problems apart',
      [is(problem('p'), problem('q')), pass(HOUR), is(problem('q')), pass(HOUR)],
      ['opened p', 'opened q', 'closed p'],
    ],
  ])('%s', (_name, deeds, story) => {
    const channel = new Channel();
    for (const deed of deeds) deed(channel);
    expect(channel.story).toEqual(story);
  });

  it('hears nothing while it is switched off, and afterwards of no end that came meanwhile', () => {
    const channel = new Channel();
    trouble(channel);
    channel.pass(HOUR);
    channel.policy.enabled = false;
    fixed(channel);
    channel.pass(HOUR);
    channel.policy.enabled = true;
    channel.pass(HOUR);
    expect(channel.story).toEqual(['opened p']);
  });

  it('hears nothing of a problem that was over before a message got through', () => {
    const channel = new Channel();
    channel.reachable = false;
    trouble(channel);
    channel.pass(HOUR);
    fixed(channel);
    channel.pass(HOUR);
    channel.reachable = true;
    channel.pass(DAY_MS);
    expect(channel.story).toEqual([]);
  });

  it('is not silenced for years by a clock that was years ahead', () => {
    const channel = new Channel();
    channel.now = NOW + 1_000 * DAY_MS;
    trouble(channel);
    channel.pass(HOUR);
    fixed(channel);
    channel.pass(HOUR);
    channel.now = NOW;
    channel.restart();
    trouble(channel);
    channel.pass(HOUR);
    expect(channel.story).toEqual(['opened p', 'closed p', 'opened p']);
  });

  it('keeps a problem open whose meetings are still held, although nobody reports it after a restart', () => {
    const gone = problem('calendar-gone');
    const how = { delayMs: MINUTE, lasting: (id: string) => id === 'calendar-gone' };
    let episodes: Episodes = new Map([['calendar-gone', { problem: gone, since: NOW, goneAt: null }]]);
    episodes = observe(episodes, [], { ...how, now: NOW + HOUR });
    expect(episodes.get('calendar-gone')?.goneAt).toBeNull();
    episodes = observe(episodes, [], { ...how, lasting: () => false, now: NOW + 2 * HOUR });
    expect(episodes.get('calendar-gone')?.goneAt).toBe(NOW + 2 * HOUR);
    expect(observe(episodes, [], { ...how, lasting: () => false, now: NOW + 3 * HOUR }).size).toBe(0);
  });
});

describe('whatever happens', () => {
  const names = ['p', 'q', failureProblemId('webhook')];
  const step = fc.oneof(
    fc.record({
      do: fc.constant('is' as const),
      open: fc.subarray(names),
      severity: fc.constantFrom<Severity>('info', 'warning', 'danger'),
    }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 30 * HOUR }) }),
    fc.record({
      do: fc.constant('flap' as const),
      times: fc.integer({ min: 1, max: 10 }),
      ms: fc.integer({ min: 1, max: 5 * MINUTE }),
    }),
    fc.constant({ do: 'restart' as const }),
    fc.record({ do: fc.constant('network' as const), up: fc.boolean() }),
  );

  it('an opening comes at most once a day, an end only after its opening, and both agree with what is in the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(0, MINUTE, HOUR), (steps, delayMs) => {
        const channel = new Channel();
        channel.policy.delayMs = delayMs;
        let open: Problem[] = [];
        for (const deed of steps) {
          if (deed.do === 'is') {
            open = deed.open.map((id) => problem(id, deed.severity));
            channel.is(...open);
          }
          if (deed.do === 'pass') channel.pass(deed.ms);
          if (deed.do === 'restart') channel.restart();
          if (deed.do === 'network') channel.reachable = deed.up;
          for (let turn = 0; deed.do === 'flap' && turn < deed.times; turn += 1) {
            channel.is();
            channel.pass(deed.ms);
            channel.is(...open);
            channel.pass(deed.ms);
          }
        }
        channel.reachable = true;
        channel.is(...open);
        channel.pass(3 * DAY_MS);
        for (const id of names) {
          const heard = channel.sent.filter((item) => item.id === id);
          expect(heard.map(({ kind }) => kind)).toEqual(
            heard.map((_, index) => (index % 2 === 0 ? 'opened' : 'closed')),
          );
          const openings = heard.filter((item) => item.kind === 'opened').map((item) => item.at);
          expect(openings.slice(1).filter((at, index) => at - (openings[index] ?? 0) < DAY_MS)).toEqual([]);
          const now = open.find((item) => item.id === id);
          const told = heard.at(-1)?.kind === 'opened';
          if (id === failureProblemId('webhook')) expect(heard).toEqual([]);
          else if (now === undefined) expect(told).toBe(false);
          else if (now.severity !== 'info') expect(told).toBe(true);
        }
      }),
      { seed: 20_261_121, numRuns: 400 },
    );
  });
});

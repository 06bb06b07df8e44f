import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { failureProblemId } from '../../src/sync/alert-plan.ts';
import { Alerting } from '../../src/sync/alerting.ts';
import {
  type AlertChannel,
  type AlertMessage,
  type AlertRecord,
  type AlertSettings,
  alertChannels,
  defaultAlertSettings,
  type Problem,
} from '../../src/sync/ports.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const gone: Problem = {
  id: 'calendar-gone',
  severity: 'danger',
  title: 'The calendar is gone',
  cause: 'Its cause',
  action: 'Its fix',
  link: '/integrations/google/settings',
  fault: 'agent',
  since: '2026-11-21T10:00:00.000Z',
};

/** An agent's alerts with a ledger that outlives it and channels that fail on demand. */
class World {
  settings: AlertSettings = {
    ...defaultAlertSettings,
    webhook: { ...defaultAlertSettings.webhook, enabled: true },
    smtp: { ...defaultAlertSettings.smtp, enabled: true },
  };
  sent: { channel: AlertChannel; message: AlertMessage }[] = [];
  attempts: { channel: AlertChannel; at: number; id: string }[] = [];
  fails: Partial<Record<AlertChannel, AppError>> = {};
  rows = new Map<string, AlertRecord>();
  diskFull = false;
  log: string[] = [];
  alerting = this.start();
  #ids = 0;

  start(): Alerting {
    const sender = (channel: AlertChannel) => ({
      send: async (message: AlertMessage) => {
        this.attempts.push({ channel, at: Date.now(), id: message.id });
        const failure = this.fails[channel];
        if (failure !== undefined) throw failure;
        this.sent.push({ channel, message });
        return { status: 204, answer: '', refused: [] };
      },
    });
    const note = (fields: object, words: string) => {
      this.log.push(`${words} ${JSON.stringify(fields)}`);
    };
    this.alerting = new Alerting({
      settings: () => this.settings,
      senders: { webhook: sender('webhook'), smtp: sender('smtp') },
      memory: {
        alerts: async () => [...this.rows.values()].map((row) => structuredClone(row)),
        saveAlert: async (record) => {
          if (this.diskFull) throw new AppError('ledger-unavailable', 'disk full');
          this.rows.set(`${record.channel} ${record.problem}`, structuredClone(record));
        },
      },
      publicUrl: 'https://agent.example.com',
      newId: () => {
        this.#ids += 1;
        return `msg_${this.#ids}`;
      },
      clock: Date.now,
      random: () => 1,
      log: { info: note, warn: note },
    });
    return this.alerting;
  }

  async restart(): Promise<void> {
    await this.alerting[Symbol.asyncDispose]();
    await this.start().start();
  }

  async is(...problems: Problem[]): Promise<void> {
    this.alerting.watch(problems, []);
    await vi.advanceTimersByTimeAsync(0);
  }

  story(channel: AlertChannel): string[] {
    return this.sent
      .filter((item) => item.channel === channel)
      .map(({ message }) => `${message.kind} ${message.problem?.id ?? ''}`.trim());
  }
}

describe('alerting', () => {
  let world: World;
  beforeEach(async () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00Z') });
    world = new World();
    await world.alerting.start();
  });
  afterEach(async () => {
    await world.alerting[Symbol.asyncDispose]();
    vi.useRealTimers();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('tells every channel once, after the delay, and the end with the id of the beginning', async () => {
    await world.is(gone);
    await pass(59_000);
    expect(world.sent).toEqual([]);
    await pass(2_000);
    await world.is();
    await pass(2 * MINUTE);
    for (const channel of alertChannels) {
      expect(world.story(channel)).toEqual(['opened calendar-gone', 'closed calendar-gone']);
      const [beginning, end] = world.sent.filter((item) => item.channel === channel);
      expect(end?.message.opening).toBe(beginning?.message.id);
      expect(beginning?.message.problem?.link).toBe('https://agent.example.com/integrations/google/settings');
    }
  });

  it('tells nothing again after a restart, and the end that comes later', async () => {
    await world.is(gone);
    await pass(2 * MINUTE);
    await world.restart();
    await world.is({ ...gone, since: new Date().toISOString() });
    await pass(2 * 24 * HOUR);
    expect(world.story('smtp')).toEqual(['opened calendar-gone']);
    await world.restart();
    await world.is();
    await pass(2 * MINUTE);
    expect(world.story('smtp')).toEqual(['opened calendar-gone', 'closed calendar-gone']);
    expect(world.sent.at(-1)?.message.problem?.since).toBe('2026-11-21T10:00:00.000Z');
  });

  it('tells nothing before it knows what is open', async () => {
    await world.is(gone);
    await pass(2 * MINUTE);
    await world.restart();
    await pass(24 * HOUR);
    expect(world.story('smtp')).toEqual(['opened calendar-gone']);
  });

  it('tries a failed message again, ever more slowly, under the same id, and lets the other channel know', async () => {
    world.fails.webhook = new AppError('webhook-unreachable', 'x', { detail: { reason: 'nothing listens there' } });
    let changes = 0;
    world.alerting.onChange(() => {
      changes += 1;
    });
    await world.is(gone);
    await pass(MINUTE);
    expect(world.alerting.failures()).toMatchObject([
      { channel: 'webhook', cause: expect.stringContaining('nothing listens there') },
    ]);
    expect(changes).toBe(1);
    const failing = { ...gone, id: failureProblemId('webhook'), severity: 'warning' as const };
    await world.is(gone, failing);
    await pass(12 * HOUR);
    const times = world.attempts.filter((item) => item.channel === 'webhook').map((item) => item.at);
    const waits = times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / 1_000);
    expect(waits.slice(0, 7)).toEqual([30, 60, 120, 240, 480, 960, 1_920]);
    expect(Math.max(...waits)).toBe(3_600);
    expect(new Set(world.attempts.filter((item) => item.channel === 'webhook').map((item) => item.id)).size).toBe(1);
    expect(world.story('smtp')).toEqual(['opened calendar-gone', 'opened alerts-failed:webhook']);
    delete world.fails.webhook;
    await pass(HOUR);
    expect(world.story('webhook')).toEqual(['opened calendar-gone']);
    expect(world.alerting.failures()).toEqual([]);
    await world.is(gone);
    await pass(2 * MINUTE);
    expect(world.story('smtp').at(-1)).toBe('closed alerts-failed:webhook');
    expect(world.story('webhook')).toEqual(['opened calendar-gone']);
  });

  it('lets one message that is refused not stand in the way of the others', async () => {
    world.fails.webhook = new AppError('webhook-refused', 'x');
    await world.is(gone, { ...gone, id: 'mqtt-refused' });
    await pass(MINUTE);
    expect(world.attempts.filter((item) => item.channel === 'webhook')).toHaveLength(2);
  });

  it('goes on at once after other settings or a test that got through', async () => {
    world.fails.smtp = new AppError('smtp-auth', 'x');
    await world.is(gone);
    await pass(2 * HOUR);
    delete world.fails.smtp;
    const { status } = await world.alerting.test('smtp');
    await pass(0);
    expect(status).toBe(204);
    expect(world.story('smtp')).toEqual(['test', 'opened calendar-gone']);
    world.fails.webhook = new AppError('webhook-gone', 'x');
    await expect(world.alerting.test('webhook')).rejects.toMatchObject({ code: 'webhook-gone' });
  });

  it('keeps a failure that the other channel was told of over a restart, until a message gets through', async () => {
    world.fails.smtp = new AppError('smtp-auth', 'x');
    await world.is(gone);
    await pass(MINUTE);
    const failing = { ...gone, id: failureProblemId('smtp'), severity: 'warning' as const };
    await world.is(gone, failing);
    await pass(2 * MINUTE);
    expect(world.story('webhook')).toEqual(['opened calendar-gone', 'opened alerts-failed:smtp']);
    await world.restart();
    expect(world.alerting.failures().map((item) => item.channel)).toEqual(['smtp']);
  });

  it('speaks although the ledger cannot be written, and keeps what it said as soon as it can', async () => {
    world.diskFull = true;
    await world.is({ ...gone, id: 'ledger-unavailable' });
    await pass(2 * MINUTE);
    expect(world.story('smtp')).toEqual(['opened ledger-unavailable']);
    expect(world.rows.size).toBe(0);
    world.diskFull = false;
    await pass(2 * MINUTE);
    expect([...world.rows.values()].map((row) => row.told)).toEqual(['opened', 'opened']);
    await world.restart();
    await world.is({ ...gone, id: 'ledger-unavailable' });
    await pass(HOUR);
    expect(world.story('smtp')).toHaveLength(1);
  });

  it('writes the id of a message down before it sends it, so that the same message can be told by it', async () => {
    world.fails.webhook = new AppError('webhook-timeout', 'x');
    await world.is(gone);
    await pass(MINUTE);
    const id = world.attempts.find((item) => item.channel === 'webhook')?.id;
    await world.restart();
    delete world.fails.webhook;
    await world.is(gone);
    await pass(2 * MINUTE);
    expect(world.sent.find((item) => item.channel === 'webhook')?.message.id).toBe(id);
  });
});

describe('what leaves the agent', () => {
  const old: Problem = {
    id: 'firmware-too-old:c074ad123456',
    severity: 'warning',
    title: 'The firmware of the PBX is too old (c074ad123456)',
    cause: 'Head office runs 1.0.25.6',
    action: 'Upgrade',
    link: '/devices',
    fault: 'agent',
    since: '2026-11-21T10:00:00.000Z',
  };
  const unknown: Problem = { ...old, id: 'brand-new:6500-1', title: 'Board meeting of guest@example.com is stuck' };

  async function told(problem: Problem, includeMeetings: boolean): Promise<AlertMessage['problem']> {
    vi.useFakeTimers();
    const world = new World();
    world.settings = { ...world.settings, includeMeetings, delaySeconds: 0 };
    await world.is(problem);
    await world.alerting[Symbol.asyncDispose]();
    vi.useRealTimers();
    return world.sent[0]?.message.problem ?? null;
  }

  it('names no device, uid, subject or guest, whatever a problem says, unless that was chosen', async () => {
    for (const problem of [old, unknown]) {
      expect(JSON.stringify(await told(problem, false))).not.toMatch(/c074ad|Head office|6500|Board|guest@/);
      expect(await told(problem, true)).toMatchObject({ id: problem.id, title: problem.title, cause: problem.cause });
    }
  });

  it('still says what is wrong and what to do', async () => {
    expect(await told(old, false)).toMatchObject({
      id: 'firmware-too-old',
      title: 'The firmware of the PBX is too old',
      action: expect.stringContaining('Upgrade the firmware'),
    });
    expect(await told(unknown, false)).toMatchObject({ id: 'brand-new', link: 'https://agent.example.com/' });
  });
});

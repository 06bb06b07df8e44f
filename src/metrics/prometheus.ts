import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted while it happens. Durations are milliseconds; Prometheus shows seconds. */
export interface Meter {
  /** A meeting message is durable: what became of it, and how long it took from its arrival to the ledger's commit. */
  taken(verdict: string, ms: number): void;
  /** A look at one meeting ended. `ms` = since the oldest wish it fulfilled was taken; null when nothing was open. */
  settled(state: string, code: string | null, ms: number | null): void;
  /** One request to Google. `outcome` = 'ok', a failure's code, or 'no-answer'. */
  called(call: string, outcome: string, ms: number): void;
}

/** The present state, asked for when somebody looks. Times are milliseconds since the epoch; null = does not apply. */
export interface MeteredState {
  version: string;
  ready: boolean;
  mqttConnected: boolean;
  authorized: boolean;
  authorizedAt: number | null;
  consentExpiresAt: number | null;
  accessTokenAt: number | null;
  queue: {
    pending: number;
    held: number;
    failed: number;
    oldestAt: number | null;
    heldByCode: Record<string, number>;
    failedByCode: Record<string, number>;
  };
  unpublished: number;
  problems: { id: string; severity: string }[];
  now: number;
}

const DELIVERY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];
const CALL_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const INBOX_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** Prometheus text (exposition format 0.0.4). Names and labels are documented in the README. */
export function createMetrics(look: () => Promise<MeteredState>): Meter & { text(): Promise<string> } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const messages = new Counter({
    name: 'pbx_calendar_messages_total',
    help: 'Meeting messages, by what became of them.',
    labelNames: ['verdict'],
    registers,
  });
  const inbox = new Histogram({
    name: 'pbx_calendar_inbox_seconds',
    help: 'From the arrival of a meeting message until it is durable and may be acknowledged.',
    buckets: INBOX_BUCKETS,
    registers,
  });
  const settled = new Counter({
    name: 'pbx_calendar_settled_total',
    help: 'Looks at one meeting, by the state it had afterwards and the code of what stood in the way.',
    labelNames: ['state', 'code'],
    registers,
  });
  const delivery = new Histogram({
    name: 'pbx_calendar_delivery_seconds',
    help: 'From taking the message until the calendar is as asked.',
    buckets: DELIVERY_BUCKETS,
    registers,
  });
  const calls = new Counter({
    name: 'pbx_calendar_google_requests_total',
    help: 'Requests to Google, by call and outcome.',
    labelNames: ['call', 'outcome'],
    registers,
  });
  const callTime = new Histogram({
    name: 'pbx_calendar_google_request_seconds',
    help: 'How long requests to Google took.',
    labelNames: ['call'],
    buckets: CALL_BUCKETS,
    registers,
  });
  const state = stateGauges(registry);
  return {
    taken(verdict, ms) {
      messages.inc({ verdict });
      inbox.observe(ms / 1_000);
    },
    settled(name, code, ms) {
      settled.inc({ state: name, code: code ?? '' });
      if (ms !== null && (name === 'synced' || name === 'cancelled')) delivery.observe(ms / 1_000);
    },
    called(call, outcome, ms) {
      calls.inc({ call, outcome });
      callTime.observe({ call }, ms / 1_000);
    },
    async text() {
      state(await look());
      return registry.metrics();
    },
  };
}

function stateGauges(registry: Registry): (state: MeteredState) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `pbx_calendar_${name}`, help, labelNames, registers: [registry] });
  const info = gauge('info', 'Always 1; names the version.', ['version']);
  const ready = gauge('ready', '1 while the ledger is open and MQTT is connected.');
  const mqtt = gauge('mqtt_connected', '1 while the broker is connected.');
  const authorized = gauge('authorized', '1 while a Google account is authorized.');
  const grantAge = gauge('authorization_age_seconds', 'Since the account was authorized.');
  const consent = gauge('consent_expires_timestamp_seconds', 'When Google ends the permission, where it named a time.');
  const tokenAge = gauge('access_token_age_seconds', 'Since the access token in use was issued.');
  const open = gauge('meetings_open', 'Meetings that are not settled, by state and code.', ['state', 'code']);
  const queueAge = gauge('queue_age_seconds', 'Since the oldest wish that waits was taken; 0 when none waits.');
  const unpublished = gauge('results_unpublished', 'Results that the broker has not taken yet.');
  const problems = gauge('problem_open', '1 for each open problem.', ['id', 'severity']);
  return (now) => {
    const age = (at: number | null) => (at === null ? null : Math.max(0, (now.now - at) / 1_000));
    const put = (item: Gauge, value: number | null) => (value === null ? item.remove() : item.set(value));
    info.set({ version: now.version }, 1);
    ready.set(now.ready ? 1 : 0);
    mqtt.set(now.mqttConnected ? 1 : 0);
    authorized.set(now.authorized ? 1 : 0);
    put(grantAge, age(now.authorizedAt));
    put(consent, now.consentExpiresAt === null ? null : now.consentExpiresAt / 1_000);
    put(tokenAge, age(now.accessTokenAt));
    open.reset();
    open.set({ state: 'pending', code: '' }, now.queue.pending);
    for (const [state, byCode] of [
      ['held', now.queue.heldByCode],
      ['failed', now.queue.failedByCode],
    ] as const) {
      if (Object.keys(byCode).length === 0) open.set({ state, code: '' }, 0);
      for (const [code, count] of Object.entries(byCode)) open.set({ state, code }, count);
    }
    queueAge.set(age(now.queue.oldestAt) ?? 0);
    unpublished.set(now.unpublished);
    problems.reset();
    // The part of an id behind a colon names a device, and a device is no label to grow without end.
    for (const problem of now.problems)
      problems.inc({ id: problem.id.replace(/:.*/, ''), severity: problem.severity }, 1);
  };
}

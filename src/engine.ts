import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Config, Secrets } from './config.ts';
import { canonicalContent, readIdentityPayload, readMeetingEvent } from './contracts/mqtt.ts';
import { readIdentity, supportOf } from './domain/device.ts';
import type { OpenLedger } from './ledger/sqlite.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics/prometheus.ts';
import type { ConnectionState } from './mqtt/connection.ts';
import { type Link, openLink } from './mqtt/link.ts';
import { agentTopics, deviceTopics, routeTopic, subscriptions } from './mqtt/topics.ts';
import { accountOf } from './providers/google/account-choice.ts';
import { Authorisation } from './providers/google/authorisation.ts';
import { createGoogleCalendar } from './providers/google/client.ts';
import { createCalendarQueries } from './providers/google/queries.ts';
import { redirectNotes } from './providers/google/redirect-uri.ts';
import { Delivery } from './sync/delivery.ts';
import { createIngest } from './sync/ingest.ts';
import { keepTidy } from './sync/keeping.ts';
import type { Clock, GoogleAuthorisation, SettingsStore } from './sync/ports.ts';
import { ProblemBoard, problemsOf } from './sync/problems.ts';
import { Publishing } from './sync/publishing.ts';
import { type Status, statusOf, statusPayload } from './sync/status.ts';
import { Throttle } from './sync/throttle.ts';

export interface EngineOptions {
  config: Config;
  secrets: Secrets;
  ledger: OpenLedger;
  settings: SettingsStore;
  log: Logger;
  version: string;
  clock: Clock;
}

export interface Engine extends AsyncDisposable {
  readonly google: GoogleAuthorisation;
  readonly mqttUrl: string;
  status(): Promise<Status>;
  ready(): { ok: boolean; reasons: string[] };
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Asks one device for the full state of its meetings. Raises `mqtt-unavailable`. */
  resync(device: string): Promise<void>;
  /** A person lets go on what was stopped. Answers how many meetings that concerns. */
  confirm(problem: string): Promise<number | 'unknown' | 'not-confirmable'>;
  /** Something became due. */
  wake(): void;
  /** The calendar settings changed: every meeting is looked at again. */
  settingsChanged(): Promise<void>;
}

const STATUS_MS = 10_000;
const FACTS_MS = 200;
const HOUR_MS = 3_600_000;

/** The way of a message, put together: broker -> ingest -> ledger -> delivery -> calendar -> result. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { config, secrets, ledger, settings, log, clock } = options;
  const topics = deviceTopics(config.mqtt.prefix);
  const own = agentTopics(config.agentId);
  const startedAt = new Date(clock()).toISOString();
  const board = new ProblemBoard(clock);
  const facts: {
    mqtt: ConnectionState;
    sessionLostAt: string | null;
    gate: { code: string; detail: Readonly<Record<string, string>> } | null;
    ledger: string | null;
    claimedTwice: Map<string, string>;
  } = {
    mqtt: { state: 'connecting', reason: null, sessionPresent: false },
    sessionLostAt: null,
    gate: null,
    ledger: null,
    claimedTwice: new Map(),
  };
  let link: Link | null = null;
  const mqttUrl = () => link?.url ?? config.mqtt.url ?? `mqtt://127.0.0.1:${config.mqtt.embeddedPort}`;

  const metrics = createMetrics(async () => {
    const view = google.view();
    const at = (iso: string | null) => (iso === null ? null : Date.parse(iso));
    return {
      version: options.version,
      ready: readiness().ok,
      mqttConnected: facts.mqtt.state === 'connected',
      authorized: view.state === 'authorized',
      authorizedAt: at(view.authorizedAt),
      consentExpiresAt: at(view.consentExpiresAt),
      accessTokenAt: authorisation.tokens.issuedAt,
      queue: await ledger.queue(),
      unpublished: await ledger.unpublished(),
      problems: board.list(),
      now: clock(),
    };
  });
  const onCall = metrics.called;
  const authorisation = new Authorisation({
    settings,
    entries: ledger,
    endpoints: config.google,
    publicUrl: config.publicUrl,
    fetch,
    clock,
    randomToken: () => randomBytes(32).toString('base64url'),
    onCall,
    log,
  });
  const calendar = createGoogleCalendar({
    tokens: authorisation.tokens,
    calendarUrl: config.google.calendarUrl,
    clock,
    onCall,
  });
  const queries = createCalendarQueries({
    authorisation,
    calendar,
    clock,
    newEntryId: () => sha256(randomUUID()).slice(0, 40),
    agentId: config.agentId,
  });
  const google: GoogleAuthorisation = Object.assign(authorisation, queries);

  const publishing = new Publishing({
    ledger,
    publisher: {
      publish: (topic, payload, how) =>
        link === null ? Promise.reject(new Error('not open yet')) : link.publish(topic, payload, how),
    },
    topics,
    log,
  });
  const delivery = new Delivery({
    ledger,
    calendar,
    settings: () => settings.calendar,
    target: () => google.target(),
    // 40 hex digits lie within Google's alphabet for ids (base32hex, RFC 4648 section 7).
    entryId: (device, uid, generation) => sha256(`${device}\n${uid}\n${generation}`).slice(0, 40),
    agentId: config.agentId,
    owner: randomUUID(),
    clock,
    random: Math.random,
    log,
    onSettled({ state, code, ms }) {
      metrics.settled(state, code, ms);
      facts.ledger = null;
      publishing.wake();
      look.ask();
    },
    onForeignAgent(device, agent) {
      facts.claimedTwice.set(device, agent);
    },
    onGate(code, detail) {
      facts.gate = code === null ? null : { code, detail };
      look.ask();
    },
    onLedgerFailure: (error) => ledgerFailed(error),
  });
  const receive = createIngest({
    ledger,
    route: (topic) => routeTopic(config.mqtt.prefix, topic),
    serves: (device) => config.devices === '*' || config.devices.includes(device),
    readEvent: readMeetingEvent,
    readIdentity(payload) {
      const read = readIdentityPayload(payload);
      return read.ok ? { ok: true, identity: readIdentity(read.identity) } : read;
    },
    canonical: canonicalContent,
    sha256,
    clock,
    log,
    onTaken: metrics.taken,
    onAccepted: () => delivery.wake(),
    onRejected: () => publishing.wake(),
    onDevice: () => look.ask(),
  });

  const publishStatus = new Throttle(
    () => void sendStatus().catch((error: unknown) => log.debug({ err: error }, 'the status waits')),
    STATUS_MS,
    clock,
  );
  const look = new Throttle(() => void refresh().catch((error: unknown) => ledgerFailed(error)), FACTS_MS, clock);

  function ledgerFailed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    log.error({ err: error }, 'the ledger failed');
    if (facts.ledger === message) return;
    facts.ledger = message;
    look.ask();
  }

  /** The problems are told anew from the present state. */
  async function refresh(): Promise<void> {
    const [queue, devices] = await Promise.all([ledger.queue(), ledger.devices()]);
    const heldDevices = devices.flatMap((device) => {
      const support = supportOf(device.identity);
      return support.code === null || !(support.code in queue.heldByCode)
        ? []
        : [{ device: device.device, message: support.message, code: support.code }];
    });
    const futureEntries = 'removals-stopped' in queue.heldByCode ? (await ledger.removals(0)).future : 0;
    const { opened, closed, changed } = board.replace(
      problemsOf({
        mqtt: { ...facts.mqtt, url: mqttUrl() },
        sessionLostAt: facts.sessionLostAt,
        google: google.view(),
        gate: facts.gate,
        queue,
        heldDevices,
        ledger: facts.ledger,
        sealed: settings.seal === 'unsealable',
        claimedTwice: [...facts.claimedTwice].map(([device, agent]) => ({ device, agent })),
        futureEntries,
        now: clock(),
        publicUrlNotes: config.publicUrl === null ? [] : redirectNotes(`${config.publicUrl}/google`),
      }),
    );
    for (const problem of opened)
      log.warn({ problem: problem.id, since: problem.since }, `${problem.title}: ${problem.cause}`);
    for (const problem of closed) log.info({ problem: problem.id }, `ended: ${problem.title}`);
    if (changed || opened.length > 0) publishStatus.ask();
  }

  function readiness(): { ok: boolean; reasons: string[] } {
    const reasons = [
      ...(facts.mqtt.state === 'connected' ? [] : [`MQTT: ${facts.mqtt.reason ?? 'connecting'}`]),
      ...(facts.ledger === null ? [] : [`ledger: ${facts.ledger}`]),
    ];
    return { ok: reasons.length === 0, reasons };
  }

  async function status(): Promise<Status> {
    return statusOf({
      version: options.version,
      startedAt,
      mqtt: { state: facts.mqtt.state, url: mqttUrl(), embedded: config.mqtt.url === null },
      google: google.view(),
      queue: await ledger.queue(),
      problems: board.list(),
    });
  }

  async function sendStatus(): Promise<void> {
    const payload = statusPayload(await status());
    await ledger.keepRetained(own.status, payload);
    await link?.publish(own.status, payload, { retain: true });
  }

  async function resync(device: string): Promise<void> {
    const payload = JSON.stringify({ requestId: randomUUID() });
    if (link !== null) await link.publish(topics.command(device, 'resync'), payload, { retain: false });
  }

  async function resyncAll(): Promise<void> {
    for (const { device } of await ledger.devices()) {
      if (config.devices === '*' || config.devices.includes(device)) await resync(device);
    }
  }

  async function onConnected(state: ConnectionState): Promise<void> {
    const hadSession = (await ledger.retained()).some((item) => item.topic === SESSION_MARK);
    if (!state.sessionPresent && hadSession) {
      facts.sessionLostAt = new Date(clock()).toISOString();
      log.warn('the broker had no session: messages may be lost, every device is asked for its meetings');
      await resyncAll();
      look.ask();
    }
    if (!hadSession && config.mqtt.url !== null) await ledger.keepRetained(SESSION_MARK, 'yes');
    publishing.wake();
    publishStatus.ask();
  }

  google.onChange(() => {
    void delivery.reopen().catch(ledgerFailed);
    look.ask();
  });
  link = await openLink({
    url: config.mqtt.url,
    embeddedPort: config.mqtt.embeddedPort,
    username: secrets.mqttUsername,
    password: secrets.mqttPassword,
    ca: config.mqtt.ca,
    clientId: `calendar-agent-${config.agentId}`,
    availabilityTopic: own.availability,
    subscriptions: subscriptions(config.mqtt.prefix, config.devices),
    log,
    async onMessage(topic, payload) {
      try {
        await receive(topic, payload);
        if (facts.ledger !== null) {
          facts.ledger = null;
          look.ask();
        }
      } catch (error) {
        ledgerFailed(error);
        throw error;
      }
    },
    onState(state) {
      facts.mqtt = state;
      if (state.reason !== null) log.warn({ state: state.state }, `the broker ${state.reason}`);
      look.ask();
      if (state.state === 'connected')
        void onConnected(state).catch((error: unknown) => log.warn({ err: error }, 'after connecting'));
    },
    retained: () => retainedMessages(ledger, topics),
  });
  await ledger.releaseLeases('');
  const { grant } = settings.google;
  if (grant !== null) await ledger.useAccount(accountOf(grant, settings.calendar, 'keep-entries'));
  for (const device of await ledger.devices()) {
    const support = supportOf(device.identity);
    log.info({ device: device.device, support: support.state }, `device ${device.device}: ${support.message}`);
  }
  delivery.start();
  publishing.wake();
  look.ask();
  // Time alone brings the end of a permission closer, and shows that one has ended.
  const hourly = setInterval(() => {
    look.ask();
    authorisation.keepAlive().catch((error: unknown) => log.warn({ err: error }, 'the permission could not be tried'));
  }, HOUR_MS);
  const stop = new AbortController();
  const keeping = keepTidy(
    { ledger, retentionDays: config.retentionDays, clock, log, onEmptied: () => publishing.wake() },
    stop.signal,
  );

  return {
    google,
    mqttUrl: mqttUrl(),
    status,
    ready: readiness,
    metrics: metrics.text,
    resync,
    async confirm(problem) {
      const open = board.list().find((item) => item.id === problem);
      if (open === undefined) return 'unknown';
      if (open.confirmable !== true) return 'not-confirmable';
      const released = await ledger.confirmRemovals();
      delivery.wake();
      look.ask();
      return released;
    },
    wake: () => delivery.wake(),
    settingsChanged: () => delivery.reopen(),
    async [Symbol.asyncDispose]() {
      clearInterval(hourly);
      look[Symbol.dispose]();
      publishStatus[Symbol.dispose]();
      stop.abort();
      await keeping;
      await delivery[Symbol.asyncDispose]();
      await publishing[Symbol.asyncDispose]();
      await link?.[Symbol.asyncDispose]();
    },
  };
}

/** Remembers, beside the retained messages, that the broker once had a session of ours. It is no topic. */
const SESSION_MARK = '$agent/had-session';

/** What a broker that keeps nothing on disk must know again. */
async function retainedMessages(
  ledger: OpenLedger,
  topics: ReturnType<typeof deviceTopics>,
): Promise<{ topic: string; payload: string }[]> {
  const [results, devices, kept] = await Promise.all([ledger.results(), ledger.devices(), ledger.retained()]);
  return [
    ...results.map((item) => ({ topic: topics.result(item.device, item.uid), payload: item.payload })),
    ...devices.flatMap((item) =>
      item.identityPayload === null ? [] : [{ topic: topics.identity(item.device), payload: item.identityPayload }],
    ),
    ...kept.filter((item) => item.topic !== SESSION_MARK),
  ];
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Config, Secrets } from './config.ts';
import { canonicalContent, readIdentityPayload, readMeetingEvent, readReplyPayload } from './contracts/mqtt.ts';
import { readIdentity, supportOf } from './domain/device.ts';
import { withoutAddress } from './domain/directory.ts';
import { AppError } from './errors.ts';
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
import { rehearse } from './providers/google/rehearsal.ts';
import { certificateProblems } from './sync/certificate-problems.ts';
import { ClockWatch } from './sync/clock-watch.ts';
import { Delivery } from './sync/delivery.ts';
import { type Erasure, eraseAddress } from './sync/erasure.ts';
import { createIngest } from './sync/ingest.ts';
import { InvitationBudget } from './sync/invitation-budget.ts';
import { keepTidy } from './sync/keeping.ts';
import { LedgerWatch } from './sync/ledger-watch.ts';
import { Pacer } from './sync/pacer.ts';
import type {
  Actor,
  AlertWatch,
  CertificateView,
  Clock,
  DeviceRecord,
  DirectoryStore,
  GoogleAuthorisation,
  MeetingKey,
  MeetingRecord,
  MqttView,
  QueueFigures,
  Retaking,
  SettingsStore,
  Topic,
} from './sync/ports.ts';
import { previewEvent } from './sync/preview.ts';
import { ProblemBoard, problemsOf } from './sync/problems.ts';
import { Publishing } from './sync/publishing.ts';
import { Refill } from './sync/refill.ts';
import { isNote, Resync } from './sync/resync.ts';
import { createRetaking } from './sync/retaking.ts';
import { type Status, statusOf, statusPayload } from './sync/status.ts';
import { Throttle } from './sync/throttle.ts';
import { type Verification, verifyMeeting } from './sync/verify.ts';

export interface EngineOptions {
  config: Config;
  secrets: Secrets;
  ledger: OpenLedger;
  settings: SettingsStore & DirectoryStore;
  alerts: AlertWatch;
  log: Logger;
  version: string;
  clock: Clock;
  /** The certificate of the admin pages; null = they are served without one. */
  certificate: CertificateSource | null;
}

export interface CertificateSource {
  view(): CertificateView;
  onChange(listener: () => void): void;
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
  /** Reads a meeting's entries back and compares them. Raises what the calendar raises. */
  verify(record: MeetingRecord): Promise<Verification>;
  /** What an event would do; nothing is written. Raises what the calendar raises. */
  preview(input: Parameters<typeof previewEvent>[1]): ReturnType<typeof previewEvent>;
  /** A person wants a meeting tried now. */
  retry(key: MeetingKey): Promise<void>;
  /** The calendar settings changed: every meeting is looked at again. */
  settingsChanged(): Promise<void>;
  /** A directory or a choice of meetings, for meetings that are known already. */
  readonly retaking: Retaking;
  /** Takes an address out of everything that is kept. */
  erase(request: { email: string; actor: Actor | string }): Promise<Erasure>;
  readonly startedAt: string;
  mqtt(): MqttView;
  /** Publishes the status once more and waits until the broker has it. Raises `mqtt-unavailable`. */
  testMqtt(): Promise<{ topic: string; tookMs: number }>;
  /** Called, often, whenever something may be loaded anew. */
  onChange(listener: (topic: Topic) => void): void;
}

const STATUS_MS = 10_000;
const FACTS_MS = 200;
/** How often it is asked whether a wrong clock was set right. */
const CLOCK_LOOK_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The way of a message, put together: broker -> ingest -> ledger -> delivery -> calendar -> result. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { config, secrets, ledger, settings, alerts, log, clock } = options;
  const topics = deviceTopics(config.mqtt.prefix);
  const own = agentTopics(config.agentId);
  const startedAt = new Date(clock()).toISOString();
  const board = new ProblemBoard(clock);
  const facts: {
    mqtt: ConnectionState;
    gates: Map<string, { code: string; detail: Readonly<Record<string, string>> }>;
    claimedTwice: Map<string, string>;
    /** Since when the connection is as it is. */
    mqttSince: string | null;
  } = {
    mqtt: { state: 'connecting', reason: null, sessionPresent: false },
    gates: new Map(),
    claimedTwice: new Map(),
    mqttSince: null,
  };
  const part = (component: string) => log.child({ component });
  const listeners: ((topic: Topic) => void)[] = [];
  const changed = (...topics: Topic[]) => {
    for (const topic of topics) for (const listener of listeners) listener(topic);
  };
  let link: Link | null = null;
  const serves = (device: string) => config.devices === '*' || config.devices.includes(device);
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
  const ledgerWatch = new LedgerWatch(ledger, () => look.ask());
  const clockWatch = new ClockWatch(clock, () => performance.now());
  const onDate = (at: number): void => {
    if (clockWatch.told(at)) look.ask();
  };
  const authorisation = new Authorisation({
    settings,
    entries: ledger,
    endpoints: config.google,
    publicUrl: config.publicUrl,
    fetch,
    clock,
    randomToken: () => randomBytes(32).toString('base64url'),
    onCall,
    onDate,
    log: part('google'),
  });
  const pacer = new Pacer({
    clock,
    limit: () => settings.calendar.requestsPerMinute,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
  });
  const calendarFor = (urgent: boolean) =>
    createGoogleCalendar({
      tokens: authorisation.tokens,
      calendarUrl: config.google.calendarUrl,
      clock,
      pace: (request) => pacer.run(request, { urgent }),
      onCall,
      onDate,
    });
  const calendar = calendarFor(false);
  /** For people who wait: their requests go first. */
  const readily = calendarFor(true);
  const queries = createCalendarQueries({
    authorisation,
    calendar: readily,
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
    log: part('mqtt'),
  });
  const budget = new InvitationBudget(clock, await ledger.invited());
  const delivery = new Delivery({
    ledger,
    calendar,
    settings: () => settings.calendar,
    target: () => google.target(),
    entryId,
    agentId: config.agentId,
    budget,
    owner: randomUUID(),
    clock,
    random: Math.random,
    log: part('calendar'),
    onSettled({ state, code, ms }) {
      metrics.settled(state, code, ms);
      changed('meetings', 'activity');
      publishing.wake();
      look.ask();
    },
    onForeignAgent(device, agent) {
      facts.claimedTwice.set(device, agent);
    },
    onGate(gate, code, detail) {
      if (code === null) facts.gates.delete(gate);
      else facts.gates.set(gate, { code, detail });
      look.ask();
    },
    onLedgerFailure: (error) => ledgerFailed(error),
  });
  const resync = new Resync({
    ledger,
    command: (device, payload) =>
      link === null
        ? Promise.reject(new AppError('mqtt-unavailable', 'not connected to the broker'))
        : link.publish(topics.command(device, 'resync'), payload, { retain: false }),
    serves,
    newId: randomUUID,
    clock,
    log: part('mqtt'),
    onChange: () => look.ask(),
  });
  await resync.open();
  const taking = () => ({
    directory: settings.directory,
    selection: { selector: settings.calendar.selector, tag: settings.calendar.tag },
  });
  const receive = createIngest({
    ledger,
    route: (topic) => routeTopic(config.mqtt.prefix, topic),
    serves,
    readEvent: readMeetingEvent,
    readIdentity(payload) {
      const read = readIdentityPayload(payload);
      return read.ok ? { ok: true, identity: readIdentity(read.identity) } : read;
    },
    readReply: readReplyPayload,
    onReply: (device, reply) => resync.replied(device, reply),
    canonical: canonicalContent,
    sha256,
    taking,
    clock,
    log: part('meetings'),
    onTaken: metrics.taken,
    onAccepted() {
      changed('meetings', 'activity');
      delivery.wake();
    },
    onRejected() {
      changed('activity');
      publishing.wake();
    },
    onDevice(device) {
      changed('devices');
      look.ask();
      refill.heard(device);
    },
  });
  const refill = new Refill({
    ledger,
    resync: (device) => resync.ask(device),
    log: part('meetings'),
  });
  await refill.load();

  const publishStatus = new Throttle(
    () => void sendStatus().catch((error: unknown) => log.debug({ err: error }, 'the status waits')),
    STATUS_MS,
    clock,
  );
  const look = new Throttle(() => void refresh().catch((error: unknown) => ledgerFailed(error)), FACTS_MS, clock);

  function ledgerFailed(error: unknown): void {
    if (ledgerWatch.failed(error)) log.error({ err: error }, 'the ledger failed');
  }

  let seen: [QueueFigures, DeviceRecord[]] = await Promise.all([ledger.queue(), ledger.devices()]);
  /** The problems are told anew from the present state. */
  async function refresh(): Promise<void> {
    // A ledger that cannot even be read is told as well; the figures are then the last ones that were had.
    seen = await Promise.all([ledger.queue(), ledger.devices()]).catch((error: unknown) => {
      ledgerFailed(error);
      return seen;
    });
    const [queue, devices] = seen;
    const heldDevices = devices.flatMap((device) => {
      const support = supportOf(device.identity);
      return support.code === null || !(support.code in queue.heldByCode)
        ? []
        : [{ device: device.device, message: support.message, code: support.code }];
    });
    const futureEntries = 'removals-stopped' in queue.heldByCode ? (await ledger.removals(0)).future : 0;
    const {
      opened,
      closed,
      changed: differs,
    } = board.replace([
      ...certificateProblems(options.certificate?.view() ?? null, clock()),
      ...problemsOf({
        mqtt: { ...facts.mqtt, url: mqttUrl() },
        sessionLost: resync.lost,
        google: google.view(),
        gates: [...facts.gates.values()],
        queue,
        heldDevices,
        ledger: ledgerWatch.failure,
        clockBehindMs: clockWatch.behindMs,
        sealed: settings.seal === 'unsealable',
        claimedTwice: [...facts.claimedTwice].map(([device, agent]) => ({ device, agent })),
        futureEntries,
        now: clock(),
        publicUrlNotes: config.publicUrl === null ? [] : redirectNotes(`${config.publicUrl}/google`),
        alertFailures: alerts.failures(),
      }),
    ]);
    alerts.watch(board.list(), Object.keys(queue.heldByCode));
    for (const problem of opened)
      log.warn({ problem: problem.id, since: problem.since }, `${problem.title}: ${problem.cause}`);
    for (const problem of closed) log.info({ problem: problem.id }, `ended: ${problem.title}`);
    if (differs || opened.length > 0) publishStatus.ask();
    changed('status');
    if (clockWatch.behindMs !== null) clockLook ??= setTimeout(lookAtClock, CLOCK_LOOK_MS);
  }

  let clockLook: NodeJS.Timeout | null = null;
  function lookAtClock(): void {
    clockLook = null;
    look.ask();
  }

  async function forgetAddress(email: string): Promise<number> {
    const known = () => Object.keys(settings.directory.entries).length;
    const before = known();
    await settings.saveDirectory((directory) => withoutAddress(directory, email));
    return before - known();
  }

  function readiness(): { ok: boolean; reasons: string[] } {
    const reasons = [
      ...(facts.mqtt.state === 'connected' ? [] : [`MQTT: ${facts.mqtt.reason ?? 'connecting'}`]),
      ...(ledgerWatch.failure === null ? [] : [`ledger: ${ledgerWatch.failure}`]),
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
      certificate: options.certificate?.view() ?? null,
      problems: board.list(),
    });
  }

  async function sendStatus(): Promise<void> {
    const payload = statusPayload(await status());
    await link?.publish(own.status, payload, { retain: true });
    // Kept last: on a full disk it fails, and that is just what the status has to tell.
    await ledger.keepRetained(own.status, payload);
  }

  async function onConnected(state: ConnectionState): Promise<void> {
    publishStatus.ask();
    // The embedded broker lives and dies with the agent: it keeps no sessions, and loses none.
    if (config.mqtt.url !== null) await resync.connected(state.sessionPresent);
    publishing.wake();
  }

  options.certificate?.onChange(() => look.ask());
  alerts.onChange(() => look.ask());
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
    log: part('mqtt'),
    async onMessage(topic, payload) {
      try {
        await receive(topic, payload);
        const route = routeTopic(config.mqtt.prefix, topic);
        if (route?.kind === 'meeting') refill.answered(route.device);
      } catch (error) {
        ledgerFailed(error);
        throw error;
      }
    },
    onState(state) {
      if (facts.mqtt.state !== state.state || facts.mqttSince === null)
        facts.mqttSince = new Date(clock()).toISOString();
      facts.mqtt = state;
      if (state.reason !== null) part('mqtt').warn({ state: state.state }, `the broker ${state.reason}`);
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
    { ledger, retentionDays: config.retentionDays, clock, log: part('keeping'), onEmptied: () => publishing.wake() },
    stop.signal,
  );

  return {
    google,
    mqttUrl: mqttUrl(),
    status,
    ready: readiness,
    metrics: metrics.text,
    resync: (device) => resync.ask(device),
    async confirm(problem) {
      const open = board.list().find((item) => item.id === problem);
      if (open === undefined) return 'unknown';
      if (open.confirmable !== true) return 'not-confirmable';
      if (problem === 'invitations-capped') budget.reset();
      const released =
        problem === 'invitations-capped' ? await ledger.wake({ codes: [problem] }) : await ledger.confirmRemovals();
      delivery.wake();
      look.ask();
      return released;
    },
    retry: (key) => delivery.retry(key),
    verify: (record) => verifyMeeting({ calendar: readily, clock }, record),
    preview: (input) =>
      previewEvent(
        {
          ledger,
          rehearse: () => rehearse(readily),
          readEvent: readMeetingEvent,
          contentHash: (event) => sha256(canonicalContent(event)),
          taking,
          settings: () => settings.calendar,
          target: () => google.target(),
          entryId,
          agentId: config.agentId,
          clock,
        },
        input,
      ),
    settingsChanged: () => delivery.reopen(),
    startedAt,
    mqtt: () => ({
      state: facts.mqtt.state,
      reason: facts.mqtt.reason,
      url: mqttUrl(),
      embedded: config.mqtt.url === null,
      username: secrets.mqttUsername ?? null,
      clientId: `calendar-agent-${config.agentId}`,
      topicPrefix: config.mqtt.prefix,
      since: facts.mqttSince,
      session: config.mqtt.url === null ? 'none' : facts.mqtt.sessionPresent ? 'kept' : 'new',
      sessionLostAt: resync.lost?.at ?? null,
    }),
    async testMqtt() {
      if (facts.mqtt.state !== 'connected')
        throw new AppError('mqtt-unavailable', `${mqttUrl()} ${facts.mqtt.reason ?? 'does not answer yet'}`);
      const began = performance.now();
      await sendStatus();
      return { topic: own.status, tookMs: Math.round(performance.now() - began) };
    },
    onChange: (listener) => void listeners.push(listener),
    retaking: createRetaking({
      ledger,
      settings: () => settings.calendar,
      target: () => google.target(),
      agentId: config.agentId,
      clock,
      onApplied: () => delivery.wake(),
    }),
    erase: (request) => eraseAddress({ ledger, sha256, forgetAddress, onErased: () => publishing.wake() }, request),
    async [Symbol.asyncDispose]() {
      if (clockLook !== null) clearTimeout(clockLook);
      ledgerWatch[Symbol.dispose]();
      clearInterval(hourly);
      look[Symbol.dispose]();
      pacer[Symbol.dispose]();
      publishStatus[Symbol.dispose]();
      refill[Symbol.dispose]();
      stop.abort();
      await keeping;
      await delivery[Symbol.asyncDispose]();
      await publishing[Symbol.asyncDispose]();
      await link?.[Symbol.asyncDispose]();
    },
  };
}

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
    ...kept.filter((item) => !isNote(item.topic)),
  ];
}

/** 40 hex digits lie within Google's alphabet for ids (base32hex, RFC 4648 section 7). */
function entryId(device: string, uid: string, generation: number): string {
  return sha256(`${device}\n${uid}\n${generation}`).slice(0, 40);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

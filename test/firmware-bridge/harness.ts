import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import pino from 'pino';
import { Check } from 'typebox/value';
import { type Bridge, startBridge } from '../../firmware-bridge/bridge.ts';
import { loadDialect } from '../../firmware-bridge/dialect/load.ts';
import type { DeviceSettings } from '../../firmware-bridge/settings.ts';
import { type Certificate, selfSigned } from '../../firmware-bridge/simulator/certificate.ts';
import { type Preset, type Simulator, startSimulator } from '../../firmware-bridge/simulator/server.ts';
import { CancellationSchema, IdentitySchema, MeetingEventSchema } from '../../src/contracts/mqtt.ts';
import type { Operation } from '../../src/domain/meeting.ts';

export const PRESETS: readonly Preset[] = ['reservation', 'meetme', 'renamed'];
export const silent = pino({ level: 'silent' });

let shared: Certificate | undefined;

/** One certificate for all simulators of a test file: making a key takes longer than a test. */
export function certificate(): Certificate {
  shared ??= selfSigned();
  return shared;
}

export function simulator(options: Parameters<typeof startSimulator>[0] = {}): Promise<Simulator> {
  return startSimulator({ certificate: certificate(), maxPageSize: 2, ...options });
}

export function renamedDialect() {
  const file = new URL('../../firmware-bridge/simulator/renamed-dialect.json', import.meta.url);
  return loadDialect(readFileSync(file, 'utf8'), 'renamed-dialect.json');
}

export function settingsFor(pbx: Simulator, change: Partial<DeviceSettings> = {}): DeviceSettings {
  return {
    url: pbx.url,
    user: pbx.user,
    password: () => pbx.password,
    tls: { fingerprint: pbx.fingerprint, ca: null, insecure: false, securityLevel: null },
    id: null,
    name: 'Head office',
    timeZone: 'Europe/Berlin',
    // Nothing waits for a period: every look is asked for.
    pollSeconds: 3_600,
    holdSeconds: 3_600,
    dialect: pbx.preset === 'renamed' ? renamedDialect() : null,
    allowWrite: false,
    lookUpAddresses: false,
    mqtt: { username: undefined, password: undefined },
    ...change,
  };
}

export interface Running extends AsyncDisposable {
  bridge: Bridge;
  dataDir: string;
}

export function runBridge(options: {
  mqttUrl: string;
  devices: DeviceSettings[];
  dataDir?: string;
  clock?: () => number;
}): Running {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'bridge-'));
  const bridge = startBridge({
    config: {
      dataDir,
      logLevel: 'silent',
      mqtt: { url: options.mqttUrl, ca: undefined, prefix: 'pbx' },
      devices: options.devices,
    },
    log: silent,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  return {
    bridge,
    dataDir,
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface PublishedEvent {
  operation: Operation;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: events are probed member by member
  data: any;
}

/** Whether a message is as the contract says. */
function keepsContract(operation: Operation | 'identity', document: unknown): boolean {
  const schema =
    operation === 'identity' ? IdentitySchema : operation === 'cancelled' ? CancellationSchema : MeetingEventSchema;
  return Check(schema, document);
}

export interface Listener extends AsyncDisposable {
  events: PublishedEvent[];
  /** Messages that are not as the contract says. */
  wrong: string[];
  availability: string[];
  // biome-ignore lint/suspicious/noExplicitAny: probed member by member
  identities: any[];
  // biome-ignore lint/suspicious/noExplicitAny: probed member by member
  replies: any[];
  until(probe: () => unknown): Promise<void>;
  command(name: string, document: Record<string, unknown>): Promise<void>;
  /** Resolves when everything published before it has arrived. */
  settled(): Promise<void>;
}

/** The agent's side of the broker. */
export async function listen(url: string, device: string): Promise<Listener> {
  const client = await connectAsync(url, { reconnectPeriod: 25, clientId: `listener-${device}`, clean: false });
  const waiting = new Set<() => void>();
  const marks = new Set<string>();
  const listener: Listener = {
    events: [],
    wrong: [],
    availability: [],
    identities: [],
    replies: [],
    async until(probe) {
      while (!probe()) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    async command(name, document) {
      await client.publishAsync(`pbx/${device}/commands/${name}`, JSON.stringify(document), { qos: 1 });
    },
    async settled() {
      const mark = `mark-${Math.random()}`;
      await client.publishAsync(`pbx/${device}/marks`, mark, { qos: 1 });
      await listener.until(() => marks.has(mark));
    },
    async [Symbol.asyncDispose]() {
      await client.endAsync(true);
    },
  };
  client.on('message', (topic, payload) => {
    const text = payload.toString();
    const rest = topic.slice(`pbx/${device}/`.length);
    const operation = /^meetings\/(scheduled|updated|cancelled)$/.exec(rest)?.[1] as Operation | undefined;
    if (operation !== undefined) {
      const event = JSON.parse(text);
      if (!keepsContract(operation, event)) listener.wrong.push(text);
      listener.events.push({ operation, id: event.id, data: event.data });
    } else if (rest === 'availability') listener.availability.push(text);
    else if (rest === 'identity') {
      const identity = JSON.parse(text);
      if (!keepsContract('identity', identity)) listener.wrong.push(text);
      listener.identities.push(identity);
    } else if (rest === 'commands/reply') listener.replies.push(JSON.parse(text));
    else if (rest === 'marks') marks.add(text);
    for (const wake of waiting) wake();
    waiting.clear();
  });
  await client.subscribeAsync(
    ['availability', 'identity', 'meetings/+', 'commands/reply', 'marks'].map((name) => `pbx/${device}/${name}`),
    { qos: 1 },
  );
  return listener;
}

/** A look that must succeed; resolves with the number of events. */
export async function poll(running: Running): Promise<number> {
  const [outcome] = await running.bridge.poll();
  if (outcome === undefined || !outcome.ok) throw new Error(`the poll failed: ${JSON.stringify(outcome)}`);
  return outcome.changes;
}

/** A look that must fail; resolves with the code of the problem. */
export async function failedPoll(running: Running): Promise<string> {
  const [outcome] = await running.bridge.poll();
  if (outcome === undefined || outcome.ok) throw new Error('the poll succeeded');
  return outcome.problem.code;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type AgentProcess, CLIENT, REDIRECT, startAgentProcess } from '../e2e/harness.ts';
import { type Mosquitto, startMosquitto } from '../fakes/mosquitto.ts';
import { now } from './clock.ts';
import { end, startWorker, type Worker } from './processes/call.ts';
import type { GoogleMethods } from './processes/google.ts';
import type { PublisherMethods } from './processes/publisher.ts';

/** What every benchmark plays on: broker, stand-in for Google and PBX, each in a process of its own. */
export interface Stage extends AsyncDisposable {
  readonly quick: boolean;
  readonly broker: Mosquitto;
  readonly google: Worker<GoogleMethods>;
  readonly pbx: Worker<PublisherMethods>;
  readonly calendarUrl: string;
  /** An access token for those who talk to Google without the agent. */
  readonly token: string;
  /** An agent on the broker; authorized and with an identified PBX unless told otherwise. */
  agent(options?: AgentChoice): Promise<TimedAgent>;
  /** The script on the same broker. Its topics begin with `script`, so that both can be up and only one is meant. */
  script(): Promise<TimedProcess>;
  /** A folder that is gone when it is disposed. */
  folder(): AsyncDisposable & { readonly path: string };
  say(text: string): void;
}

export interface AgentChoice {
  dataDir?: string;
  authorize?: boolean;
  embedded?: boolean;
  /** Run from the sources instead of as it is shipped. */
  sources?: boolean;
  /** Topics and agent id of its own, where several agents are up. */
  prefix?: string;
  env?: Record<string, string>;
}

export interface TimedProcess extends AsyncDisposable {
  readonly pid: number;
  /** From the start of the process until it says that it is ready. */
  readonly readyMs: number;
}
export type TimedAgent = TimedProcess & { readonly process: AgentProcess };

export const SCRIPT_PREFIX = 'script';
/** How many writes the agent has under way at once; the bare loop has as many. */
export const CONCURRENCY = 8;

/** Saved when the broker ends; saving at every change would make the broker the slowest of all. */
const BROKER = ['autosave_interval 1800', 'autosave_on_changes false'];

/** @param options.shipped how `npm start` of the built folder runs it */
export async function openStage(options: {
  quick: boolean;
  shipped: { main: string; nodeOptions: string[] };
  say(text: string): void;
}): Promise<Stage> {
  await using parts = new AsyncDisposableStack();
  const broker = parts.use(await startMosquitto(BROKER));
  const google = parts.use(await startWorker<GoogleMethods>('./google.ts'));
  const pbx = parts.use(await startWorker<PublisherMethods>('./publisher.ts'));
  const addresses = await google.call.addresses();
  await pbx.call.connect(broker.url);
  const token = await accessToken(google, addresses);
  const owned = parts.move();
  return {
    ...options,
    broker,
    google,
    pbx,
    calendarUrl: addresses.calendarUrl,
    token,
    async agent({ dataDir, authorize = true, embedded = false, sources = false, prefix, env = {} } = {}) {
      const from = now();
      const agent = await startAgentProcess({
        google: addresses,
        ...(embedded ? {} : { mqttUrl: broker.url }),
        ...(sources ? {} : options.shipped),
        ...(dataDir === undefined ? {} : { dataDir }),
        env: { ...(prefix === undefined ? {} : { MQTT_TOPIC_PREFIX: prefix, AGENT_ID: prefix }), ...env },
      });
      const readyMs = now() - from;
      if (authorize) {
        await agent.authorize({ consent: (url) => google.call.consent(url) });
        await unlimited(agent);
        await pbx.call.identify(prefix ?? 'pbx');
        await supported(agent);
      }
      return {
        process: agent,
        pid: agent.child.pid ?? 0,
        readyMs,
        [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
      };
    },
    async script() {
      const from = now();
      const child = spawn(process.execPath, [fileURLToPath(new URL('./processes/script.ts', import.meta.url))], {
        env: {
          PATH: process.env['PATH'],
          NO_PROXY: '127.0.0.1,localhost',
          MQTT_URL: broker.url,
          MQTT_TOPIC_PREFIX: SCRIPT_PREFIX,
          GOOGLE_CALENDAR_URL: addresses.calendarUrl,
          GOOGLE_ACCESS_TOKEN: token,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await line(child, 'ready');
      return { pid: child.pid ?? 0, readyMs: now() - from, [Symbol.asyncDispose]: () => end(child, 'SIGKILL') };
    },
    folder() {
      const path = mkdtempSync(join(tmpdir(), 'bench-'));
      return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Memory that the process holds now, in megabytes (VmRSS). */
export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}

/** Processor time that the process has used so far, in milliseconds: what others do meanwhile does not count. */
export function processorMs(pid: number): number {
  // proc(5): after the name in parentheses, utime and stime are the 12th and 13th field, in ticks of 10 ms.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** As wide as the settings allow: what is measured is the agent, not the brakes that keep it within Google's quota. */
async function unlimited(agent: AgentProcess): Promise<void> {
  const { body: settings } = await agent.api('GET', '/api/v1/google/settings');
  const wide = { ...settings, guestsPerHour: 100_000, requestsPerMinute: 100_000 };
  const { status } = await agent.api('PUT', '/api/v1/google/settings', wide);
  if (status !== 200) throw new Error(`the settings answered ${status}`);
}

async function supported(agent: AgentProcess): Promise<void> {
  for (;;) {
    const { body } = await agent.api('GET', '/api/v1/devices');
    if (body.some((device: { support: { state: string } }) => device.support.state === 'supported')) return;
  }
}

async function line(child: ChildProcess, text: string): Promise<void> {
  if (child.stdout === null) throw new Error('the process has no output');
  for await (const found of createInterface({ input: child.stdout })) if (found === text) return;
  throw new Error(`the process ended before it said "${text}"`);
}

/** What the agent's own authorisation does, in the shortest way. */
async function accessToken(google: Worker<GoogleMethods>, addresses: { authorizationUrl: string; tokenUrl: string }) {
  const url = new URL(addresses.authorizationUrl);
  url.search = new URLSearchParams({
    client_id: CLIENT.clientId,
    redirect_uri: REDIRECT,
    response_type: 'code',
    access_type: 'offline',
    scope: 'https://www.googleapis.com/auth/calendar.events',
  }).toString();
  const code = new URL(await google.call.consent(url.href)).searchParams.get('code') ?? '';
  const answer = await fetch(addresses.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id: CLIENT.clientId,
      client_secret: CLIENT.clientSecret,
      redirect_uri: REDIRECT,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`the stand-in gave no token: ${answer.status}`);
  return token;
}

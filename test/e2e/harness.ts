import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type GoogleStandIn, startGoogle } from '../fakes/google/server.ts';

export const CLIENT = { clientId: '123456-abc.apps.googleusercontent.com', clientSecret: 'GOCSPX-very-secret-1234' };
export const ACCOUNT = {
  email: 'arthur.morgan@mycompanyabc.com',
  sub: '1001',
  hd: 'mycompanyabc.com',
  timeZone: 'Europe/Berlin',
};
export const PASSWORD = 'correct horse battery';
export const REDIRECT = 'https://ucm.grandstream.com/google';

/** A stand-in for Google with one client and one account. */
export async function startCalendar(options: { now?: () => number } = {}): Promise<GoogleStandIn> {
  const google = await startGoogle(options);
  google.addClient({ clientId: CLIENT.clientId, clientSecrets: [CLIENT.clientSecret], redirectUris: [REDIRECT] });
  google.addAccount(ACCOUNT);
  return google;
}

/** JSON as a test reads it: members by name, checked by what is expected of them. */
// biome-ignore lint/suspicious/noExplicitAny: answers are probed member by member
type Answer = any;

/** The stand-in as the agent sees it, and as its account's owner does: it may run in another process. */
type Addresses = Pick<GoogleStandIn, 'authorizationUrl' | 'tokenUrl' | 'revocationUrl' | 'calendarUrl'>;
interface Consenting {
  consent(url: string, choice: Parameters<GoogleStandIn['consent']>[1]): string | Promise<string>;
}

export interface AgentProcess extends AsyncDisposable {
  url: string;
  mqttUrl: string;
  dataDir: string;
  /** Everything it has printed. */
  output: string[];
  child: ChildProcess;
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer; headers: Headers }>;
  signIn(): Promise<void>;
  /** Credentials, consent, paste: the whole story through the API. */
  authorize(google: Consenting, choice?: { scopes?: string[]; email?: string }): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface AgentOptions {
  google: Addresses;
  mqttUrl?: string;
  embeddedPort?: number;
  dataDir?: string;
  env?: Record<string, string>;
  /** Modules that are loaded into the process before the program. */
  imports?: string[];
  /** Megabytes of heap that the process may use; Node's own choice follows the machine. */
  heapMb?: number;
  /** What is run; the sources otherwise. */
  main?: string;
  /** Options of Node itself. */
  nodeOptions?: string[];
}

/** The real process, as `npm start` runs it. */
export async function startAgentProcess(options: AgentOptions): Promise<AgentProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'agent-'));
  const { google } = options;
  const imports = (options.imports ?? []).flatMap((module) => ['--import', module]);
  const main = options.main ?? new URL('../../src/main.ts', import.meta.url).pathname;
  const heap = options.heapMb === undefined ? [] : [`--max-old-space-size=${options.heapMb}`];
  const child = spawn(process.execPath, [...heap, ...(options.nodeOptions ?? []), ...imports, main], {
    env: {
      PATH: process.env['PATH'],
      TZ: process.env['TZ'],
      DATA_DIR: dataDir,
      PORT: '0',
      ADMIN_PASSWORD: PASSWORD,
      GOOGLE_AUTHORIZATION_URL: google.authorizationUrl,
      GOOGLE_TOKEN_URL: google.tokenUrl,
      GOOGLE_REVOCATION_URL: google.revocationUrl,
      GOOGLE_CALENDAR_URL: google.calendarUrl,
      ...(options.mqttUrl === undefined
        ? { EMBEDDED_BROKER_PORT: String(options.embeddedPort ?? 0) }
        : { MQTT_URL: options.mqttUrl }),
      ...options.env,
    },
    stdio: imports.length === 0 ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { stdout, stderr: errors } = child;
  if (stdout === null || errors === null) throw new Error('the agent has no output');
  const output: string[] = [];
  const stderr: string[] = [];
  createInterface({ input: errors }).on('line', (line) => stderr.push(line) && output.push(line));
  const ready = new Promise<{ url: string; mqtt: string }>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      output.push(line);
      if (!line.includes('"ready: ')) return;
      resolve(JSON.parse(line));
    });
    child.once('exit', (code) => reject(new Error(`the agent ended with ${code}: ${stderr.join('\n')}`)));
  });
  const { url, mqtt } = await ready;
  let cookie = '';
  const agent: AgentProcess = {
    url,
    mqttUrl: mqtt,
    dataDir,
    output,
    child,
    async api(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const set = response.headers.get('set-cookie');
      if (set !== null) cookie = set.split(';', 1)[0] ?? '';
      const text = await response.text();
      return {
        status: response.status,
        body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
        headers: response.headers,
      };
    },
    async signIn() {
      const answer = await agent.api('POST', '/api/v1/session', { username: 'admin', password: PASSWORD });
      if (answer.status !== 204) throw new Error(`sign-in answered ${answer.status}`);
    },
    async authorize(standIn, choice = {}) {
      await agent.signIn();
      await agent.api('PUT', '/api/v1/google/credentials', CLIENT);
      const attempt = await agent.api('POST', '/api/v1/google/authorization');
      const address = await standIn.consent(attempt.body.url, {
        email: choice.email ?? ACCOUNT.email,
        ...(choice.scopes === undefined ? {} : { scopes: choice.scopes }),
      });
      const answer = await agent.api('PUT', '/api/v1/google/authorization', { code: address });
      if (answer.status !== 200)
        throw new Error(`authorization answered ${answer.status} ${JSON.stringify(answer.body)}`);
    },
    async kill(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
    async [Symbol.asyncDispose]() {
      await agent.kill('SIGKILL');
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return agent;
}

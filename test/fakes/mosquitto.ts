import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BINARY = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find((path) =>
  existsSync(path),
);

/** Tests of a real broker are skipped where none is installed; in CI they must run. */
export const withoutMosquitto = BINARY === undefined && process.env['CI'] === undefined;

export interface Mosquitto extends AsyncDisposable {
  url: string;
  port: number;
  folder: string;
  /** Ends the broker as a shutdown does (it saves) or as a power cut does. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  start(): Promise<void>;
  /** Everything it kept on its disk goes: sessions, queues, retained messages. Only while it is stopped. */
  forget(): void;
  /** Gives a user a password; it counts from the next start on. */
  password(user: string, password: string): void;
}

/** A real Mosquitto on a free loopback port, with persistence in a folder of its own. */
export function startMosquitto(lines: string[] = [], users: Record<string, string> = {}): Promise<Mosquitto> {
  return runMosquitto(
    (folder, port) => [
      `listener ${port} 127.0.0.1`,
      ...(lines.some((line) => line.startsWith('allow_anonymous'))
        ? []
        : [`allow_anonymous ${Object.keys(users).length === 0}`]),
      'persistence true',
      `persistence_location ${folder}/data/`,
      'autosave_interval 1',
      'autosave_on_changes true',
      'max_queued_messages 0',
      'max_inflight_messages 0',
      ...(Object.keys(users).length === 0 ? [] : [`password_file ${join(folder, 'passwords')}`]),
      ...lines,
    ],
    users,
  );
}

/** A real Mosquitto with a configuration made for its folder (in which `data` lies) and port. */
export async function runMosquitto(
  configure: (folder: string, port: number) => string[] | Promise<string[]>,
  users: Record<string, string> = {},
): Promise<Mosquitto> {
  if (BINARY === undefined) throw new Error('mosquitto is not installed (Debian: apt-get install mosquitto)');
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const port = await freePort();
  const config = [...(await configure(folder, port)), ...(process.getuid?.() === 0 ? ['user root'] : [])];
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, `${config.join('\n')}\n`);
  const passwords = join(folder, 'passwords');
  let child: ChildProcess | null = null;

  const broker: Mosquitto = {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    folder,
    async start() {
      child = spawn(BINARY, ['-c', file], { stdio: 'ignore' });
      await reachable(port, child);
    },
    async stop(signal = 'SIGTERM') {
      const running = child;
      child = null;
      if (running === null || running.exitCode !== null) return;
      const ended = once(running, 'exit');
      running.kill(signal);
      await ended;
    },
    forget() {
      rmSync(data, { recursive: true });
      mkdirSync(data);
    },
    password(user, password) {
      const create = existsSync(passwords) ? [] : ['-c'];
      execFileSync('mosquitto_passwd', [...create, '-b', passwords, user, password], { stdio: 'ignore' });
    },
    async [Symbol.asyncDispose]() {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const [user, password] of Object.entries(users)) broker.password(user, password);
  await broker.start();
  return broker;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function reachable(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
    const socket = createConnection(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('mosquitto does not listen');
}

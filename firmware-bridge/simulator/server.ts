import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { Api, type ApiOptions, type SimUser } from './api.ts';
import { type Certificate, selfSigned } from './certificate.ts';
import { IDENTITIES } from './identities.ts';
import { Schedule } from './schedule.ts';
import { meetmeShape, renamedShape, reservationShape } from './shapes.ts';

export type Preset = 'reservation' | 'meetme' | 'renamed';

export interface SimulatorOptions {
  preset?: Preset;
  /** A name of IDENTITIES; by default one that fits the preset. */
  identity?: string;
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  mac?: string;
  timeZone?: string;
  certificate?: Certificate;
  /** Further settings of the TLS server, e.g. a short key exchange. */
  tls?: { ciphers?: string; dhparam?: string; maxVersion?: 'TLSv1.2' | 'TLSv1.3' };
  clock?: () => number;
  users?: SimUser[];
  membersAsText?: boolean;
  reuseIds?: boolean;
  maxPageSize?: number;
  api?: Partial<
    Pick<
      ApiOptions,
      'cookieSeconds' | 'slidingCookie' | 'expiredStatus' | 'unknownActionStatus' | 'triesBeforeLock' | 'lockSeconds'
    >
  >;
}

export interface Simulator extends AsyncDisposable {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly preset: Preset;
  /** The MAC without separators: the device's id by default. */
  readonly device: string;
  readonly fingerprint: string;
  readonly api: Api;
  readonly schedule: Schedule;
  /** Refuses connections until `up`; sessions are gone. */
  down(): Promise<void>;
  up(firmware?: string): Promise<void>;
}

const SHAPES = { reservation: reservationShape, meetme: meetmeShape, renamed: renamedShape };
const MOST_BYTES = 1024 * 1024;
const PAGE = '<!DOCTYPE html><html><head><title>Login</title></head><body>Please sign in.</body></html>';

/** A simulated PBX: its HTTPS API on a port of its own, with a certificate that it signed itself. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const preset = options.preset ?? 'reservation';
  const clock = options.clock ?? Date.now;
  const timeZone = options.timeZone ?? 'Europe/Berlin';
  const name = options.identity ?? (preset === 'meetme' ? 'ucm6202' : 'ucm6304');
  const identity = IDENTITIES[name];
  if (identity === undefined) throw new Error(`no identity ${name}; there are ${Object.keys(IDENTITIES).join(', ')}`);
  const shape = SHAPES[preset]({
    timeZone,
    membersAsText: options.membersAsText ?? true,
    reuseIds: options.reuseIds ?? false,
    clock,
  });
  const schedule = new Schedule({ timeZone, nextId: shape.nextId });
  const mac = options.mac ?? 'c0:74:ad:12:34:56';
  const user = options.user ?? 'calendar';
  const password = options.password ?? 'simulated-password';
  const api = new Api({
    user,
    password,
    identity,
    mac,
    timeZone,
    shape,
    schedule,
    users: options.users ?? [],
    clock,
    maxPageSize: options.maxPageSize ?? 100,
    cookieSeconds: 600,
    slidingCookie: false,
    expiredStatus: -8,
    unknownActionStatus: -47,
    triesBeforeLock: 5,
    lockSeconds: 600,
    ...options.api,
  });
  const certificate = options.certificate ?? selfSigned();
  const host = options.host ?? '127.0.0.1';
  let server: Server | null = null;
  let port = options.port ?? 0;
  const sockets = new Set<Socket>();

  const up = async (firmware?: string): Promise<void> => {
    if (server !== null) return;
    api.reboot(firmware);
    const next = createServer({ cert: certificate.cert, key: certificate.key, ...options.tls }, (request, response) => {
      answer(api, request, response).catch(() => response.destroy());
    });
    next.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    // A probe that hangs up in the middle of the handshake is its own affair.
    next.on('tlsClientError', () => {});
    next.listen(port, host);
    await once(next, 'listening');
    const address = next.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    port = address.port;
    server = next;
  };
  const down = async (): Promise<void> => {
    const running = server;
    server = null;
    if (running === null) return;
    const closed = once(running, 'close');
    running.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await up();
  return {
    url: `https://${host}:${port}`,
    user,
    password,
    preset,
    device: mac.replaceAll(':', ''),
    fingerprint: certificate.fingerprint,
    api,
    schedule,
    up,
    down,
    [Symbol.asyncDispose]: down,
  };
}

async function answer(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { switches } = api;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return void response.destroy();
    chunks.push(chunk);
  }
  if (switches.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, switches.slowMs).unref());
  const isApi = request.url?.split('?', 1)[0]?.startsWith('/api') === true;
  if (switches.html || !isApi) {
    response.writeHead(200, { 'content-type': 'text/html' });
    return void response.end(PAGE);
  }
  const exact = request.url === '/api' && request.method === 'POST';
  const body = exact ? api.answer(parse(Buffer.concat(chunks).toString('utf8'))) : api.answer(null);
  response.writeHead(200, { 'content-type': 'application/json;charset=UTF-8' });
  response.end(JSON.stringify(body));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { connectAsync, type MqttClient } from 'mqtt';
import type { Rejected, Result } from '../../src/contracts/mqtt.ts';

export const identity = {
  model: 'UCM6304A',
  firmware: '1.0.25.7',
  hardware: 'V1.6A',
  name: 'Head office',
  timeZone: 'Europe/Paris',
  capabilities: ['resync', 'poll'],
};

export interface Pbx extends AsyncDisposable {
  readonly device: string;
  client: MqttClient;
  /** Resolves with the broker's PUBACK. */
  identify(change?: Record<string, unknown>): Promise<void>;
  send(
    event: Record<string, unknown> | string | Buffer,
    operation?: 'scheduled' | 'updated' | 'cancelled',
  ): Promise<void>;
  /** The newest result of a meeting that fulfils a condition. */
  result(uid: string, fits?: (result: Result) => boolean): Promise<Result>;
  results: Map<string, Result>;
  rejected: Rejected[];
  commands: { name: string; payload: { requestId: string } }[];
  seen: { topic: string; payload: string }[];
  until<T>(probe: () => T | undefined | false | null): Promise<T>;
}

/** The PBX's side of a broker: publishes as a bridge does, and hears what the agent answers. */
export async function connectPbx(
  url: string,
  device = 'c074ad123456',
  login: { username?: string; password?: string } = {},
): Promise<Pbx> {
  const client = await connectAsync(url, {
    ...login,
    clientId: `pbx-bridge-${device}`,
    clean: true,
    reconnectPeriod: 50,
  });
  const waiting = new Set<() => void>();
  const pbx: Pbx = {
    device,
    client,
    results: new Map(),
    rejected: [],
    commands: [],
    seen: [],
    identify: async (change = {}) => {
      await client.publishAsync(`pbx/${device}/identity`, JSON.stringify({ ...identity, ...change }), {
        qos: 1,
        retain: true,
      });
    },
    send: async (event, operation = 'scheduled') => {
      const payload = typeof event === 'string' || Buffer.isBuffer(event) ? event : JSON.stringify(event);
      await client.publishAsync(`pbx/${device}/meetings/${operation}`, payload, { qos: 1 });
    },
    result: (uid, fits = (result) => result.state !== 'pending') =>
      pbx.until(() => {
        const found = pbx.results.get(uid);
        return found !== undefined && fits(found) ? found : undefined;
      }),
    async until(probe) {
      for (;;) {
        const found = probe();
        if (found) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      await client.endAsync(true);
    },
  };
  const live = new Set<string>();
  client.on('connect', () => live.clear());
  client.on('message', (topic, payload, packet) => {
    const text = payload.toString();
    pbx.seen.push({ topic, payload: text });
    const rest = topic.slice(`pbx/${device}/`.length);
    const uid = /^meetings\/(.+)\/result$/.exec(rest)?.[1];
    // A newcomer's copy of what was retained can come after the news that it has grown old.
    if (uid !== undefined && !packet.retain) live.add(uid);
    if (uid !== undefined && text !== '' && !(packet.retain && live.has(uid))) pbx.results.set(uid, JSON.parse(text));
    if (rest === 'meetings/rejected') pbx.rejected.push(JSON.parse(text));
    const name = /^commands\/(.+)$/.exec(rest)?.[1];
    if (name !== undefined) pbx.commands.push({ name, payload: JSON.parse(text) });
    for (const wake of waiting) wake();
    waiting.clear();
  });
  await client.subscribeAsync(
    [
      `pbx/${device}/meetings/+/result`,
      `pbx/${device}/meetings/rejected`,
      `pbx/${device}/commands/+`,
      'calendar-agent/#',
    ],
    { qos: 1 },
  );
  return pbx;
}

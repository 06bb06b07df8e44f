import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Connection, type ConnectionState } from '../../src/mqtt/connection.ts';
import { freePort, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';

/** A connection whose messages and states can be awaited. */
function listen(url: string, options: { failFirst?: boolean; password?: string } = {}) {
  const received: string[] = [];
  const states: ConnectionState[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  let failing = options.failFirst === true;
  const connection = new Connection({
    url,
    clientId: 'calendar-agent-test',
    availabilityTopic: 'calendar-agent/test/availability',
    subscriptions: ['pbx/+/meetings/scheduled'],
    log: pino({ level: 'silent' }),
    ...(options.password === undefined ? {} : { username: 'agent', password: options.password }),
    async onMessage(_topic, payload) {
      if (failing) {
        failing = false;
        throw new Error('the disk is full');
      }
      received.push(Buffer.from(payload).toString());
      changed();
    },
    onState(state) {
      states.push(state);
      changed();
    },
  });
  return {
    received,
    states,
    connection,
    async until(probe: () => boolean): Promise<void> {
      while (!probe()) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

const publish = async (url: string, text: string) => {
  const client = await connectAsync(url);
  await client.publishAsync('pbx/a/meetings/scheduled', text, { qos: 1 });
  await client.endAsync();
};

describe.skipIf(withoutMosquitto)('the connection to a broker', () => {
  it('comes back after the broker was restarted, with its session and what was published meanwhile', async () => {
    await using broker = await startMosquitto();
    await using agent = listen(broker.url);
    await agent.until(() => agent.states.some((state) => state.state === 'connected'));
    await broker.stop();
    await agent.until(() => agent.states.at(-1)?.state === 'connecting');
    await broker.start();
    await publish(broker.url, 'after the restart');
    await agent.until(() => agent.received.includes('after the restart'));
    const connected = () => agent.states.filter((state) => state.state === 'connected');
    await agent.until(() => connected().length === 2);
    expect(connected().map((state) => state.sessionPresent)).toEqual([false, true]);
  });

  it('does not acknowledge what could not be stored, and gets it again', async () => {
    await using broker = await startMosquitto();
    await using agent = listen(broker.url, { failFirst: true });
    await agent.until(() => agent.states.some((state) => state.state === 'connected'));
    await publish(broker.url, 'once more');
    await agent.until(() => agent.received.includes('once more'));
    expect(agent.received).toEqual(['once more']);
  });

  it('acknowledges what was stored, over WebSocket as well', async () => {
    const port = await freePort();
    await using broker = await startMosquitto([`listener ${port} 127.0.0.1`, 'protocol websockets']);
    for (const url of [`ws://127.0.0.1:${port}/mqtt`, broker.url]) {
      const texts = Array.from({ length: 20 }, (_, number) => `${url} ${number}`);
      {
        await using agent = listen(url);
        await agent.until(() => agent.states.some((state) => state.state === 'connected'));
        await Promise.all(texts.map((text) => publish(broker.url, text)));
        await agent.until(() => agent.received.length === texts.length);
        expect(agent.received.toSorted()).toEqual(texts.toSorted());
      }
      await using again = listen(url);
      await again.until(() => again.states.some((state) => state.state === 'connected'));
      await publish(broker.url, 'the next');
      await again.until(() => again.received.includes('the next'));
      // What was not acknowledged would have come before it.
      expect(again.received).toEqual(['the next']);
    }
  });

  it('says why it is refused and goes on trying', async () => {
    await using broker = await startMosquitto(['allow_anonymous false']);
    await using agent = listen(broker.url, { password: 'wrong' });
    await agent.until(() => agent.states.filter((state) => state.state === 'refused').length >= 2);
    expect(agent.states.at(-1)?.reason).toContain('answers');
  });
});

describe('a broker that knows only MQTT 3.1.1', () => {
  it('is spoken to in 3.1.1 after it refused 5', async () => {
    const versions: number[] = [];
    const aedes = await Aedes.createBroker({
      preConnect(_client, packet, callback) {
        versions.push(packet.protocolVersion ?? 0);
        callback(null, packet.protocolVersion !== 5);
      },
    });
    const server = createServer((socket) => void aedes.handle(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    {
      await using agent = listen(`mqtt://127.0.0.1:${port}`);
      await agent.until(() => agent.states.some((state) => state.state === 'connected'));
      expect(versions.slice(0, 2)).toEqual([5, 4]);
    }
    server.close();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
  });
});

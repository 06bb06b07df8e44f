import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Publisher } from '../sync/ports.ts';

export interface EmbeddedBrokerOptions {
  /** 0 = any free port. */
  port: number;
  log: Logger;
  /** Retained messages that outlive the broker: it keeps everything in memory. */
  retained(): Promise<{ topic: string; payload: string }[]>;
  /** Runs before the publisher's PUBACK, which is not sent when it rejects. */
  beforeAck(topic: string, payload: Uint8Array): Promise<void>;
}

export interface EmbeddedBroker extends Publisher, AsyncDisposable {
  readonly port: number;
}

/** Largest message that is read at all; what is too large for the contract must still arrive to be explained. */
const LARGEST_BYTES = 1024 * 1024;
/** How long a message that could not be stored stays unanswered before its publisher may try again. */
const REFUSAL_WAIT_MS = 1_000;

/** A broker on the loopback interface, for sites without one. It speaks MQTT 3.1.1. */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { log } = options;
  const aedes = await Aedes.createBroker({
    authorizePublish(client, packet, callback) {
      if (client === null) return callback(null);
      if (packet.topic.startsWith('$')) return callback(new Error('topics that begin with $ are the broker’s own'));
      const payload = Buffer.from(packet.payload);
      if (payload.length > LARGEST_BYTES) return callback(new Error('the message is too large'));
      options.beforeAck(packet.topic, payload).then(
        () => callback(null),
        (error: unknown) => {
          // An error closes the publisher's connection without PUBACK, so it sends the message again, perhaps at once.
          log.error({ err: error }, 'a message could not be stored and was not acknowledged');
          const refusal = error instanceof Error ? error : new Error(String(error));
          setTimeout(() => callback(refusal), REFUSAL_WAIT_MS).unref();
        },
      );
    },
  });
  const publish: Publisher['publish'] = (topic, payload, { retain }) =>
    new Promise((resolve, reject) => {
      const packet = {
        cmd: 'publish' as const,
        topic,
        payload: Buffer.from(payload),
        qos: 1 as const,
        retain,
        dup: false,
      };
      aedes.publish(packet, (error) => (error ? reject(new AppError('mqtt-unavailable', error.message)) : resolve()));
    });
  const closeBroker = () => new Promise<void>((resolve) => aedes.close(() => resolve()));
  try {
    for (const { topic, payload } of await options.retained()) await publish(topic, payload, { retain: true });
  } catch (error) {
    await closeBroker();
    throw error;
  }

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  server.listen(options.port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    await closeBroker();
    throw new AppError(
      'broker-port',
      `EMBEDDED_BROKER_PORT ${options.port}: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    );
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    publish,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await closeBroker();
    },
  };
}

import type { Logger } from '../log.ts';
import type { Publisher } from '../sync/ports.ts';
import type { ConnectionState } from './connection.ts';

export interface LinkOptions {
  /** null = the embedded broker on loopback. */
  url: string | null;
  embeddedPort: number;
  username: string | undefined;
  password: string | undefined;
  ca: string | null;
  clientId: string;
  availabilityTopic: string;
  subscriptions: string[];
  log: Logger;
  onMessage(topic: string, payload: Uint8Array): Promise<void>;
  onState(state: ConnectionState): void;
  retained(): Promise<{ topic: string; payload: string }[]>;
}

export interface Link extends Publisher, AsyncDisposable {
  /** Where others reach the broker. */
  readonly url: string;
  readonly embedded: boolean;
}

/** The agent's way to its broker, whichever it is. Only the one of the two that is used is loaded. */
export async function openLink(options: LinkOptions): Promise<Link> {
  if (options.url === null) {
    const { startEmbeddedBroker } = await import('./embedded-broker.ts');
    const broker = await startEmbeddedBroker({
      port: options.embeddedPort,
      log: options.log,
      retained: options.retained,
      beforeAck: options.onMessage,
    });
    await broker.publish(options.availabilityTopic, 'online', { retain: true });
    options.onState({ state: 'connected', reason: null, sessionPresent: true });
    return {
      url: `mqtt://127.0.0.1:${broker.port}`,
      embedded: true,
      publish: broker.publish,
      [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
    };
  }
  const { Connection } = await import('./connection.ts');
  const connection = new Connection({ ...options, url: options.url, ca: options.ca ?? undefined });
  return {
    url: options.url,
    embedded: false,
    publish: (topic, payload, how) => connection.publish(topic, payload, how),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

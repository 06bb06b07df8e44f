import { join } from 'node:path';
import type { Logger } from '../../src/log.ts';
import { Connection, type ConnectionState } from '../../src/mqtt/connection.ts';
import { Store } from '../state/store.ts';
import { topicsOf } from '../sync/events.ts';
import { Publisher } from '../sync/publisher.ts';

/** Everything that belongs to a device's id: its state, its MQTT connection, its outgoing events. */
export interface Site extends AsyncDisposable {
  readonly device: string;
  readonly store: Store;
  readonly publisher: Publisher;
  readonly mqtt: ConnectionState;
  setAvailability(availability: 'online' | 'offline'): void;
  /** Retained; sent again after every connect. */
  setIdentity(payload: string): void;
  reply(payload: string): Promise<void>;
}

export interface SiteOptions {
  device: string;
  dataDir: string;
  mqtt: {
    url: string;
    ca: string | undefined;
    prefix: string;
    username: string | undefined;
    password: string | undefined;
  };
  commands: readonly string[];
  log: Logger;
  /** Acknowledged to the broker when it returns. */
  onCommand(name: string, payload: Uint8Array): void;
  onConnected(): void;
}

const IDENTITY = 'identity';

export function openSite(options: SiteOptions): Site {
  const { device, mqtt, log } = options;
  const topics = topicsOf(mqtt.prefix, device);
  const store = new Store(join(options.dataDir, `${device}.db`));
  let availability: 'online' | 'offline' = 'offline';
  let state: ConnectionState = { state: 'connecting', reason: null, sessionPresent: false };

  const retain = (topic: string, payload: string) => {
    connection.publish(topic, payload, { retain: true }).catch(() => {
      // Said again on the next connect.
    });
  };
  const connection = new Connection({
    url: mqtt.url,
    username: mqtt.username,
    password: mqtt.password,
    ca: mqtt.ca,
    clientId: `pbx-bridge-${device}`,
    availabilityTopic: topics.availability,
    availability: () => availability,
    subscriptions: options.commands.map((name) => topics.command(name)),
    log,
    async onMessage(topic, payload) {
      options.onCommand(topic.slice(topic.lastIndexOf('/') + 1), payload);
    },
    onState(next) {
      state = next;
      log.info({ mqtt: next.state, reason: next.reason }, `MQTT: ${next.state}`);
      if (next.state !== 'connected') return;
      const identity = store.fact(IDENTITY);
      if (identity !== null) retain(topics.identity, identity);
      void publisher.wake();
      options.onConnected();
    },
  });
  const publisher = new Publisher({
    store,
    log,
    send: (event) => connection.publish(topics.meeting(event.operation), event.payload, { retain: false }),
  });
  return {
    device,
    store,
    publisher,
    get mqtt() {
      return state;
    },
    setAvailability(next) {
      if (next === availability) return;
      availability = next;
      retain(topics.availability, next);
    },
    setIdentity(payload) {
      if (store.fact(IDENTITY) === payload) return;
      store.setFact(IDENTITY, payload);
      retain(topics.identity, payload);
    },
    reply: (payload) => connection.publish(topics.reply, payload, { retain: false }),
    async [Symbol.asyncDispose]() {
      // Together: a publication under way ends with the connection.
      await Promise.all([publisher[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
      store[Symbol.dispose]();
    },
  };
}

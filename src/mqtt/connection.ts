import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Publisher } from '../sync/ports.ts';
import { OrderedAcks } from './ordered-acks.ts';

export interface ConnectionState {
  state: 'connecting' | 'connected' | 'refused';
  /** Why it is not connected, in words; null when it is. */
  reason: string | null;
  /** On 'connected': whether the broker still had the session. */
  sessionPresent: boolean;
}

export interface ConnectionOptions {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  ca?: string | undefined;
  clientId: string;
  /** Retained `offline` when the connection breaks, `online` while it holds. */
  availabilityTopic: string;
  /** What is said instead of `online` on connecting, for whoever speaks for something that may be down itself. */
  availability?: () => 'online' | 'offline';
  subscriptions: string[];
  log: Logger;
  /** Acknowledged when it resolves; delivered again when it rejects. Called for the next message before that. */
  onMessage(topic: string, payload: Uint8Array): Promise<void>;
  onState(state: ConnectionState): void;
  random?: () => number;
}

const SESSION_SECONDS = 7 * 24 * 3_600;
const RECEIVE_MAXIMUM = 256;
const LONGEST_WAIT_MS = 60_000;
const PUBLISH_TIMEOUT_MS = 15_000;
const REDELIVERY_WAIT_MS = 1_000;
const LONGEST_REDELIVERY_WAIT_MS = 10_000;
const GOODBYE_MS = 3_000;
/** MQTT 3.1.1 section 3.2.2.3 (1) and MQTT 5 section 3.2.2.2: what a broker answers to a version it does not speak. */
const WRONG_VERSION = [1, 128, 129, 130, 132];

/**
 * One lasting MQTT connection. mqtt.js is given a single attempt at a time and its own reconnecting is off, because it
 * neither falls back from MQTT 5 to 3.1.1 nor goes on after a refusal, and because a message that could not be stored
 * is only delivered again after the connection was broken.
 */
export class Connection implements Publisher, AsyncDisposable {
  readonly #options: ConnectionOptions;
  readonly #stop = new AbortController();
  #client: MqttClient | null = null;
  #connected = false;
  #version: 4 | 5 = 5;
  #loop: Promise<void>;
  #failures = 0;
  #unstored = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /** Resolves when the broker has acknowledged. Raises `mqtt-unavailable`; then it may or may not have arrived. */
  async publish(topic: string, payload: string, options: { retain: boolean }): Promise<void> {
    const client = this.#client;
    if (client === null || !this.#connected) throw new AppError('mqtt-unavailable', 'not connected to the broker');
    await new Promise<void>((resolve, reject) => {
      const settle = (error: AppError | null) => {
        clearTimeout(timer);
        client.off('close', broken);
        if (error === null) resolve();
        else reject(error);
      };
      const broken = () => settle(new AppError('mqtt-unavailable', 'the connection broke'));
      const timer = setTimeout(
        () => settle(new AppError('mqtt-unavailable', 'the broker did not acknowledge in time')),
        PUBLISH_TIMEOUT_MS,
      );
      client.on('close', broken);
      client.publish(topic, payload, { qos: 1, retain: options.retain }, (error) =>
        settle(error ? new AppError('mqtt-unavailable', error.message) : null),
      );
    });
  }

  /** Says `offline`, then leaves; the broker keeps the session. Takes three seconds at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    // mqtt.js ends gently only after every acknowledgement has come; a broker that has gone silent sends none.
    const patience = setTimeout(() => this.#client?.stream.destroy(), GOODBYE_MS);
    if (this.#connected)
      await this.publish(this.#options.availabilityTopic, 'offline', { retain: true }).catch(() => {});
    this.#stop.abort();
    this.#client?.end(!this.#connected);
    await this.#loop;
    clearTimeout(patience);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#once();
      if (this.#stop.signal.aborted) return;
      const ceiling = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(this.#failures, 10));
      await this.#wait(ceiling / 2 + (ceiling / 2) * (this.#options.random ?? Math.random)());
    }
  }

  /** One connection from attempt to end; resolves when it is over. */
  #once(): Promise<void> {
    const { log, onState } = this.#options;
    let client: MqttClient;
    try {
      client = connect({ ...addressOf(this.#options.url), ...this.#clientOptions() });
    } catch (error) {
      this.#failures += 1;
      const reason = `cannot be reached (${error instanceof Error ? error.message : String(error)})`;
      onState({ state: 'connecting', reason, sessionPresent: false });
      return Promise.resolve();
    }
    this.#client = client;
    // Every publication under way listens for the end of the connection.
    client.setMaxListeners(0);
    const inbox = new OrderedAcks({
      window: RECEIVE_MAXIMUM,
      store: this.#options.onMessage,
      send: (bytes) => {
        if (client.stream.writable) client.stream.write(bytes);
      },
      onAcknowledged: () => {
        this.#unstored = 0;
      },
      onFailure: (error) => {
        // Not acknowledged: breaking the connection makes the broker deliver it again.
        log.error({ err: error }, 'a message could not be stored; the broker will deliver it again');
        const wait = Math.min(LONGEST_REDELIVERY_WAIT_MS, REDELIVERY_WAIT_MS * 2 ** Math.min(this.#unstored, 10));
        this.#unstored += 1;
        void this.#wait(wait).then(() => client.stream.destroy());
      },
    });
    client.handleMessage = (packet, done) => inbox.take(packet, done);
    return new Promise((resolve) => {
      let reached = false;
      let understood = false;
      let reason = 'cannot be reached';
      let refused = false;
      client.stream?.once('connect', () => {
        reached = true;
      });
      client.on('error', (error) => {
        const code = 'code' in error ? error.code : undefined;
        if (typeof code === 'number') {
          reached = true;
          understood = !WRONG_VERSION.includes(code);
          refused = this.#isRefusal(code);
          reason = `answers: ${error.message}`;
        } else {
          reason = `cannot be reached (${error.message || String(code)})`;
        }
      });
      client.on('connect', (packet) => {
        understood = true;
        this.#welcome(client, packet.sessionPresent).catch((error: unknown) => {
          reason = 'refused the subscriptions';
          log.warn({ err: error }, 'the broker took the connection but not the subscriptions');
          client.stream.destroy();
        });
      });
      client.on('close', () => {
        const was = this.#connected;
        this.#connected = false;
        this.#client = null;
        if (!was) this.#failures += 1;
        // A broker that knows only 3.1.1 refuses or hangs up on the first packet of MQTT 5.
        if (!was && !understood && reached) this.#version = this.#version === 5 ? 4 : 5;
        if (!this.#stop.signal.aborted) {
          onState({
            state: refused ? 'refused' : 'connecting',
            reason: was ? 'closed the connection' : reason,
            sessionPresent: false,
          });
        }
        client.end(true);
        resolve();
      });
    });
  }

  async #welcome(client: MqttClient, sessionPresent: boolean): Promise<void> {
    const { availabilityTopic, availability, subscriptions, onState } = this.#options;
    const granted = await client.subscribeAsync(subscriptions, { qos: 1 });
    const denied = granted.filter((item) => item.qos > 2);
    if (denied.length > 0)
      throw new AppError('mqtt-refused', `not allowed to read ${denied.map((item) => item.topic).join(', ')}`);
    this.#connected = true;
    this.#failures = 0;
    await client.publishAsync(availabilityTopic, availability?.() ?? 'online', { qos: 1, retain: true });
    onState({ state: 'connected', reason: null, sessionPresent });
  }

  #clientOptions(): IClientOptions {
    const { username, password, ca, clientId, availabilityTopic } = this.#options;
    return {
      clientId,
      clean: false,
      protocolVersion: this.#version,
      keepalive: 30,
      connectTimeout: 10_000,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      // Every number up to 65,535 as bytes, made beforehand: 7 MB for next to no time saved.
      writeCache: false,
      will: { topic: availabilityTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
      ...(this.#version === 5
        ? { properties: { sessionExpiryInterval: SESSION_SECONDS, receiveMaximum: RECEIVE_MAXIMUM } }
        : {}),
    };
  }

  /** MQTT 3.1.1 section 3.2.2.3 and MQTT 5 section 3.2.2.2: bad credentials, not authorised, banned. */
  #isRefusal(code: number): boolean {
    return [2, 4, 5, 133, 134, 135, 138, 140].includes(code);
  }

  #wait(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const signal = this.#stop.signal;
      signal.addEventListener('abort', done);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}

/** mqtt.js takes an address apart with a function that Node warns of. */
function addressOf(url: string): IClientOptions {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    protocol: protocol.slice(0, -1) as 'mqtt' | 'mqtts' | 'ws' | 'wss',
    // In the address of a WebSocket an IPv6 address keeps its brackets.
    hostname: protocol.startsWith('ws') ? hostname : host,
    host,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(protocol.startsWith('ws') ? { path: `${pathname}${search}` } : {}),
  };
}

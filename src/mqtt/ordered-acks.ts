import type { IPublishPacket } from 'mqtt';

export interface OrderedAcksOptions {
  /** How many messages may be on the way to the disk at once; the broker is held back beyond. */
  window: number;
  /** Durable when it resolves; to be delivered again when it rejects. */
  store(topic: string, payload: Uint8Array): Promise<void>;
  /** Sends bytes to the broker. */
  send(bytes: Uint8Array): void;
  onAcknowledged(): void;
  /** A message could not be stored. It comes once for a connection, which must be broken now. */
  onFailure(error: unknown): void;
}

/**
 * Stores many messages at once and acknowledges them in the order in which they came, as MQTT 5 section 4.6 demands
 * (MQTT 3.1.1 section 4.6 likewise). Nothing after a message that could not be stored is acknowledged, so the broker
 * delivers it and all that followed again; what was stored by then is known as a duplicate.
 *
 * mqtt.js would store one message, acknowledge it and only then look at the next, so that each would wait for a disk of
 * its own. Called back with an error it goes on without acknowledging; the acknowledgement is then ours to send.
 */
export class OrderedAcks {
  readonly #options: OrderedAcksOptions;
  #unacknowledged: { messageId: number; stored: boolean }[] = [];
  #held: (() => void) | null = null;
  #flushing = false;
  #failed = false;

  constructor(options: OrderedAcksOptions) {
    this.#options = options;
  }

  /** The `handleMessage` of mqtt.js. */
  take(packet: IPublishPacket, next: (error?: Error) => void): void {
    const payload = typeof packet.payload === 'string' ? new TextEncoder().encode(packet.payload) : packet.payload;
    const { messageId, qos } = packet;
    if (qos !== 1 || messageId === undefined) {
      // Nobody waits for an acknowledgement; the next message waits, or nothing would hold the broker back.
      this.#options.store(packet.topic, payload).then(
        () => next(),
        (error: unknown) => {
          this.#fail(error);
          next();
        },
      );
      return;
    }
    const message = { messageId, stored: false };
    this.#unacknowledged.push(message);
    this.#options.store(packet.topic, payload).then(
      () => {
        message.stored = true;
        this.#flushSoon();
      },
      (error: unknown) => this.#fail(error),
    );
    const goOn = () => next(LATER);
    if (this.#unacknowledged.length < this.#options.window) goOn();
    else this.#held = goOn;
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onFailure(error);
  }

  /** Messages of one commit are answered with one write. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    let count = this.#unacknowledged.findIndex((message) => !message.stored);
    if (count === -1) count = this.#unacknowledged.length;
    if (count === 0) return;
    const acknowledged = this.#unacknowledged.splice(0, count);
    this.#options.send(Buffer.concat(acknowledged.map(({ messageId }) => puback(messageId))));
    this.#options.onAcknowledged();
    const goOn = this.#held;
    this.#held = null;
    goOn?.();
  }
}

/** Tells mqtt.js to go on without acknowledging. It is never thrown and never seen. */
const LATER = new Error('acknowledged when it is durable');

/** MQTT 3.1.1 section 3.4; MQTT 5 section 3.4.2.1: without a reason code it means success. */
function puback(messageId: number): Uint8Array {
  return Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]);
}

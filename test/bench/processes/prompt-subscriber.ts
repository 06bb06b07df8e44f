import { connect, type MqttClient } from 'mqtt';
import { now } from '../clock.ts';
import { serve } from './call.ts';

/** A subscriber that acknowledges at once and keeps nothing: how fast the broker itself is. */

let client: MqttClient | null = null;
let received = 0;
let last = 0;
let waiting: { count: number; resolve: () => void } | null = null;

const methods = {
  /** A session that the broker keeps while the subscriber is away, as the agent's. */
  async connect(url: string, topic: string): Promise<void> {
    received = 0;
    const fresh = connect(url, {
      clientId: 'prompt-subscriber',
      clean: false,
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 3_600 },
    });
    client = fresh;
    fresh.on('message', () => {
      received += 1;
      last = now();
      if (waiting !== null && received >= waiting.count) waiting.resolve();
    });
    await new Promise<void>((resolve, reject) => {
      fresh.once('connect', () => resolve());
      fresh.once('error', reject);
    });
    await fresh.subscribeAsync(topic, { qos: 1 });
  },
  /** Resolves with the time at which the last of `count` messages was acknowledged. */
  async received(count: number): Promise<number> {
    if (received < count) {
      await new Promise<void>((resolve) => {
        waiting = { count, resolve };
      });
      waiting = null;
    }
    return last;
  },
  async leave(): Promise<void> {
    await client?.endAsync();
  },
};

export type PromptSubscriberMethods = typeof methods;

serve(methods);

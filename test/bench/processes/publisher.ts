import { connectAsync, type MqttClient } from 'mqtt';
import { ahead, meetingEvent } from '../../fakes/meeting-event.ts';
import { identity } from '../../fakes/pbx.ts';
import { now } from '../clock.ts';
import { serve } from './call.ts';

/** A PBX's side, in a process of its own. */

export interface Meetings {
  /** The first part of the topic; the agent's is `pbx`. */
  prefix: string;
  /** In front of the number in the uid and in the subject. */
  name: string;
  count: number;
}

const DEVICE = 'c074ad123456';
let client: MqttClient | null = null;
let results = 0;
let waiting: { count: number; resolve: () => void } | null = null;

function connected(): MqttClient {
  if (client === null) throw new Error('connect first');
  return client;
}

const payloadOf = (name: string, number: number) =>
  JSON.stringify(
    meetingEvent({ data: { uid: `${name}-${number}`, subject: `${name}-${number}`, ...ahead(2 + (number % 60)) } }),
  );

const methods = {
  async connect(url: string): Promise<void> {
    client = await connectAsync(url, { clientId: `pbx-bridge-${DEVICE}` });
  },
  async identify(prefix: string): Promise<void> {
    await connected().publishAsync(`${prefix}/${DEVICE}/identity`, JSON.stringify(identity), { qos: 1, retain: true });
  },
  /** Counts the agent's results from now on: of meetings whose uid begins so. */
  async countResults(prefix: string, name: string): Promise<void> {
    results = 0;
    connected().removeAllListeners('message');
    connected().on('message', (topic, _payload, packet) => {
      // What the broker kept from earlier rounds is told anew at the subscription.
      if (packet.retain || !topic.startsWith(`${prefix}/${DEVICE}/meetings/${name}-`)) return;
      results += 1;
      if (waiting !== null && results >= waiting.count) waiting.resolve();
    });
    await connected().subscribeAsync(`${prefix}/${DEVICE}/meetings/+/result`, { qos: 0 });
  },
  async results(count: number): Promise<number> {
    if (results < count) {
      await new Promise<void>((resolve) => {
        waiting = { count, resolve };
      });
      waiting = null;
    }
    return now();
  },
  /** Publishes as fast as the broker acknowledges, `window` at a time. Resolves with the times of the first and the last. */
  async burst(meetings: Meetings & { window: number }): Promise<{ first: number; last: number }> {
    const topic = `${meetings.prefix}/${DEVICE}/meetings/scheduled`;
    const payloads = Array.from({ length: meetings.count }, (_, number) => payloadOf(meetings.name, number));
    const first = now();
    let next = 0;
    const lane = async () => {
      for (let payload = payloads[next++]; payload !== undefined; payload = payloads[next++]) {
        await connected().publishAsync(topic, payload, { qos: 1 });
      }
    };
    await Promise.all(Array.from({ length: meetings.window }, lane));
    return { first, last: now() };
  },
  /** Publishes one after the other with a pause between them. Resolves with subject -> when it was handed over. */
  async paced(meetings: Meetings & { pauseMs: number }): Promise<Map<string, number>> {
    const topic = `${meetings.prefix}/${DEVICE}/meetings/scheduled`;
    const sent = new Map<string, number>();
    for (let number = 0; number < meetings.count; number += 1) {
      const payload = payloadOf(meetings.name, number);
      sent.set(`${meetings.name}-${number}`, now());
      connected().publish(topic, payload, { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, meetings.pauseMs));
    }
    return sent;
  },
};

export type PublisherMethods = typeof methods;

serve(methods);

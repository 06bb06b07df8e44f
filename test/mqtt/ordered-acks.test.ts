import { setImmediate as turn } from 'node:timers/promises';
import type { IPublishPacket } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { OrderedAcks } from '../../src/mqtt/ordered-acks.ts';

/** An inbox whose stores end when the test says so. */
function open(window = 10) {
  const stores: PromiseWithResolvers<void>[] = [];
  const sent: Buffer[] = [];
  const failures: unknown[] = [];
  const passed: number[] = [];
  let acknowledged = 0;
  const acks = new OrderedAcks({
    window,
    store() {
      const store = Promise.withResolvers<void>();
      stores.push(store);
      return store.promise;
    },
    send: (bytes) => void sent.push(Buffer.from(bytes)),
    onAcknowledged: () => {
      acknowledged += 1;
    },
    onFailure: (error) => void failures.push(error),
  });
  return {
    stores,
    sent,
    failures,
    passed,
    acknowledged: () => acknowledged,
    take(messageId: number, qos: 0 | 1 = 1) {
      const packet: IPublishPacket = {
        cmd: 'publish',
        topic: 't',
        payload: 'p',
        qos,
        dup: false,
        retain: false,
        ...(qos === 0 ? {} : { messageId }),
      };
      acks.take(packet, () => passed.push(messageId));
    },
  };
}

const puback = (id: number) => [0x40, 2, id >> 8, id & 0xff];

describe('acknowledgements', () => {
  it('go out in the order of the messages, whichever was stored first', async () => {
    const inbox = open();
    for (const id of [1, 300, 3]) inbox.take(id);
    inbox.stores[1]?.resolve();
    inbox.stores[2]?.resolve();
    await turn();
    await turn();
    expect(inbox.sent).toEqual([]);
    inbox.stores[0]?.resolve();
    await turn();
    await turn();
    expect(inbox.sent.map((bytes) => [...bytes])).toEqual([[...puback(1), ...puback(300), ...puback(3)]]);
  });

  it('do not keep the next message waiting', () => {
    const inbox = open();
    for (const id of [1, 2, 3]) inbox.take(id);
    expect(inbox.passed).toEqual([1, 2, 3]);
    expect(inbox.stores).toHaveLength(3);
    expect(inbox.sent).toEqual([]);
  });

  it('hold the broker back when too many wait for the disk', async () => {
    const inbox = open(2);
    inbox.take(1);
    inbox.take(2);
    expect(inbox.passed).toEqual([1]);
    inbox.stores[0]?.resolve();
    await turn();
    await turn();
    expect(inbox.passed).toEqual([1, 2]);
  });

  it('end before a message that could not be stored, and it is told once', async () => {
    const inbox = open();
    for (const id of [1, 2, 3, 4]) inbox.take(id);
    inbox.stores[0]?.resolve();
    inbox.stores[1]?.reject(new Error('the disk is full'));
    inbox.stores[2]?.resolve();
    inbox.stores[3]?.reject(new Error('the disk is full'));
    await turn();
    await turn();
    expect(inbox.sent.map((bytes) => [...bytes])).toEqual([puback(1)]);
    expect(inbox.failures).toEqual([new Error('the disk is full')]);
    expect(inbox.acknowledged()).toBe(1);
  });

  it('are not sent for a message that asks for none, and the next one waits for it', async () => {
    const inbox = open();
    inbox.take(0, 0);
    expect(inbox.passed).toEqual([]);
    inbox.stores[0]?.resolve();
    await turn();
    await turn();
    expect(inbox.passed).toEqual([0]);
    expect(inbox.sent).toEqual([]);
  });
});

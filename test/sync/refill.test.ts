import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeviceRecord, RESTORED_MARK } from '../../src/sync/ports.ts';
import { Refill } from '../../src/sync/refill.ts';

describe('after a restore', () => {
  const kept = new Map<string, string>();
  const devices = new Map<string, DeviceRecord['availability']>();
  let asked: string[];
  let broken: boolean;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    kept.clear();
    kept.set(RESTORED_MARK, JSON.stringify({ at: '2026-03-02T08:00:00.000Z', asked: [] }));
    devices.clear();
    asked = [];
    broken = false;
  });
  afterEach(() => vi.useRealTimers());

  async function start(): Promise<Refill> {
    const refill = new Refill({
      ledger: {
        retained: async () => [...kept].map(([topic, payload]) => ({ topic, payload })),
        keepRetained: async (topic, payload) => void kept.set(topic, payload),
        devices: async () =>
          [...devices].map(([device, availability]) => ({
            device,
            availability,
            identity: null,
            identityPayload: null,
            lastSeen: null,
          })),
      },
      async resync(device) {
        if (broken) throw new Error('no broker');
        asked.push(device);
      },
      log: { info: () => undefined, warn: () => undefined },
    });
    await refill.load();
    return refill;
  }
  const settle = () => vi.advanceTimersByTimeAsync(1_000);

  it('each device that is there is asked once, also one that the backup did not know', async () => {
    devices.set('a', 'online');
    const refill = await start();
    refill.heard('a');
    refill.heard('a');
    await settle();
    refill.heard('a');
    await settle();
    devices.set('new', 'online');
    refill.heard('new');
    await settle();
    expect(asked).toEqual(['a', 'new']);
    const again = await start();
    again.heard('a');
    await settle();
    expect(asked).toEqual(['a', 'new']);
  });

  it('one that is away is asked when it is back, and one that the broker kept from us once more', async () => {
    devices.set('a', 'offline');
    const refill = await start();
    refill.heard('a');
    await settle();
    expect(asked).toEqual([]);
    devices.set('a', 'online');
    broken = true;
    refill.heard('a');
    await settle();
    broken = false;
    refill.heard('a');
    await settle();
    expect(asked).toEqual(['a']);
  });

  it('one that says nothing of being there is asked until it publishes a meeting', async () => {
    devices.set('a', 'unknown');
    const refill = await start();
    for (let round = 0; round < 2; round += 1) {
      refill.heard('a');
      await settle();
    }
    expect(asked).toEqual(['a', 'a']);
    refill.answered('a');
    refill.heard('a');
    await settle();
    expect(asked).toEqual(['a', 'a']);
  });

  it('and without one, nobody is asked', async () => {
    kept.clear();
    devices.set('a', 'online');
    const refill = await start();
    refill.heard('a');
    await settle();
    expect(asked).toEqual([]);
  });
});

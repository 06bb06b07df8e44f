import { expect, it } from 'vitest';
import { Resync, type ResyncDeps } from '../../src/sync/resync.ts';

/** A ledger of two devices that outlives the parts of the agent, and a broker that may refuse. */
function setUp() {
  const kept = new Map<string, string>();
  const asked: { device: string; requestId: string }[] = [];
  const state = { now: 1_000_000, refusing: false, again: 0 };
  const deps: ResyncDeps = {
    ledger: {
      devices: async () =>
        ['pbx1', 'pbx2', 'strange'].map((device) => ({
          device,
          identity: null,
          identityPayload: null,
          availability: 'online',
          lastSeen: null,
        })),
      retained: async () => [...kept].map(([topic, payload]) => ({ topic, payload })),
      keepRetained: async (topic, payload) => void kept.set(topic, payload),
      publishResultsAgain: async () => {
        state.again += 1;
      },
    },
    async command(device, payload) {
      if (state.refusing && asked.length > 0) throw new Error('the connection broke');
      asked.push({ device, ...(JSON.parse(payload) as { requestId: string }) });
    },
    serves: (device) => device !== 'strange',
    newId: () => `request-${asked.length}`,
    clock: () => state.now,
    log: { info() {}, warn() {} },
    onChange() {},
  };
  const open = async () => {
    const resync = new Resync(deps);
    await resync.open();
    return resync;
  };
  return { state, asked, open };
}

it('asks nobody at the first connection, and nobody while the broker keeps the session', async () => {
  const { asked, open, state } = setUp();
  const resync = await open();
  await resync.connected(false);
  await resync.connected(true);
  await (await open()).connected(true);
  expect([asked, resync.lost, state.again]).toEqual([[], null, 0]);
});

it('asks every served device when the session is gone, publishes the results again, and ends with the last answer', async () => {
  const { asked, open, state } = setUp();
  const resync = await open();
  await resync.connected(true);
  await resync.connected(false);
  expect(asked.map((item) => item.device)).toEqual(['pbx1', 'pbx2']);
  expect(resync.lost).toEqual({ at: new Date(1_000_000).toISOString(), waiting: ['pbx1', 'pbx2'] });
  expect(state.again).toBe(1);
  await resync.replied('pbx1', { requestId: 'request-0', ok: true });
  await resync.replied('pbx2', { requestId: 'another', ok: true });
  await resync.replied('pbx2', { requestId: 'request-1', ok: false });
  expect(resync.lost?.waiting).toEqual(['pbx2']);
  await resync.ask('pbx2');
  await resync.replied('pbx2', { requestId: 'request-2', ok: true });
  expect(resync.lost).toBeNull();
});

it('leaves nobody out when the connection breaks, or the process dies, in between', async () => {
  const { asked, open, state } = setUp();
  const first = await open();
  await first.connected(true);
  state.refusing = true;
  await expect(first.connected(false)).rejects.toThrow('broke');
  expect(asked.map((item) => item.device)).toEqual(['pbx1']);
  state.refusing = false;
  const second = await open();
  expect(second.lost?.waiting).toEqual(['pbx2', 'pbx1']);
  await second.connected(true);
  expect(asked.map((item) => item.device)).toEqual(['pbx1', 'pbx2']);
  await second.connected(true);
  expect(asked).toHaveLength(2);
});

it('waits a day for a device that answers no commands', async () => {
  const { open, state } = setUp();
  const resync = await open();
  await resync.connected(true);
  await resync.connected(false);
  state.now += 25 * 3_600_000;
  expect(resync.lost).toBeNull();
});

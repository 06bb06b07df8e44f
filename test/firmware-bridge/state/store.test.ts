import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Store } from '../../../firmware-bridge/state/store.ts';
import type { KnownItem } from '../../../firmware-bridge/sync/known.ts';

describe('what the bridge keeps of a device', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-'));
    file = join(folder, 'device.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const item = (id: string, change: Partial<KnownItem> = {}): KnownItem => ({
    item: id,
    uid: id,
    occurrence: null,
    seriesItem: null,
    meeting: {
      id,
      seriesId: null,
      originalStart: null,
      subject: 'A',
      agenda: '',
      room: null,
      publicRoom: false,
      joinUrl: null,
      password: null,
      start: '2026-06-03T10:00:00',
      end: '2026-06-03T11:00:00',
      zone: 'Europe/Berlin',
      repeat: { kind: 'none' },
      host: null,
      invitees: [],
      reminderMinutes: null,
      ticked: true,
      cancelled: false,
      notes: [],
    },
    rowHash: 'x',
    readAt: 1,
    content: 'y',
    recurring: false,
    sequence: 5,
    state: 'present',
    missed: 0,
    missedSince: null,
    ...change,
  });
  const event = (id: string) => ({ item: id, operation: 'scheduled' as const, uid: id, sequence: 5, data: {} });
  const fill = (store: Store, items: KnownItem[]) =>
    store.commit({ items, events: items.map((one) => event(one.item)), envelope: (one) => JSON.stringify(one) });

  it('has list and events together or not at all', () => {
    using store = new Store(file);
    expect(() =>
      store.commit({
        items: [item('1')],
        events: [event('1')],
        envelope: () => {
          throw new Error('in the middle');
        },
      }),
    ).toThrow('in the middle');
    expect([store.known().size, store.queueLength()]).toEqual([0, 0]);
    fill(store, [item('1')]);
    expect([store.known().get('1')?.uid, store.queueLength()]).toEqual(['1', 1]);
  });

  it('is there again after a restart, for the owner alone', () => {
    {
      using store = new Store(file);
      fill(store, [item('1'), item('2')]);
      store.taken([store.queued(1)[0]?.number ?? 0]);
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);
    using store = new Store(file);
    expect(store.known().size).toBe(2);
    expect(store.queued(10).map((one) => JSON.parse(one.payload).uid)).toEqual(['2']);
  });

  it('reads at every look what is there, and the rest when it is asked for', () => {
    using store = new Store(file);
    fill(store, [
      item('1'),
      item('2', { state: 'archived' }),
      item('3', { state: 'cancelled' }),
      item('4', { state: 'cancelled', seriesItem: '1', uid: '1' }),
    ]);
    const known = store.known();
    expect([...known.keys()].sort()).toEqual(['1', '4']);
    expect([known.get('2')?.state, known.get('3')?.state, known.get('9')]).toEqual([
      'archived',
      'cancelled',
      undefined,
    ]);
    expect(store.notArchived().map((one) => one.item)).toEqual(['1', '3', '4']);
  });

  it('forgets what counts towards a cancellation', () => {
    using store = new Store(file);
    fill(store, [item('1', { missed: 1, missedSince: 7 }), item('2')]);
    store.forgetMisses();
    expect(store.known().get('1')).toMatchObject({ missed: 0, missedSince: null });
  });

  it('queues an event again once, however often it is asked', () => {
    using store = new Store(file);
    fill(store, [item('1')]);
    expect(store.requeue(['1'])).toBe(0);
    store.taken([store.queued(1)[0]?.number ?? 0]);
    expect([store.requeue(['1']), store.requeue(['1']), store.queueLength()]).toEqual([1, 0, 1]);
  });

  it('takes a request once and keeps no word of it once it is answered', () => {
    using store = new Store(file);
    const request = { id: 'r', name: 'schedule', document: 'what was asked', at: 1 };
    expect([store.takeRequest(request), store.takeRequest(request)]).toEqual([true, false]);
    expect(store.openRequests()).toEqual([{ id: 'r', name: 'schedule', document: 'what was asked' }]);
    store.answerRequest('r', 'done');
    expect([store.openRequests(), store.reply('r')]).toEqual([[], 'done']);
  });

  it('is refused when it is damaged or newer, and left as it is', () => {
    writeFileSync(file, 'this is no database, whatever its name says '.repeat(100));
    expect(() => new Store(file)).toThrowError(expect.objectContaining({ code: 'state-damaged' }));
    expect(statSync(file).size).toBe(4_400);
  });
});

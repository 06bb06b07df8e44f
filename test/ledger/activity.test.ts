import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenLedger, openLedger } from '../../src/ledger/sqlite.ts';
import type { ActivityItem, ActivityQuery } from '../../src/sync/ports.ts';

const T0 = Date.parse('2026-11-21T08:00:00Z');

describe('the audit trail', () => {
  let folder: string;
  let ledger: OpenLedger;
  let now: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'activity-'));
    now = T0;
    ledger = openLedger({ file: join(folder, 'ledger.db'), clock: () => now });
  });
  afterEach(async () => {
    await ledger[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const note = (actor: string, action: string, subject = '', address: string | null = '192.0.2.7') =>
    ledger.note({ actor: { name: actor, address }, action, subject, detail: '' });
  const happen = (uid: string, operation: 'scheduled' | 'cancelled' = 'scheduled') =>
    ledger.accept({
      device: 'pbx1',
      operation,
      source: '/pbx/pbx1',
      eventId: `${uid} ${operation} ${now}`,
      uid,
      sequence: operation === 'scheduled' ? 0 : 1,
      occurrence: null,
      meeting: null,
      warnings: [],
      contentHash: `${uid} ${operation}`,
      startsAt: null,
      endsAt: null,
    });
  const list = async (query: Partial<ActivityQuery> = {}) => (await ledger.activity({ limit: 100, ...query })).items;
  const short = (items: ActivityItem[]) => items.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`);

  /** Three people's actions and two wishes of a PBX, one a minute. */
  async function fill() {
    for (const step of [
      () => note('admin', 'signed in', '', '192.0.2.7'),
      () => happen('m1'),
      () => note('ann', 'signed in', '', '198.51.100.4'),
      () => happen('m2', 'cancelled'),
      () => note('token:Wallboard', 'retry', 'pbx1/m1'),
    ]) {
      await step();
      now += 60_000;
    }
  }

  it('holds what people did and what happened to the meetings, newest first, with the address', async () => {
    await fill();
    const items = await list();
    expect(short(items)).toEqual([
      'token:Wallboard retry pbx1/m1',
      'pbx1 cancelled pbx1/m2',
      'ann signed in ',
      'pbx1 scheduled pbx1/m1',
      'admin signed in ',
    ]);
    expect(items.map((item) => [item.kind, item.address])).toEqual([
      ['action', '192.0.2.7'],
      ['meeting', null],
      ['action', '198.51.100.4'],
      ['meeting', null],
      ['action', '192.0.2.7'],
    ]);
  });

  it('is narrowed by actor, action, text and time', async () => {
    await fill();
    expect(short(await list({ actor: 'pbx1' }))).toHaveLength(2);
    expect(short(await list({ action: 'signed in' }))).toEqual(['ann signed in ', 'admin signed in ']);
    expect(short(await list({ q: '198.51.100' }))).toEqual(['ann signed in ']);
    expect(short(await list({ q: 'PBX1/M1' }))).toHaveLength(2);
    expect(await list({ q: '100%' })).toEqual([]);
    expect(short(await list({ from: T0 + 60_000, to: T0 + 180_000 }))).toEqual([
      'ann signed in ',
      'pbx1 scheduled pbx1/m1',
    ]);
    expect(short(await list({ actor: 'ann', action: 'retry' }))).toEqual([]);
    expect(await ledger.activityNames()).toEqual({
      actors: ['admin', 'ann', 'pbx1', 'token:Wallboard'],
      actions: ['cancelled', 'retry', 'scheduled', 'signed in'],
    });
  });

  it('is paged without a gap or a repetition, also within one instant and while more is added', async () => {
    for (let index = 0; index < 12; index += 1) {
      await note('admin', `action ${index}`);
      await happen(`m${index}`);
      if (index % 4 === 3) now += 1;
    }
    const whole = await list();
    expect(whole).toHaveLength(24);
    for (const limit of [1, 5, 7]) {
      const found: ActivityItem[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await ledger.activity({ limit, cursor: cursor ?? undefined });
        found.push(...page.items);
        cursor = page.nextCursor;
        now += 1_000;
        await note('admin', 'meanwhile');
      } while (cursor !== null);
      expect(found.filter((item) => item.action !== 'meanwhile')).toEqual(whole);
    }
  });

  it('takes a cursor that it did not write for the first page', async () => {
    await fill();
    for (const cursor of [
      '?',
      Buffer.from('[1]').toString('base64url'),
      Buffer.from('["a",1,2]').toString('base64url'),
    ])
      expect(await list({ cursor })).toHaveLength(5);
  });

  it('takes an actor without an address, such as a command', async () => {
    await ledger.note({ actor: 'command line', action: 'backup', subject: '', detail: '' });
    expect(await list()).toMatchObject([{ actor: 'command line', address: null }]);
  });

  it('remembers beside it when each token was last used', async () => {
    await ledger.tokenUsed('t1', '192.0.2.7');
    now += 5_000;
    await ledger.tokenUsed('t1', '192.0.2.8');
    await ledger.tokenUsed('t2', '192.0.2.9');
    await ledger.forgetTokenUse('t2');
    expect(await ledger.tokenUses()).toEqual(new Map([['t1', { at: T0 + 5_000, address: '192.0.2.8' }]]));
  });
});

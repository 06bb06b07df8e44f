import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Meeting } from '../../src/domain/meeting.ts';
import type { RecordedEntry } from '../../src/domain/plan.ts';
import { type OpenLedger, openLedger } from '../../src/ledger/sqlite.ts';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const DAY = 86_400_000;
const MEETING: Meeting = {
  uid: 'm1',
  sequence: 0,
  subject: 'Weekly',
  start: '2026-11-21T10:00:00',
  end: '2026-11-21T11:00:00',
  timeZone: 'Etc/GMT-1',
  recurrence: null,
  host: null,
  invitees: [],
  room: '6500',
  publicRoom: false,
  joinUrl: null,
  password: null,
  emailReminderMinutes: 60,
  agenda: '',
  syncToGoogleCalendar: true,
};
const arthur = { sub: '1001', address: 'arthur@mycompanyabc.com' };
const sadie = { sub: '1002', address: 'sadie@mycompanyabc.com' };

describe('the accounts of a ledger', () => {
  let folder: string;
  let ledger: OpenLedger;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'accounts-'));
    ledger = openLedger({ file: join(folder, 'ledger.db'), clock: () => NOW });
  });
  afterEach(async () => {
    await ledger[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  function recorded(account: string, change: Partial<RecordedEntry> = {}): RecordedEntry {
    return {
      occurrence: null,
      account,
      calendarId: `${account}@calendar`,
      eventId: 'abcde',
      generation: 0,
      state: 'live',
      etag: null,
      htmlLink: null,
      sequence: 0,
      entry: null,
      ...change,
    };
  }

  /** A meeting that ends so many days from now (null: never), with what is recorded of it. */
  async function meeting(uid: string, ends: number | null, ...entries: RecordedEntry[]): Promise<void> {
    const event = {
      device: 'pbx1',
      operation: 'scheduled',
      source: '/pbx/pbx1',
      eventId: uid,
      uid,
      sequence: 0,
      occurrence: null,
      meeting: { ...MEETING, uid },
      contentHash: uid,
      startsAt: NOW,
      endsAt: ends === null ? null : NOW + ends * DAY,
    } as const;
    await ledger.accept({ ...event, warnings: [] });
    for (const entry of entries) await ledger.intend({ device: 'pbx1', uid }, entry);
  }

  const use = (account: typeof arthur, earlier: 'keep-entries' | 'recreate' = 'keep-entries') =>
    ledger.useAccount({ ...account, calendarId: null, earlier });
  const claimed = async (uid: string) => {
    await ledger.wake({ key: { device: 'pbx1', uid } });
    await ledger.releaseLeases('nobody');
    const claims = await ledger.claim(100, 1_000, 'test');
    const found = claims.find((claim) => claim.uid === uid);
    return { recorded: found?.recorded.map((item) => item.account), leftBehind: found?.leftBehind };
  };

  it('know the coming entries of the one in use, and only those', async () => {
    await use(arthur);
    expect(await ledger.entriesBefore(sadie.sub)).toBeNull();
    await meeting('coming', 1, recorded(arthur.sub), recorded(arthur.sub, { occurrence: '2026-11-21T10:00:00' }));
    await meeting('endless', null, recorded(arthur.sub, { state: 'intended' }));
    await meeting('over', -1, recorded(arthur.sub));
    await meeting('removed', 1, recorded(arthur.sub, { state: 'removed' }));
    expect(await ledger.entriesBefore(sadie.sub)).toEqual({ address: arthur.address, entries: 2 });
    expect(await ledger.entriesBefore(arthur.sub)).toBeNull();
  });

  it('ask about earlier entries once, whatever was decided, and about the new ones again', async () => {
    await use(arthur);
    await meeting('one', 1, recorded(arthur.sub));
    await use(sadie);
    expect(await ledger.entriesBefore(sadie.sub)).toBeNull();
    await meeting('two', 1, recorded(sadie.sub));
    expect(await ledger.entriesBefore(arthur.sub)).toEqual({ address: sadie.address, entries: 1 });
  });

  it('are told by their calendar where the entries come from an earlier version of the agent', async () => {
    await meeting('one', 1, recorded(arthur.sub));
    expect(await ledger.entriesBefore(sadie.sub)).toEqual({ address: '1001@calendar', entries: 1 });
    await use(sadie);
    expect(await ledger.entriesBefore(sadie.sub)).toBeNull();
  });

  it('keep their entries where they are kept', async () => {
    await use(arthur);
    await meeting('one', 1, recorded(arthur.sub));
    await use(sadie, 'keep-entries');
    expect(await claimed('one')).toEqual({ recorded: [arthur.sub], leftBehind: [] });
  });

  it('leave the entries of coming meetings behind, with their occurrences, and those alone', async () => {
    await use(arthur);
    await meeting('one', 1, recorded(arthur.sub), recorded(arthur.sub, { occurrence: '2026-11-21T10:00:00' }));
    await meeting('over', -1, recorded(arthur.sub));
    await meeting('by-person', 1, recorded(arthur.sub, { state: 'deleted-by-person' }));
    await meeting('new', 1, recorded(sadie.sub));
    await use(sadie, 'recreate');
    const left = [{ calendarId: '1001@calendar', eventId: 'abcde' }];
    expect(await claimed('one')).toEqual({ recorded: [], leftBehind: left });
    expect(await claimed('over')).toEqual({ recorded: [arthur.sub], leftBehind: [] });
    expect(await claimed('by-person')).toEqual({ recorded: [arthur.sub], leftBehind: [] });
    expect(await claimed('new')).toEqual({ recorded: [sadie.sub], leftBehind: [] });
    const { history } = (await ledger.meeting({ device: 'pbx1', uid: 'one' })) ?? { history: [] };
    expect(history.map((item) => item.action)).toContain('entry left behind');
  });

  it('leave behind also what was written while it was decided', async () => {
    await use(arthur);
    await meeting('one', 1);
    await use(sadie, 'recreate');
    await ledger.intend({ device: 'pbx1', uid: 'one' }, recorded(arthur.sub));
    expect((await claimed('one')).recorded).toEqual([]);
  });

  it('stay as decided when the one in use is named again, as each start does', async () => {
    await use(arthur);
    await meeting('one', 1, recorded(arthur.sub));
    await use(sadie, 'recreate');
    await use(sadie, 'keep-entries');
    expect((await claimed('one')).recorded).toEqual([]);
  });

  it('leave nothing behind once the earlier one is in use again', async () => {
    await use(arthur);
    await meeting('one', 1, recorded(arthur.sub));
    await use(sadie, 'recreate');
    await use(arthur, 'keep-entries');
    expect((await claimed('one')).recorded).toEqual([arthur.sub]);
  });

  it('take up what was left, whole, when its account is in use again', async () => {
    const occurrence = '2026-11-21T10:00:00';
    await use(arthur);
    await meeting('one', 1, recorded(arthur.sub, { generation: 3 }), recorded(arthur.sub, { occurrence }));
    await use(sadie, 'recreate');
    await claimed('one');
    await ledger.intend({ device: 'pbx1', uid: 'one' }, recorded(sadie.sub));
    await use(arthur, 'recreate');
    expect(await claimed('one')).toEqual({
      recorded: [arthur.sub, arthur.sub],
      leftBehind: [{ calendarId: '1002@calendar', eventId: 'abcde' }],
    });
    const { recorded: rows } = (await ledger.meeting({ device: 'pbx1', uid: 'one' })) ?? { recorded: [] };
    expect(rows.map((row) => [row.occurrence, row.generation])).toEqual([
      [null, 3],
      [occurrence, 0],
    ]);
  });

  it('take up what was left also where the later entry was removed since, and not where a person deleted it', async () => {
    await use(arthur);
    for (const uid of ['removed', 'deleted', 'kept']) await meeting(uid, 1, recorded(arthur.sub));
    await use(sadie, 'recreate');
    for (const uid of ['removed', 'deleted', 'kept']) await claimed(uid);
    await ledger.intend({ device: 'pbx1', uid: 'removed' }, recorded(sadie.sub, { state: 'removed' }));
    await ledger.intend({ device: 'pbx1', uid: 'deleted' }, recorded(sadie.sub, { state: 'deleted-by-person' }));
    await ledger.intend({ device: 'pbx1', uid: 'kept' }, recorded(sadie.sub));
    await use(arthur, 'keep-entries');
    expect((await claimed('removed')).recorded).toEqual([arthur.sub]);
    expect((await claimed('deleted')).recorded).toEqual([sadie.sub]);
    expect((await claimed('kept')).recorded).toEqual([sadie.sub]);
  });

  it.each(['keep-entries', 'recreate'] as const)(
    'hand over what stands in a calendar that both use, with %s',
    async (earlier) => {
      await use(arthur);
      await meeting('shared', 1, recorded(arthur.sub, { calendarId: 'rooms@x.example' }));
      await meeting('own', 1, recorded(arthur.sub));
      await ledger.useAccount({ ...sadie, calendarId: 'rooms@x.example', earlier });
      expect(await claimed('shared')).toEqual({ recorded: [sadie.sub], leftBehind: [] });
      expect((await claimed('own')).recorded).toEqual(earlier === 'recreate' ? [] : [arthur.sub]);
    },
  );
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Meeting } from '../../src/domain/meeting.ts';
import { lockDataDir } from '../../src/ledger/lock.ts';
import { type OpenLedger, openLedger } from '../../src/ledger/sqlite.ts';
import type { AcceptedEvent, Outcome } from '../../src/sync/ports.ts';

const meeting: Meeting = {
  uid: 'm1',
  sequence: 0,
  subject: 'Weekly',
  start: '2024-04-29T10:00:00',
  end: '2024-04-29T11:00:00',
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

let serial = 0;
function event(change: Partial<AcceptedEvent> = {}): AcceptedEvent {
  serial += 1;
  return {
    device: 'pbx1',
    operation: 'scheduled',
    source: '/pbx/pbx1',
    eventId: `e${serial}`,
    uid: 'm1',
    sequence: 0,
    occurrence: null,
    meeting,
    warnings: [],
    contentHash: 'hash-a',
    startsAt: 1_000,
    endsAt: 2_000,
    ...change,
  };
}

function outcome(version: number, change: Partial<Outcome> = {}): Outcome {
  return {
    device: 'pbx1',
    uid: 'm1',
    version,
    state: 'synced',
    error: null,
    warnings: [],
    occurrences: [],
    nextAttemptAt: null,
    recorded: [],
    attempt: 0,
    removal: null,
    invited: 0,
    history: [],
    result: '{"state":"synced"}',
    ...change,
  };
}

describe('the ledger', () => {
  let folder: string;
  let file: string;
  let ledger: OpenLedger;
  let now = 1_700_000_000_000;
  const open = () => openLedger({ file, clock: () => now });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    file = join(folder, 'ledger.db');
    ledger = open();
  });
  afterEach(async () => {
    await ledger[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('keeps what it accepted when it is opened again', async () => {
    expect(await ledger.accept(event())).toBe('applied');
    await ledger[Symbol.asyncDispose]();
    ledger = open();
    const [claim] = await ledger.claim(5, 1_000, 'a');
    expect(claim?.main?.meeting?.subject).toBe('Weekly');
  });

  it('knows a message by device, source and id', async () => {
    const first = event();
    await ledger.accept(first);
    expect(await ledger.accept({ ...first, sequence: 9 })).toBe('duplicate');
  });

  it('leases a meeting to one owner at a time', async () => {
    await ledger.accept(event());
    expect(await ledger.claim(5, 1_000, 'a')).toHaveLength(1);
    expect(await ledger.claim(5, 1_000, 'b')).toHaveLength(0);
    now += 1_001;
    expect(await ledger.claim(5, 1_000, 'b')).toHaveLength(1);
  });

  it('makes a meeting due again when a cancellation comes too late to count but voids changed occurrences', async () => {
    const occurrence = '2024-05-06T10:00:00';
    await ledger.accept(event({ sequence: 5 }));
    await ledger.accept(event({ sequence: 2, occurrence }));
    const [claim] = await ledger.claim(1, 1_000, 'a');
    expect(claim?.occurrences).toHaveLength(1);
    await ledger.settle(outcome(claim?.version ?? -1));
    const late = { operation: 'cancelled' as const, meeting: null };
    expect(await ledger.accept(event({ ...late, sequence: 1 }))).toBe('stale');
    expect(await ledger.nextDueAt()).toBeNull();
    expect(await ledger.accept(event({ ...late, sequence: 3 }))).toBe('stale');
    const [again] = await ledger.claim(1, 1_000, 'a');
    expect(again?.occurrences).toEqual([]);
  });

  it('frees at once what a process that is gone had leased', async () => {
    await ledger.accept(event());
    await ledger.claim(5, 60_000, 'gone');
    await ledger.releaseLeases('new');
    expect(await ledger.claim(5, 60_000, 'new')).toHaveLength(1);
  });

  it('keeps a meeting due when a newer wish arrived during the write, but records what was written', async () => {
    await ledger.accept(event());
    const [claim] = await ledger.claim(1, 60_000, 'a');
    await ledger.accept(event({ sequence: 1, contentHash: 'hash-b' }));
    const entry = {
      occurrence: null,
      account: 'sub',
      calendarId: 'c',
      eventId: 'abcde',
      generation: 0,
      state: 'live' as const,
      etag: '"1"',
      htmlLink: null,
      sequence: 0,
      entry: null,
    };
    await ledger.settle(outcome(claim?.version ?? -1, { recorded: [entry] }));
    const [again] = await ledger.claim(1, 60_000, 'a');
    expect(again?.main?.sequence).toBe(1);
    expect(again?.recorded).toEqual([entry]);
    expect(await ledger.unpublishedResults(10)).toHaveLength(0);
  });

  it('voids the occurrences below a cancellation of the whole, even when the cancellation arrives late', async () => {
    const occurrence = '2024-05-06T10:00:00';
    await ledger.accept(event({ sequence: 3, occurrence, operation: 'updated' }));
    await ledger.accept(event({ sequence: 7 }));
    expect(await ledger.accept(event({ sequence: 5, operation: 'cancelled', meeting: null }))).toBe('stale');
    await ledger.accept(event({ sequence: 8, occurrence: '2024-05-13T10:00:00', operation: 'updated' }));
    const record = await ledger.meeting({ device: 'pbx1', uid: 'm1' });
    expect(record?.main?.sequence).toBe(7);
    expect(record?.occurrences.map((item) => item.sequence)).toEqual([8]);
  });

  it('publishes a result again when a newer one replaced it during the publication', async () => {
    await ledger.accept(event());
    const [claim] = await ledger.claim(1, 60_000, 'a');
    await ledger.settle(outcome(claim?.version ?? -1));
    const [first] = await ledger.unpublishedResults(1);
    await ledger.wake({ key: { device: 'pbx1', uid: 'm1' } });
    const [next] = await ledger.claim(1, 60_000, 'a');
    await ledger.settle(outcome(next?.version ?? -1, { result: '{"state":"skipped"}' }));
    if (first) await ledger.resultPublished(first);
    expect((await ledger.unpublishedResults(5)).map((item) => item.payload)).toEqual(['{"state":"skipped"}']);
  });

  it('wakes the meetings held for one cause and leaves the others', async () => {
    for (const uid of ['m1', 'm2']) await ledger.accept(event({ uid }));
    const claims = await ledger.claim(5, 60_000, 'a');
    for (const claim of claims) {
      const code = claim.uid === 'm1' ? 'not-authorized' : 'zone-unknown';
      const error = { code, title: '', fix: '', link: null, retryable: true };
      await ledger.settle(outcome(claim.version, { uid: claim.uid, state: 'held', error }));
    }
    expect((await ledger.queue()).heldByCode).toEqual({ 'not-authorized': 1, 'zone-unknown': 1 });
    expect(await ledger.wake({ codes: ['not-authorized'] })).toBe(1);
    expect((await ledger.claim(5, 1_000, 'a')).map((claim) => claim.uid)).toEqual(['m1']);
  });

  it('counts what is tried again and again in vain, by its cause', async () => {
    for (const uid of ['m1', 'm2']) await ledger.accept(event({ uid }));
    const error = { code: 'google-unavailable', title: '', fix: '', link: null, retryable: true };
    for (const claim of await ledger.claim(5, 60_000, 'a'))
      await ledger.settle(
        outcome(claim.version, { uid: claim.uid, state: 'pending', error, attempt: claim.uid === 'm1' ? 3 : 4 }),
      );
    expect((await ledger.queue()).stuckByCode).toEqual({ 'google-unavailable': 1 });
  });

  it('hastens what a clock that went ahead has put off, and leaves leases under way alone', async () => {
    for (const uid of ['m1', 'm2']) await ledger.accept(event({ uid }));
    now += 5 * 3_600_000;
    for (const claim of await ledger.claim(5, 60_000, 'a'))
      if (claim.uid === 'm1') await ledger.settle(outcome(claim.version, { state: 'pending', nextAttemptAt: now + 1 }));
    now -= 5 * 3_600_000;
    expect(await ledger.claim(5, 60_000, 'a')).toEqual([]);
    expect(await ledger.hasten({ dueAfter: now + 3_600_000, leaseUntil: now + 60_000 })).toBe(1);
    expect((await ledger.claim(5, 60_000, 'a')).map((claim) => claim.uid)).toEqual(['m1']);
    now += 60_000;
    expect(await ledger.hasten({ dueAfter: now, leaseUntil: now })).toBe(0);
  });

  it('pages through meetings by cursor without repeating or leaving one out', async () => {
    for (let index = 0; index < 7; index += 1) await ledger.accept(event({ uid: `m${index}`, startsAt: index % 3 }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.meetings({ limit: 2, cursor });
      seen.push(...page.items.map((item) => item.uid));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect([...seen].sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
  });

  it('finds a subject that contains the signs of a pattern', async () => {
    await ledger.accept(event({ meeting: { ...meeting, subject: '100% done_now' } }));
    expect((await ledger.meetings({ limit: 5, q: '0% d' })).items).toHaveLength(1);
    expect((await ledger.meetings({ limit: 5, q: 'done-now' })).items).toHaveLength(0);
  });

  it('is readable by its owner only', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('names the file and the mend when it is damaged, and leaves it as it is', () => {
    const damaged = join(folder, 'damaged.db');
    writeFileSync(damaged, 'this is no database, and it is long enough to be read as one. '.repeat(40));
    expect(() => openLedger({ file: damaged, clock: () => now })).toThrow(/damaged\.db.*backup/);
    expect(statSync(damaged).size).toBeGreaterThan(2_000);
  });

  it('refuses the ledger of a newer version', () => {
    const newer = join(folder, 'newer.db');
    const db = new DatabaseSync(newer);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => openLedger({ file: newer, clock: () => now })).toThrow(/newer version/);
  });

  it('lets one process have a data directory', () => {
    const lock = lockDataDir(join(folder, 'data'));
    expect(() => lockDataDir(join(folder, 'data'))).toThrow(/another agent process/);
    lock[Symbol.dispose]();
    lockDataDir(join(folder, 'data'))[Symbol.dispose]();
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenLedger, openLedger } from '../../src/ledger/sqlite.ts';
import { eraseAddress } from '../../src/sync/erasure.ts';
import { planFor } from '../../src/sync/planning.ts';
import { type Claim, defaultCalendarSettings, type Outcome } from '../../src/sync/ports.ts';

const JANE = 'jane.roe@example.com';
const device = 'c074ad123456';
const account = 'arthur.morgan@mycompanyabc.com';
const target = { ok: true as const, account: '1001', address: account, calendarId: account, primary: true };

/** Seven meetings with Jane among their guests, as an earlier version left them: see versions/001.sql. */
describe('erasing one address from the ledger', () => {
  let folder: string;
  let file: string;
  let ledger: OpenLedger;
  const now = Date.parse('2026-03-02T09:00:00Z');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'erasure-'));
    file = join(folder, 'ledger.db');
    using db = new DatabaseSync(file);
    db.exec(readFileSync(new URL('versions/001.sql', import.meta.url), 'utf8'));
    db.exec(`
      UPDATE meetings SET subject = 'Talk with Jane.Roe@example.com' WHERE uid = 'endless';
      UPDATE results SET payload = json_set(payload, '$.warnings[0].message', 'jane.roe@EXAMPLE.com')
        WHERE uid = 'endless';
      INSERT INTO history (device, uid, at, action, detail) VALUES ('${device}', 'endless', 1, 'failed', 'for <${JANE}>');
      INSERT INTO activity (at, actor, action, subject, detail) VALUES (1, 'admin', 'x', 'Google', 'Jane.Roe@Example.com');
      INSERT INTO seen (device, source, event_id, at) VALUES ('${device}', '/pbx', 'for-jane.roe@example.com', 1);
      INSERT INTO seen (device, source, event_id, at) VALUES ('${device}', '/pbx', 'for ${JANE}', 1);
      UPDATE devices SET identity_payload = json_set(identity_payload, '$.name', '${JANE}'),
        identity = json_set(identity, '$.name', '${JANE}');
    `);
    db.close();
    ledger = openLedger({ file, clock: () => now });
  });
  afterEach(async () => {
    await ledger[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  let woken = 0;
  const erase = (email = JANE.toUpperCase()) =>
    eraseAddress(
      {
        ledger,
        sha256: () => 'f00dfeedbeef0000',
        forgetAddress: async () => 0,
        onErased: () => {
          woken += 1;
        },
      },
      { email, actor: 'admin' },
    );
  /** Everything on the disk, as its bytes are. */
  const disk = () =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1').toLowerCase())
      .join('\n');
  const claims = async (): Promise<Claim[]> => {
    await ledger.releaseLeases('');
    for (const uid of ['single', 'series', 'endless', 'cancelled', 'device-zone', 'held', 'pending'])
      await ledger.wake({ key: { device, uid } });
    return ledger.claim(100, 60_000, 'one');
  };
  const steps = (claim: Claim) =>
    planFor(claim, { settings: defaultCalendarSettings, target, agentId: 'agent', now }).steps;

  function outcome(claim: Claim, change: Partial<Outcome> = {}): Outcome {
    return {
      device,
      uid: claim.uid,
      version: claim.version,
      state: 'synced',
      error: null,
      warnings: [],
      occurrences: [],
      nextAttemptAt: null,
      recorded: claim.recorded,
      attempt: 0,
      removal: null,
      invited: 0,
      history: [],
      result: '{"state":"synced"}',
      ...change,
    };
  }

  it('leaves it nowhere on the disk, in no case of letters, and every other address where it was', async () => {
    expect(disk().includes(JANE)).toBe(true);
    expect(readdirSync(folder)).toContain('ledger.db.before-v2');
    const result = await erase();
    expect(disk().replaceAll('for-jane.roe@example.com', '').includes(JANE)).toBe(false);
    expect(disk().includes('guest@example.net')).toBe(true);
    expect(disk().includes('for-jane.roe@example.com')).toBe(true);
    expect(result).toMatchObject({
      address: 'sha256:f00dfeedbeef',
      erased: { meetings: 7, results: 1, history: 1, rejected: 1, activity: 1, others: 2 },
    });
    expect(woken).toBeGreaterThan(0);
    const [note] = (await ledger.activity({ limit: 1 })).items;
    expect(note).toMatchObject({
      actor: 'admin',
      action: 'address erased',
      subject: 'sha256:f00dfeedbeef',
      detail: 'meetings 7, results 1, history 1, rejected 1, activity 1, others 2',
    });
  });

  it('leaves it not in entries that were left in an earlier account either, and names those too', async () => {
    await ledger.useAccount({ sub: '1001', address: account, calendarId: null, earlier: 'keep-entries' });
    await ledger.useAccount({ sub: '1002', address: 'sadie@example.net', calendarId: null, earlier: 'recreate' });
    const left = (await claims()).filter((claim) => claim.leftBehind.length > 0).map((claim) => claim.uid);
    expect(left.length).toBeGreaterThan(0);
    const { calendarEntries } = await erase();
    expect(disk().replaceAll('for-jane.roe@example.com', '').includes(JANE)).toBe(false);
    expect(calendarEntries.items.map((item) => item.uid)).toEqual(expect.arrayContaining(left));
  });

  it('names the entries in the calendar whose guest the person still is', async () => {
    const { calendarEntries } = await erase();
    expect(calendarEntries.count).toBe(4);
    expect(calendarEntries.items.map((item) => item.uid).sort()).toEqual([
      'device-zone',
      'endless',
      'series',
      'single',
    ]);
    expect(calendarEntries.items.find((item) => item.uid === 'endless')).toMatchObject({
      device,
      subject: 'Talk with [erased]',
      htmlLink: expect.stringContaining('https://www.google.com/calendar/event?eid='),
    });
  });

  it('gives the next plan nothing to do that it had not to do before', async () => {
    const before = (await claims()).map((claim) => [claim.uid, steps(claim).map((step) => step.action)]);
    await erase();
    const after = await claims();
    expect(after.map((claim) => [claim.uid, steps(claim).map((step) => step.action)])).toEqual(before);
    expect(before.filter(([, actions]) => actions?.length !== 0)).toEqual([['pending', ['create']]]);
    const create = after.flatMap(steps)[0];
    expect(JSON.stringify(create)).not.toMatch(/jane/i);
    expect(JSON.stringify(create)).toContain('guest@example.net');
  });

  it('publishes again the result that named it', async () => {
    await erase();
    const waiting = (await ledger.unpublishedResults(10)).find((result) => result.uid === 'endless');
    expect(JSON.parse(waiting?.payload ?? '').warnings[0].message).toBe('[erased]');
  });

  it('takes it as well from what was being written at that moment', async () => {
    const under = (await claims()).find((claim) => claim.uid === 'single');
    if (under === undefined) throw new Error('not due');
    await erase();
    await ledger.intend(under, { ...(under.recorded[0] as Claim['recorded'][number]), state: 'intended' });
    const error = { code: 'x', title: `for ${JANE}`, fix: '', link: null, retryable: true };
    await ledger.settle(
      outcome(under, {
        error,
        history: [{ action: 'failed', detail: `for ${JANE}` }],
        result: JSON.stringify({ state: 'synced', error: { title: `line\n${JANE}` } }),
      }),
    );
    const after = await ledger.meeting({ device, uid: 'single' });
    expect(JSON.stringify(after)).not.toMatch(/jane\.roe@/i);
    expect(after?.recorded[0]?.entry?.guests.map((guest) => guest.email)).toEqual(['guest@example.net']);
    // A later write is of a later wish, and is kept as it is.
    const [again] = (await claims()).filter((claim) => claim.uid === 'single');
    if (again === undefined) throw new Error('not due');
    await ledger.settle(outcome(again, { history: [{ action: 'x', detail: JANE }] }));
    expect((await ledger.meeting({ device, uid: 'single' }))?.history[0]?.detail).toBe(JANE);
  });

  it('finds nothing the second time, and says so', async () => {
    await erase();
    const again = await erase();
    expect(Object.values(again.erased).every((count) => count === 0)).toBe(true);
    expect((await ledger.activity({ limit: 1 })).items[0]?.detail).toBe('not found');
  });

  it('goes through many meetings in shares', async () => {
    using db = new DatabaseSync(file);
    db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
      INSERT INTO meetings (device, uid, subject, updated_at) SELECT 'other', 'm' || i, '${JANE}', 0 FROM n;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
      INSERT INTO activity (at, actor, action, subject, detail) SELECT 0, 'admin', 'x', '', '${JANE}' FROM n;
    `);
    db.close();
    const { erased } = await erase();
    expect(erased).toMatchObject({ meetings: 457, activity: 1_201 });
    expect(disk().replaceAll('for-jane.roe@example.com', '').includes(JANE)).toBe(false);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { first } from '../../src/ledger/migrations/001-first.ts';
import { openLedger } from '../../src/ledger/sqlite.ts';
import type { AlertRecord } from '../../src/sync/ports.ts';

const HOUR = 3_600_000;
const opened: AlertRecord = {
  channel: 'smtp',
  problem: 'firmware-too-old:c074ad123456',
  told: 'opened',
  openedAt: 1_000,
  opening: 'msg_1',
  pending: null,
  snapshot: {
    id: 'firmware-too-old:c074ad123456',
    severity: 'warning',
    title: 't',
    cause: 'c',
    action: 'a',
    link: null,
    fault: 'agent',
    since: '2026-11-21T10:00:00.000Z',
  },
};

const LIMITS = { meetings: 0, results: 0, messages: 0 };

describe('what the recipients of alerts know', () => {
  let folder: string;
  let file: string;
  let now: number;
  const open = () => openLedger({ file, clock: () => now });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-alerts-'));
    file = join(folder, 'ledger.db');
    now = 1_000;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is kept per channel and problem, and the newest counts', async () => {
    {
      await using ledger = open();
      await ledger.saveAlert({ ...opened, told: 'closed', openedAt: null, opening: null, pending: 'msg_1' });
      await ledger.saveAlert(opened);
      await ledger.saveAlert({ ...opened, channel: 'webhook' });
    }
    await using again = open();
    const kept = await again.alerts();
    expect(kept).toHaveLength(2);
    expect(kept).toEqual(expect.arrayContaining([opened, { ...opened, channel: 'webhook' }]));
  });

  it('is let go when it is over and its day has long passed', async () => {
    await using ledger = open();
    await ledger.saveAlert(opened);
    await ledger.saveAlert({ ...opened, problem: 'over', told: 'closed' });
    await ledger.saveAlert({ ...opened, problem: 'begun', told: 'closed', pending: 'msg_2' });
    now += 47 * HOUR;
    await ledger.purge(LIMITS);
    expect(await ledger.alerts()).toHaveLength(3);
    now += 2 * HOUR;
    await ledger.purge(LIMITS);
    expect((await ledger.alerts()).map((record) => record.problem).sort()).toEqual(['begun', opened.problem]);
  });

  it('finds its place in a ledger of the version before', async () => {
    const earlier = new DatabaseSync(file);
    earlier.exec(`${first}; PRAGMA user_version = 1; INSERT INTO devices (device) VALUES ('pbx1');`);
    earlier.close();
    await using ledger = open();
    expect((await ledger.devices()).map((item) => item.device)).toEqual(['pbx1']);
    await ledger.saveAlert(opened);
    expect(await ledger.alerts()).toEqual([opened]);
  });
});

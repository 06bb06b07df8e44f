import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { MIGRATIONS, migrate } from '../../src/ledger/migrate.ts';
import { openLedger } from '../../src/ledger/sqlite.ts';

const VERSIONS = new URL('versions/', import.meta.url).pathname;
const NEWEST = MIGRATIONS.length;
const device = 'c074ad123456';
const now = Date.parse('2026-03-02T09:00:00Z');

describe('a ledger of an earlier version', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'migrate-'));
    file = join(folder, 'ledger.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The ledger as the agent of that version left it. */
  function writeVersion(version: number): void {
    using db = new DatabaseSync(file);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec(readFileSync(join(VERSIONS, `${String(version).padStart(3, '0')}.sql`), 'utf8'));
  }

  function read<T>(sql: string, from = file): T[] {
    using db = new DatabaseSync(from, { readOnly: true });
    return db.prepare(sql).all() as T[];
  }
  const version = (from = file) => read<{ user_version: number }>('PRAGMA user_version', from)[0]?.user_version;

  const fixtures = readdirSync(VERSIONS).map((name) => Number(name.slice(0, 3)));

  it('has a fixture for each version before this one', () => {
    expect(fixtures).toEqual(Array.from({ length: NEWEST - 1 }, (_, index) => index + 1));
  });

  it.each(fixtures)('%i is brought to the newest with all that it holds', async (from) => {
    writeVersion(from);
    const tables = ['meetings', 'desired', 'recorded', 'results', 'history', 'activity', 'parked', 'seen', 'devices'];
    const count = () => tables.map((table) => read<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n);
    const before = count();
    {
      await using ledger = openLedger({ file, clock: () => now });
      const meeting = await ledger.meeting({ device, uid: 'series' });
      expect(meeting).toMatchObject({ state: 'synced', main: { sequence: 0 }, occurrences: [{ sequence: 1 }] });
      expect(meeting?.recorded.map((entry) => entry.state)).toEqual(['live', 'live']);
      expect(await ledger.queue()).toMatchObject({ pending: 1, held: 1, heldByCode: { 'zone-unknown': 1 } });
      await ledger.releaseLeases('');
      expect((await ledger.claim(10, 1_000, 'new')).map((claim) => claim.uid)).toEqual(['pending']);
      expect((await ledger.unpublishedResults(10)).map((result) => result.uid)).toEqual(['held']);
    }
    expect(count()).toEqual(before);
    expect(version()).toBe(NEWEST);
    expect(read('PRAGMA auto_vacuum')).toEqual([{ auto_vacuum: 2 }]);
    expect(read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('learns when each of its meetings is over', async () => {
    writeVersion(1);
    await openLedger({ file, clock: () => now })[Symbol.asyncDispose]();
    const rows = read<{ uid: string; over_at: number | null }>('SELECT uid, over_at FROM meetings');
    const over = Object.fromEntries(
      rows.map(({ uid, over_at: at }) => [uid, at === null ? null : new Date(at).toISOString()]),
    );
    expect(over).toEqual({
      single: '2026-03-09T10:00:00.000Z',
      // The last occurrence was moved to the 26th; only its wall clock is at hand.
      series: '2026-03-26T23:00:00.000Z',
      endless: null,
      cancelled: '2026-03-02T08:00:03.000Z',
      'device-zone': '2026-03-09T23:00:00.000Z',
      held: '2026-03-09T23:00:00.000Z',
      pending: '2026-03-09T10:00:00.000Z',
    });
  });

  it('is kept as it was beside the upgraded one, for its owner alone, and two such copies at most', async () => {
    writeVersion(1);
    for (const old of [1, 0]) {
      using db = new DatabaseSync(`${file}.before-v${old}`);
      db.exec('CREATE TABLE t (x)');
    }
    await openLedger({ file, clock: () => now })[Symbol.asyncDispose]();
    const copies = readdirSync(folder).filter((name) => name.includes('.before-v'));
    expect(copies.sort()).toEqual(['ledger.db.before-v1', 'ledger.db.before-v2']);
    const copy = `${file}.before-v2`;
    expect(version(copy)).toBe(1);
    expect(read('SELECT uid FROM meetings', copy)).toHaveLength(7);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    await openLedger({ file, clock: () => now })[Symbol.asyncDispose]();
    expect(readdirSync(folder).filter((name) => name.includes('.before-v'))).toHaveLength(2);
  });

  it('is left as it was when the copy cannot be kept, and says so', () => {
    writeVersion(1);
    mkdirSync(`${file}.before-v2`);
    const opening = () => openLedger({ file, clock: () => now });
    expect(opening).toThrow(expect.objectContaining({ code: 'ledger-upgrade' }));
    expect(opening).toThrow(/before-v2, cannot be written .* Nothing was changed/s);
    expect(version()).toBe(1);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('stays whole at its version when a step fails, and names it', () => {
    writeVersion(1);
    using db = new DatabaseSync(file);
    const steps = [MIGRATIONS[0] ?? '', 'CREATE TABLE extra (x); INSERT INTO nowhere VALUES (1);'];
    const failure = failureOf(() => migrate(db, file, steps));
    expect(failure.code).toBe('ledger-upgrade');
    expect(failure.message).toMatch(/cannot be brought to ledger 2 \(no such table: nowhere\)/);
    expect(version()).toBe(1);
    expect(read("SELECT name FROM sqlite_schema WHERE name = 'extra'")).toEqual([]);
  });

  it('comes through a kill in the middle of a step', async () => {
    writeVersion(1);
    const script = `
      import { DatabaseSync } from 'node:sqlite';
      import { MIGRATIONS, migrate } from ${JSON.stringify(new URL('../../src/ledger/migrate.ts', import.meta.url).href)};
      const db = new DatabaseSync(${JSON.stringify(file)});
      db.function('die', () => process.kill(process.pid, 'SIGKILL'));
      migrate(db, ${JSON.stringify(file)}, [MIGRATIONS[0], MIGRATIONS[1] + 'SELECT die();']);
    `;
    const died = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(died.signal).toBe('SIGKILL');
    expect(existsSync(`${file}.before-v2`)).toBe(true);
    expect(version()).toBe(1);
    await openLedger({ file, clock: () => now })[Symbol.asyncDispose]();
    expect(version()).toBe(NEWEST);
    expect(read('SELECT uid FROM meetings')).toHaveLength(7);
  });

  it('that is newer than the agent ends its start with code 2, and is not touched', async () => {
    {
      using db = new DatabaseSync(file);
      db.exec(`CREATE TABLE meetings (x); PRAGMA user_version = ${NEWEST + 1};`);
    }
    const before = readFileSync(file);
    const child = spawn(process.execPath, [new URL('../../src/main.ts', import.meta.url).pathname], {
      env: { PATH: process.env['PATH'], DATA_DIR: folder, PORT: '0', EMBEDDED_BROKER_PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(said.join('')).toContain(
      `written by a newer version of the agent (ledger ${NEWEST + 1}, this one knows ${NEWEST})`,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('ledger.db'))).toEqual(['ledger.db']);
  });
});

function failureOf(work: () => void): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

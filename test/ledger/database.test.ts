import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/ledger/database.ts';

describe('writes that are asked for together', () => {
  let folder: string;
  let db: Database;
  const put = (topic: string) => () => db.run('INSERT INTO retained (topic, payload) VALUES (?, ?)', topic, 'x');
  const topics = () => db.all<{ topic: string }>('SELECT topic FROM retained ORDER BY topic').map((row) => row.topic);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'database-'));
    db = new Database(join(folder, 'ledger.db'));
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('stand although one of them is refused, and each is done once', async () => {
    const outcomes = await Promise.allSettled([
      db.write(put('a')),
      db.write(() => {
        put('b')();
        put('a')();
      }),
      db.writeSoon(put('c')),
      db.write(() => {
        put('d')();
        throw new Error('changed my mind');
      }),
      db.write(put('e')),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'ledger-unavailable' } });
    expect(topics()).toEqual(['a', 'c', 'e']);
  });

  it('are in the file when they resolve, and again when it is opened anew', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, number) => db.write(put(`t${number}`))));
    db.close();
    db = new Database(join(folder, 'ledger.db'));
    expect(topics()).toHaveLength(50);
  });
});

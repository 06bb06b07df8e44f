import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogSync } from '../../src/ledger/log-sync.ts';

/** A file that can be opened and never synchronised: fdatasync answers EINVAL. */
const REFUSING = '/dev/null';

describe('the wait for the disk', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-sync-'));
    file = join(folder, 'ledger.db-wal');
    writeFileSync(file, 'a log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const outcome = (sync: LogSync) =>
    new Promise<'durable' | { failed: unknown }>((resolve) =>
      sync.after(
        () => resolve('durable'),
        (failed) => resolve({ failed }),
      ),
    );

  it('ends for each in the order in which they asked', async () => {
    const sync = new LogSync(file, () => {});
    const ended: number[] = [];
    await Promise.all([1, 2, 3, 4].map((number) => outcome(sync).then(() => ended.push(number))));
    sync.close();
    expect(ended).toEqual([1, 2, 3, 4]);
  });

  it('never ends before the next turn of the event loop', () => {
    const sync = new LogSync(file, () => {});
    let early = true;
    let seen: boolean | undefined;
    sync.after(
      () => {
        seen = early;
      },
      () => {},
    );
    early = false;
    expect(seen).toBeUndefined();
    sync.close();
    expect(seen).toBe(false);
  });

  it('fails for all who asked, those that came meanwhile as well', async () => {
    const sync = new LogSync(REFUSING, () => {});
    const all = await Promise.all([outcome(sync), outcome(sync)]);
    sync.close();
    expect(all).toMatchObject([{ failed: { code: 'EINVAL' } }, { failed: { code: 'EINVAL' } }]);
  });

  it('is trusted again only when the log was moved: a second call would succeed without having written', async () => {
    let moved = 0;
    let refuses = true;
    const sync = new LogSync(REFUSING, () => {
      moved += 1;
      if (refuses) throw new Error('the disk is full');
    });
    sync.heal();
    expect(moved).toBe(0);
    await outcome(sync);
    expect(() => sync.heal()).toThrow('the disk is full');
    refuses = false;
    sync.heal();
    sync.heal();
    expect(moved).toBe(2);
    sync.close();
  });

  it('is over at once when the ledger is closed, also for what is under way', async () => {
    const sync = new LogSync(file, () => {});
    const ended = Promise.all([outcome(sync), outcome(sync)]);
    sync.close();
    expect(await ended).toEqual(['durable', 'durable']);
  });
});

import { chmodSync, closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { first } from './migrations/001-first.ts';
import { accounts } from './migrations/002-accounts.ts';
import { activity } from './migrations/002-activity.ts';
import { alerts } from './migrations/002-alerts.ts';
import { invitations } from './migrations/002-invitations.ts';
import { keeping } from './migrations/002-keeping.ts';
import { removals } from './migrations/002-removals.ts';

/**
 * In order; a ledger's version is how many of them it has been through. One a release, put together from one file for
 * each idea; what was released is never changed again.
 */
export const MIGRATIONS: readonly string[] = [first, removals + keeping + invitations + alerts + accounts + activity];

/** How many copies of earlier versions stay beside the ledger. */
const COPIES = 2;

/** Raises `ledger-newer` before anything is touched. */
export function checkVersion(version: number, file: string, known = MIGRATIONS.length): void {
  if (version <= known) return;
  throw new AppError(
    'ledger-newer',
    `${file} was written by a newer version of the agent (ledger ${version}, this one knows ${known}). Start the newer version, or restore a backup made before the upgrade; ledger.db.before-v${known + 1}, where it is still there, is the ledger as it was before.`,
  );
}

/**
 * Brings a ledger to the newest version, each step in one transaction, after a copy of an earlier one was kept as
 * `.before-vN`. Whenever it is interrupted, the next start goes on from the last whole step. Raises `ledger-newer` and
 * `ledger-upgrade`.
 */
export function migrate(db: DatabaseSync, file: string, migrations = MIGRATIONS): void {
  const version = versionOf(db);
  checkVersion(version, file, migrations.length);
  if (version === migrations.length) return;
  const copy = version === 0 ? null : keepCopy(db, { file, next: version + 1 });
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    try {
      db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT;`);
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw new AppError(
        'ledger-upgrade',
        `${file} cannot be brought to ledger ${index + 1} (${message(error)}). It is whole, at ledger ${index}. Make room on the disk and start again, or start the earlier version.`,
        { cause: error },
      );
    }
  }
  if (copy !== null) dropOldCopies(file);
}

export function versionOf(db: DatabaseSync): number {
  return Number((db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version);
}

/** Copies kept before an upgrade, oldest version first. */
export function copiesOf(file: string): { path: string; version: number; at: number }[] {
  const start = `${basename(file)}.before-v`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)))
    .map((name) => {
      const path = join(dirname(file), name);
      return { path, version: Number(name.slice(start.length)), at: statSync(path).mtimeMs };
    })
    .sort((a, b) => a.version - b.version);
}

function keepCopy(db: DatabaseSync, { file, next }: { file: string; next: number }): string {
  const copy = `${file}.before-v${next}`;
  try {
    rmSync(`${copy}.partial`, { force: true, recursive: true });
    db.prepare('VACUUM INTO ?').run(`${copy}.partial`);
    chmodSync(`${copy}.partial`, 0o600);
    sync(`${copy}.partial`);
    renameSync(`${copy}.partial`, copy);
    sync(dirname(file));
    return copy;
  } catch (error) {
    rmSync(`${copy}.partial`, { force: true, recursive: true });
    throw new AppError(
      'ledger-upgrade',
      `${file} has to be upgraded, and the copy to keep before that, ${copy}, cannot be written (${message(error)}). Nothing was changed. Make as much room on that disk as the ledger takes, and start again.`,
      { cause: error },
    );
  }
}

function dropOldCopies(file: string): void {
  for (const copy of copiesOf(file).slice(0, -COPIES)) rmSync(copy.path, { force: true });
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

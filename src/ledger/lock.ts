import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { isBusy, messageOf } from './sqlite-error.ts';

/**
 * Holds the data directory for this process. The lock is SQLite's on a file of its own, so the operating system lets
 * go of it however the process ends. Raises `data-dir-in-use` and `data-dir-unavailable`.
 */
export function lockDataDir(dataDir: string): Disposable {
  let db: DatabaseSync | null = null;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
    const file = join(dataDir, 'agent.lock');
    db = new DatabaseSync(file);
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    chmodSync(file, 0o600);
    const held = db;
    return { [Symbol.dispose]: () => held.close() };
  } catch (error) {
    db?.close();
    if (isBusy(error))
      throw new AppError('data-dir-in-use', `DATA_DIR ${dataDir} is used by another agent process`, { cause: error });
    throw new AppError(
      'data-dir-unavailable',
      `DATA_DIR ${dataDir} cannot be used (${messageOf(error)}). Make room on the disk, see that the folder is the agent's own and may be written, and start again.`,
      { cause: error },
    );
  }
}

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';

/**
 * Holds the data directory for this process. The lock is SQLite's on a file of its own, so the operating system lets
 * go of it however the process ends. Raises `data-dir-in-use`.
 */
export function lockDataDir(dataDir: string): Disposable {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  const file = join(dataDir, 'agent.lock');
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    db.close();
    throw new AppError('data-dir-in-use', `DATA_DIR ${dataDir} is used by another agent process`, { cause: error });
  }
  chmodSync(file, 0o600);
  return { [Symbol.dispose]: () => db.close() };
}

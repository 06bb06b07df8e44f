import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../src/errors.ts';

/**
 * Holds the folder for this process. The lock is SQLite's on a file of its own, so the operating system lets go of it
 * however the process ends. Raises `data-dir-in-use`.
 */
export function lockFolder(dataDir: string): Disposable {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  const db = new DatabaseSync(join(dataDir, 'bridge.lock'));
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    db.close();
    throw new AppError('data-dir-in-use', `DATA_DIR: ${dataDir} is used by another bridge process`, { cause: error });
  }
  return { [Symbol.dispose]: () => db.close() };
}

import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { first } from './migrations/001-first.ts';
import { alerts } from './migrations/002-alerts.ts';

const MIGRATIONS = [first, alerts];

export type Row = Record<string, SQLInputValue>;

/**
 * One SQLite file with group commit: whatever is asked for within one turn of the event loop shares one transaction
 * and one fsync. A write resolves after the commit; a write that throws is undone alone.
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: { work: () => unknown; resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];
  #scheduled = false;

  /** Raises `ledger-damaged`, `ledger-newer` and `ledger-unavailable`. */
  constructor(file: string) {
    const existed = existsSync(file);
    try {
      this.#db = new DatabaseSync(file);
      this.#db.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
      );
      if (existed) this.#verify(file);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw unreadable(file, error);
    }
    chmodSync(file, 0o600);
    this.#migrate(file);
  }

  /** A read, outside any transaction. */
  all<T = Row>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }

  get<T = Row>(sql: string, ...values: SQLInputValue[]): T | null {
    return (this.#statement(sql).get(...values) as T | undefined) ?? null;
  }

  /** Inside `write` only. Returns the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Durable when it resolves. Raises `ledger-unavailable` when the disk refuses. */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#commit());
    });
  }

  close(): void {
    this.#commit();
    this.#statements.clear();
    this.#db.close();
  }

  #commit(): void {
    this.#scheduled = false;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const settled: (() => void)[] = [];
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const item of batch) settled.push(this.#attempt(item));
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      const failure = new AppError('ledger-unavailable', `The ledger cannot be written: ${message(error)}`, {
        cause: error,
      });
      for (const item of batch) item.reject(failure);
      return;
    }
    for (const settle of settled) settle();
  }

  #attempt(item: {
    work: () => unknown;
    resolve: (value: unknown) => void;
    reject: (error: unknown) => void;
  }): () => void {
    this.#db.exec('SAVEPOINT item');
    try {
      const value = item.work();
      this.#db.exec('RELEASE item');
      return () => item.resolve(value);
    } catch (error) {
      // Where SQLite itself gave up the whole transaction there is nothing left to go back to.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec('ROLLBACK TO item; RELEASE item');
      const failure = new AppError('ledger-unavailable', `The ledger refused a write: ${message(error)}`, {
        cause: error,
      });
      return () => item.reject(failure);
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #verify(file: string): void {
    const found = this.#db.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined;
    if (found?.quick_check !== 'ok') throw unreadable(file, new Error(found?.quick_check ?? 'no answer'));
  }

  #migrate(file: string): void {
    const { user_version: version } = this.#db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > MIGRATIONS.length) {
      throw new AppError(
        'ledger-newer',
        `${file} was written by a newer version of the agent (ledger ${version}, this one knows ${MIGRATIONS.length}). Start the newer version, or restore the backup made before the upgrade.`,
      );
    }
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      this.#db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT;`);
    }
  }
}

function unreadable(file: string, error: unknown): AppError {
  return new AppError(
    'ledger-damaged',
    `${file} cannot be read as the agent's ledger (${message(error)}). It was left as it is. Stop the agent, move the file away together with its -wal and -shm files, and put a backup in its place.`,
    { cause: error },
  );
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

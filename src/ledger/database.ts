import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { LogSync } from './log-sync.ts';
import { checkVersion, migrate, versionOf } from './migrate.ts';
import { isDamage, messageOf } from './sqlite-error.ts';

export type Row = Record<string, SQLInputValue>;

interface Write {
  work: () => unknown;
  durable: boolean;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Pages that wait in the write-ahead log before they move into the file. That takes a while and stops everything else,
 * so it happens seldom: 16 MB are soon read when the agent starts after a crash.
 */
const LOG_PAGES = 4_000;

/**
 * One SQLite file with group commit: whatever is asked for within one turn of the event loop shares one transaction,
 * and whatever is committed while the disk writes shares one fdatasync. A write resolves when it is on the disk; a
 * write that throws is undone alone.
 *
 * SQLite itself is told not to wait for the disk after each commit (`synchronous = NORMAL`, which keeps the file whole
 * under every crash); the wait for the log is ours, beside the event loop. See `log-sync.ts`.
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #sync: LogSync;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: Write[] = [];
  #scheduled = false;

  /** Raises `ledger-damaged`, `ledger-newer`, `ledger-upgrade` and `ledger-unavailable`; the file is then left as it is. */
  constructor(file: string) {
    this.#db = open(file);
    try {
      migrate(this.#db, file);
      makeShrinkable(this.#db);
      this.#db.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${LOG_PAGES};`);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#sync = new LogSync(`${file}-wal`, () => this.#moveLog());
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
    return this.#ask(work, true);
  }

  /**
   * Seen by every later read and write when it resolves, durable with the next durable one: for what a crash may take
   * back because the agent finds out again. Raises `ledger-unavailable`.
   */
  writeSoon<T>(work: () => T): Promise<T> {
    return this.#ask(work, false);
  }

  /** Gives freed pages back to the file system, at most so many at a time. Returns how many are still free. */
  shrink(pages: number): number {
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`);
    return (this.#db.prepare('PRAGMA freelist_count').get() as { freelist_count: number }).freelist_count;
  }

  /**
   * Takes the log into the file and empties it: what was overwritten is then in neither. False while somebody reads
   * the file; nobody waits for that.
   */
  checkpoint(): boolean {
    this.#db.exec('PRAGMA busy_timeout = 0');
    const { busy } = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    this.#db.exec('PRAGMA busy_timeout = 5000');
    return busy === 0;
  }

  /**
   * Writes the whole file anew: what was changed or moved leaves traces in the unused parts of pages, which not even
   * secure_delete clears. Raises `ledger-unavailable`.
   */
  rewrite(): void {
    try {
      this.#db.exec('VACUUM');
      this.checkpoint();
    } catch (error) {
      throw new AppError('ledger-unavailable', `The ledger cannot be written anew: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  close(): void {
    this.#commit();
    this.#sync.close();
    this.#statements.clear();
    this.#db.close();
  }

  #ask<T>(work: () => T, durable: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, durable, resolve: resolve as (value: unknown) => void, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    this.#scheduled = false;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const settled: (() => void)[] = [];
    try {
      this.#sync.heal();
      this.#statement('BEGIN IMMEDIATE').run();
      settled.push(...(this.#together(batch) ?? batch.map((item) => this.#attempt(item))));
      this.#statement('COMMIT').run();
    } catch (error) {
      this.#rollBack();
      for (const item of batch) item.reject(unavailable(error));
      return;
    }
    for (const settle of settled) settle();
  }

  /** Where the disk fails SQLite has often rolled back by itself, and rolling back can fail with it. */
  #rollBack(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // The next BEGIN fails, too, and is told.
    }
  }

  /**
   * All as if none could fail, which spares each a savepoint. null = one failed: everything is undone, and each is to be
   * done once more and by itself. So what is asked for must do the same the second time.
   */
  #together(batch: readonly Write[]): (() => void)[] | null {
    try {
      return batch.map((item) => this.#kept(item, item.work()));
    } catch (error) {
      // Where SQLite itself gave up the whole transaction the next one would fare no better.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec('ROLLBACK; BEGIN IMMEDIATE');
      return null;
    }
  }

  /** What is to be done once the transaction stands. */
  #kept(item: Write, value: unknown): () => void {
    if (!item.durable) return () => item.resolve(value);
    return () =>
      this.#sync.after(
        () => item.resolve(value),
        (error) => item.reject(unavailable(error)),
      );
  }

  /** Answers what is to be done once the transaction stands. */
  #attempt(item: Write): () => void {
    this.#statement('SAVEPOINT item').run();
    try {
      const value = item.work();
      this.#statement('RELEASE item').run();
      return this.#kept(item, value);
    } catch (error) {
      // Where SQLite itself gave up the whole transaction there is nothing left to go back to.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec('ROLLBACK TO item; RELEASE item');
      const failure = new AppError('ledger-unavailable', `The ledger refused a write: ${messageOf(error)}`, {
        cause: error,
      });
      return () => item.reject(failure);
    }
  }

  /** Moves the whole log into the file and waits for the disk. Raises an Error when that fails. */
  #moveLog(): void {
    const moved = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number } | undefined;
    if (moved?.busy !== 0) throw new Error('the log could not be written anew');
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function open(file: string): DatabaseSync {
  let db: DatabaseSync | null = null;
  try {
    if (existsSync(file)) verify(file);
    db = new DatabaseSync(file);
    // auto_vacuum counts only before the first page is written, which WAL does; secure_delete overwrites what is
    // purged or erased, where SQLite would leave it in the free pages.
    db.exec(
      'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
    );
    chmodSync(file, 0o600);
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof AppError ? error : unreadable(file, error);
  }
}

/** Through a connection that writes nothing: closing another one would take the write-ahead log into a damaged file. */
function verify(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    checkVersion(versionOf(db), file);
    const found = db.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined;
    if (found?.quick_check !== 'ok') throw damaged(file, found?.quick_check ?? 'no answer');
  } finally {
    db.close();
  }
}

/** A file of an earlier version is laid out anew, once; where there is no room for that it works as it is. */
function makeShrinkable(db: DatabaseSync): void {
  const { auto_vacuum: mode } = db.prepare('PRAGMA auto_vacuum').get() as { auto_vacuum: number };
  if (mode !== 0) return;
  try {
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM;');
  } catch {
    // Freed pages are used again all the same; the next start tries once more.
  }
}

function unreadable(file: string, error: unknown): AppError {
  if (isDamage(error)) return damaged(file, messageOf(error), error);
  return new AppError(
    'ledger-unavailable',
    `${file} cannot be opened (${messageOf(error)}). Make room on the disk of DATA_DIR, see that the agent may write there, and start again.`,
    { cause: error },
  );
}

function unavailable(error: unknown): AppError {
  return new AppError('ledger-unavailable', `The ledger cannot be written: ${messageOf(error)}`, { cause: error });
}

function damaged(file: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'ledger-damaged',
    `${file} cannot be read as the agent's ledger (${why}). It was left as it is. Stop the agent, move the file away together with its -wal and -shm files, and put a backup in its place.`,
    { cause },
  );
}

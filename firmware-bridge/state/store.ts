import { chmodSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Operation } from '../../src/domain/meeting.ts';
import { AppError } from '../../src/errors.ts';
import type { KnownItem, Outgoing } from '../sync/known.ts';

/** What the bridge keeps of one device: the last complete list, and the events that the broker has not taken yet. */

export interface QueuedEvent {
  number: number;
  operation: Operation;
  payload: string;
}

export interface KnownAddress {
  extension: string;
  email: string | null;
  name: string | null;
}

const VERSION = 1;
const SCHEMA = `
  CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE item (
    item TEXT PRIMARY KEY,
    known TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Set for a changed occurrence: its sequence counts for its series also when it is gone.
    series TEXT,
    -- The last event, for a resync: the same sequence and the same id again.
    operation TEXT,
    payload TEXT
  ) STRICT;
  CREATE INDEX item_live ON item (state);
  CREATE INDEX item_series ON item (series) WHERE series IS NOT NULL;
  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE TABLE address (extension TEXT PRIMARY KEY, email TEXT, name TEXT) STRICT;
  CREATE TABLE request (id TEXT PRIMARY KEY, name TEXT NOT NULL, document TEXT NOT NULL, reply TEXT, at INTEGER NOT NULL) STRICT;
`;
const REQUESTS_KEPT = 500;

export class Store implements Disposable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Raises `state-damaged` and `state-newer`. */
  constructor(file: string) {
    try {
      this.#db = new DatabaseSync(file);
      chmodSync(file, 0o600);
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
      const version = Number(this.#get('PRAGMA user_version')?.['user_version']);
      if (version > VERSION) {
        throw new AppError('state-newer', `${file} was written by a newer version; use that version again`);
      }
      if (version === 0) this.#transaction(() => this.#db.exec(`${SCHEMA} PRAGMA user_version = ${VERSION};`));
    } catch (error) {
      if (error instanceof AppError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new AppError('state-damaged', `${file} cannot be read (${why}); move it away and start again`, {
        cause: error,
      });
    }
  }

  /** What is there, and on demand what once was: a PBX of many years has more of the latter. */
  known(): Map<string, KnownItem> {
    const rows = this.#statement(
      "SELECT known FROM item WHERE state = 'present' UNION ALL SELECT known FROM item WHERE series IS NOT NULL AND state <> 'present'",
    ).all() as { known: string }[];
    const one = this.#statement('SELECT known FROM item WHERE item = ?');
    return new Remembered(rows.map(read), (item) => {
      const row = one.get(item) as { known: string } | undefined;
      return row === undefined ? undefined : read(row);
    });
  }

  /** What a resync may have to tell again. */
  notArchived(): KnownItem[] {
    const rows = this.#statement("SELECT known FROM item WHERE state <> 'archived'").all() as { known: string }[];
    return rows.map(read);
  }

  /** The new list and its events, both or neither. */
  commit(change: {
    items: readonly KnownItem[];
    events: readonly Outgoing[];
    envelope(event: Outgoing): string;
  }): void {
    if (change.items.length === 0 && change.events.length === 0) return;
    this.#transaction(() => {
      for (const item of change.items) {
        this.#run(
          `INSERT INTO item (item, known, state, series) VALUES (?, ?, ?, ?)
           ON CONFLICT (item) DO UPDATE SET known = excluded.known, state = excluded.state, series = excluded.series`,
          item.item,
          JSON.stringify(item),
          item.state,
          item.seriesItem,
        );
      }
      for (const event of change.events) {
        const payload = change.envelope(event);
        this.#run('INSERT INTO outbox (operation, payload) VALUES (?, ?)', event.operation, payload);
        this.#run('UPDATE item SET operation = ?, payload = ? WHERE item = ?', event.operation, payload, event.item);
      }
    });
  }

  /** Forgets what counts towards a cancellation: only lists in an unbroken row prove that a meeting is gone. */
  forgetMisses(): void {
    this.#run(
      `UPDATE item SET known = json_set(known, '$.missed', 0, '$.missedSince', NULL)
       WHERE state = 'present' AND json_extract(known, '$.missed') > 0`,
    );
  }

  queued(limit: number): QueuedEvent[] {
    return this.#statement('SELECT number, operation, payload FROM outbox ORDER BY number LIMIT ?').all(
      limit,
    ) as unknown as QueuedEvent[];
  }

  queueLength(): number {
    return Number(this.#get('SELECT count(*) AS n FROM outbox')?.['n']);
  }

  taken(numbers: readonly number[]): void {
    this.#transaction(() => {
      for (const number of numbers) this.#run('DELETE FROM outbox WHERE number = ?', number);
    });
  }

  /** Queues the last event of each of these items again. */
  requeue(items: readonly string[]): number {
    let count = 0;
    this.#transaction(() => {
      for (const item of items) {
        count += this.#run(
          `INSERT INTO outbox (operation, payload)
           SELECT operation, payload FROM item WHERE item = ? AND payload IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.payload = item.payload)`,
          item,
        );
      }
    });
    return count;
  }

  fact(name: string): string | null {
    return (this.#get('SELECT value FROM fact WHERE name = ?', name)?.['value'] as string | undefined) ?? null;
  }

  setFact(name: string, value: string): void {
    this.#run('INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', name, value);
  }

  forgetFact(name: string): void {
    this.#run('DELETE FROM fact WHERE name = ?', name);
  }

  addresses(): Map<string, KnownAddress> {
    const rows = this.#statement('SELECT * FROM address').all() as unknown as KnownAddress[];
    return new Map(rows.map((row) => [row.extension, row]));
  }

  keepAddresses(addresses: readonly KnownAddress[]): void {
    this.#transaction(() => {
      this.#run('DELETE FROM address');
      for (const { extension, email, name } of addresses) {
        this.#run('INSERT OR REPLACE INTO address VALUES (?, ?, ?)', extension, email, name);
      }
    });
  }

  /** false when this request is known already: the broker delivered it twice. */
  takeRequest(request: { id: string; name: string; document: string; at: number }): boolean {
    const { id, name, document, at } = request;
    const added = this.#run('INSERT OR IGNORE INTO request VALUES (?, ?, ?, NULL, ?)', id, name, document, at);
    this.#run(
      'DELETE FROM request WHERE reply IS NOT NULL AND id NOT IN (SELECT id FROM request ORDER BY at DESC LIMIT ?)',
      REQUESTS_KEPT,
    );
    return added > 0;
  }

  openRequests(): { id: string; name: string; document: string }[] {
    return this.#statement('SELECT id, name, document FROM request WHERE reply IS NULL ORDER BY at').all() as {
      id: string;
      name: string;
      document: string;
    }[];
  }

  changeRequest(id: string, document: string): void {
    this.#run('UPDATE request SET document = ? WHERE id = ?', document, id);
  }

  reply(id: string): string | null {
    return (this.#get('SELECT reply FROM request WHERE id = ?', id)?.['reply'] as string | null | undefined) ?? null;
  }

  answerRequest(id: string, reply: string): void {
    // What was asked for may hold a password; it is not needed any more.
    this.#run("UPDATE request SET reply = ?, document = '' WHERE id = ?", reply, id);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

function read(row: { known: string }): KnownItem {
  return JSON.parse(row.known) as KnownItem;
}

/** The items that matter at every look, and behind them the others, one by one. */
class Remembered extends Map<string, KnownItem> {
  readonly #recall: (item: string) => KnownItem | undefined;

  constructor(items: readonly KnownItem[], recall: (item: string) => KnownItem | undefined) {
    super(items.map((item) => [item.item, item]));
    this.#recall = recall;
  }

  override get(item: string): KnownItem | undefined {
    const found = super.get(item) ?? this.#recall(item);
    if (found !== undefined) this.set(item, found);
    return found;
  }
}

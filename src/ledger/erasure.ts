import { rmSync } from 'node:fs';
import type { SQLInputValue } from 'node:sqlite';
import type { CalendarEntry } from '../domain/entry.ts';
import { type Eraser, eraserOf } from '../domain/erasure.ts';
import type { Meeting } from '../domain/meeting.ts';
import type { RecordedEntry } from '../domain/plan.ts';
import type { Erased, MeetingKey, Outcome, UntouchedEntry } from '../sync/ports.ts';
import type { Database, Row } from './database.ts';
import { copiesOf } from './migrate.ts';
import { json, text } from './rows.ts';

/** How much is looked through in one transaction: some milliseconds' worth. */
const MEETINGS = 100;
const ROWS = 500;
/** Parked messages can be large. */
const PARKED = 20;

type Step = { erased: Erased; entries: UntouchedEntry[]; next: string | null };
type Place = 'meetings' | 'parked' | 'activity' | 'seen' | 'rest';
const PLACES: readonly Place[] = ['meetings', 'parked', 'activity', 'seen', 'rest'];

/** Takes one person's address out of the ledger, share by share; each share is run inside a write. */
export class Erasure {
  readonly #db: Database;
  readonly #file: string;
  /** Meetings that were being written when an address went: what comes back of them must lose it as well. */
  readonly #underWay = new Map<string, Eraser[]>();

  constructor(db: Database, file: string) {
    this.#db = db;
    this.#file = file;
  }

  step(email: string, cursor: string | null, now: number): Step {
    const eraser = eraserOf(email);
    const [place, ...after] = cursor === null ? (['meetings'] as const) : (JSON.parse(cursor) as [Place, ...string[]]);
    const step: Step = {
      erased: { meetings: 0, results: 0, history: 0, rejected: 0, activity: 0, others: 0 },
      entries: [],
      next: null,
    };
    const last = this.#look(place, after, { eraser, step, now });
    const following = PLACES[PLACES.indexOf(place) + 1];
    if (last !== null) step.next = JSON.stringify([place, ...last]);
    else if (following !== undefined) step.next = JSON.stringify([following]);
    return step;
  }

  /** Leaves nothing of it in the log of the file, nor in copies kept before an upgrade. */
  wipe(): void {
    for (const copy of copiesOf(this.#file)) rmSync(copy.path, { force: true });
    this.#db.rewrite();
  }

  ofRecorded(key: MeetingKey, recorded: RecordedEntry): RecordedEntry {
    let { entry } = recorded;
    for (const eraser of this.#underWay.get(nameOf(key)) ?? []) entry = entry === null ? null : eraser.entry(entry);
    return { ...recorded, entry };
  }

  /** Ends what was under way for this meeting. */
  ofOutcome(outcome: Outcome): Outcome {
    const erasers = this.#underWay.get(nameOf(outcome)) ?? [];
    if (erasers.length === 0) return outcome;
    const recorded = outcome.recorded.map((item) => this.ofRecorded(outcome, item));
    let { error, warnings, occurrences, history, result } = outcome;
    for (const eraser of erasers) {
      ({ error, warnings, occurrences, history } = eraser.value({ error, warnings, occurrences, history }));
      result = inJson(eraser, result, (value) => eraser.value(value)) ?? result;
    }
    this.#underWay.delete(nameOf(outcome));
    return { ...outcome, recorded, error, warnings, occurrences, history, result };
  }

  /** Returns the key of the last row looked at; null = there is no further one. */
  #look(place: Place, after: string[], context: { eraser: Eraser; step: Step; now: number }): string[] | null {
    const { eraser, step } = context;
    switch (place) {
      case 'meetings':
        return this.#meetings(after, context);
      case 'parked': {
        const rows = this.#page('parked', after, PARKED);
        for (const row of rows) {
          const message = inJson(eraser, row['message'], (value) => eraser.value(value));
          if (message === null) continue;
          this.#db.run('UPDATE parked SET message = ? WHERE id = ?', message, row['id'] ?? null);
          step.erased.rejected += 1;
        }
        return lastOf(rows, PARKED, ['id']);
      }
      case 'activity': {
        const rows = this.#page('activity', after, ROWS);
        for (const row of rows)
          step.erased.activity += this.#texts('activity', row, ['actor', 'subject', 'detail'], context);
        return lastOf(rows, ROWS, ['id']);
      }
      case 'seen':
        return this.#seen(after, context);
      case 'rest':
        this.#rest(context);
        return null;
    }
  }

  /** A wish and its record change in one transaction, so that no plan ever sees one without the other. */
  #meetings(after: string[], context: { eraser: Eraser; step: Step; now: number }): string[] | null {
    const { eraser, step, now } = context;
    const db = this.#db;
    const meetings = db.all(
      `SELECT * FROM meetings WHERE (device, uid) > (?, ?) ORDER BY device, uid LIMIT ${MEETINGS}`,
      after[0] ?? '',
      after[1] ?? '',
    );
    const last = meetings.at(-1);
    if (last === undefined) return null;
    const range = [after[0] ?? '', after[1] ?? '', last['device'] ?? '', last['uid'] ?? ''] as const;
    const within = (table: string) =>
      db.all(`SELECT * FROM ${table} WHERE (device, uid) > (?, ?) AND (device, uid) <= (?, ?)`, ...range);
    const changed = new Set<string>();
    const guests = new Set<string>();

    for (const row of within('desired')) {
      const meeting = inJson<Meeting | null>(eraser, row['meeting'], (wish) =>
        wish === null ? null : eraser.meeting(wish),
      );
      const warnings = inJson(eraser, row['warnings'], (value) => eraser.value(value));
      if (meeting === null && warnings === null) continue;
      db.run(
        `UPDATE desired SET meeting = coalesce(?, meeting), warnings = coalesce(?, warnings)
         WHERE device = ? AND uid = ? AND occurrence = ?`,
        meeting,
        warnings,
        ...keyOf(row, ['device', 'uid', 'occurrence']),
      );
      changed.add(nameOf(row));
    }
    for (const row of within('recorded')) {
      const before = json<CalendarEntry | null>(row['entry'], null);
      const entry = inJson<CalendarEntry | null>(eraser, row['entry'], (value) =>
        value === null ? null : eraser.entry(value),
      );
      if (entry === null) continue;
      db.run(
        'UPDATE recorded SET entry = ? WHERE device = ? AND uid = ? AND occurrence = ?',
        entry,
        ...keyOf(row, ['device', 'uid', 'occurrence']),
      );
      changed.add(nameOf(row));
      const there = row['state'] === 'live' || row['state'] === 'intended';
      if (there && before !== null && eraser.among(before.guests)) guests.add(nameOf(row));
    }
    for (const row of within('left_behind')) {
      const before = json<CalendarEntry | null>(row['entry'], null);
      const entry = inJson<CalendarEntry | null>(eraser, row['entry'], (value) =>
        value === null ? null : eraser.entry(value),
      );
      if (entry === null) continue;
      db.run(
        'UPDATE left_behind SET entry = ? WHERE device = ? AND uid = ? AND account = ? AND occurrence = ?',
        entry,
        ...keyOf(row, ['device', 'uid', 'account', 'occurrence']),
      );
      changed.add(nameOf(row));
      if (before !== null && eraser.among(before.guests)) guests.add(nameOf(row));
    }
    for (const row of meetings) {
      const columns = ['subject', 'error', 'warnings', 'occurrence_results'];
      if (this.#texts('meetings', row, columns, context) > 0) changed.add(nameOf(row));
      const leased = Number(row['lease_until'] ?? 0) > now;
      if (leased && changed.has(nameOf(row))) {
        this.#underWay.set(nameOf(row), [...(this.#underWay.get(nameOf(row)) ?? []), eraser]);
      }
      if (guests.has(nameOf(row))) step.entries.push(entryOf(row, eraser));
    }
    step.erased.meetings += changed.size;
    for (const row of within('results')) {
      const payload = row['payload'] === '' ? null : inJson(eraser, row['payload'], (value) => eraser.value(value));
      if (payload === null) continue;
      db.run(
        'UPDATE results SET payload = ?, revision = revision + 1, published = 0 WHERE device = ? AND uid = ?',
        payload,
        ...keyOf(row, ['device', 'uid']),
      );
      step.erased.results += 1;
    }
    for (const row of within('history'))
      step.erased.history += this.#texts('history', row, ['action', 'detail'], context);
    return lastOf(meetings, MEETINGS, ['device', 'uid']);
  }

  /** A message whose id held the address may be taken once more; its sequence then makes it a duplicate. */
  #seen(after: string[], { eraser, step }: { eraser: Eraser; step: Step }): string[] | null {
    const columns = ['device', 'source', 'event_id'];
    const rows = this.#db.all(
      `SELECT * FROM seen WHERE (device, source, event_id) > (?, ?, ?) ORDER BY device, source, event_id LIMIT ${ROWS}`,
      after[0] ?? '',
      after[1] ?? '',
      after[2] ?? '',
    );
    for (const row of rows) {
      const [device, source, id] = keyOf(row, columns);
      const without = [eraser.text(String(source)), eraser.text(String(id))] as const;
      if (without[0] === source && without[1] === id) continue;
      this.#db.run(
        'UPDATE OR REPLACE seen SET source = ?, event_id = ? WHERE device = ? AND source = ? AND event_id = ?',
        ...without,
        device ?? null,
        source ?? null,
        id ?? null,
      );
      step.erased.others += 1;
    }
    return lastOf(rows, ROWS, columns);
  }

  #rest({ eraser, step }: { eraser: Eraser; step: Step }): void {
    for (const row of this.#db.all('SELECT * FROM devices')) {
      const identity = inJson(eraser, row['identity'], (value) => eraser.value(value));
      const payload = inJson(eraser, row['identity_payload'], (value) => eraser.value(value));
      if (identity === null && payload === null) continue;
      this.#db.run(
        `UPDATE devices SET identity = coalesce(?, identity), identity_payload = coalesce(?, identity_payload)
         WHERE device = ?`,
        identity,
        payload,
        row['device'] ?? null,
      );
      step.erased.others += 1;
    }
    for (const row of this.#db.all('SELECT * FROM retained')) {
      const payload = inJson(eraser, row['payload'], (value) => eraser.value(value));
      if (payload === null) continue;
      this.#db.run('UPDATE retained SET payload = ? WHERE topic = ?', payload, row['topic'] ?? null);
      step.erased.others += 1;
    }
  }

  /** Rewrites columns, JSON or text, where they name the address. Returns 1 when there was something to rewrite. */
  #texts(table: string, row: Row, columns: string[], { eraser }: { eraser: Eraser }): number {
    const values = new Map<string, string>();
    for (const column of columns) {
      const from = text(row[column]) ?? '';
      const to = inJson(eraser, from, (value) => eraser.value(value)) ?? eraser.text(from);
      if (to !== from) values.set(column, to);
    }
    if (values.size === 0) return 0;
    const sets = [...values.keys()].map((column) => `${column} = ?`).join(', ');
    const by = table === 'meetings' ? ['device', 'uid'] : ['id'];
    const where = by.map((column) => `${column} = ?`).join(' AND ');
    this.#db.run(`UPDATE ${table} SET ${sets} WHERE ${where}`, ...values.values(), ...keyOf(row, by));
    return 1;
  }

  #page(table: 'parked' | 'activity', after: string[], limit: number): Row[] {
    return this.#db.all(`SELECT * FROM ${table} WHERE id > ? ORDER BY id LIMIT ${limit}`, Number(after[0] ?? 0));
  }
}

/** null when the JSON text holds nothing to change, or is none. */
function inJson<T>(eraser: Eraser, from: Row[string] | undefined, change: (value: T) => T): string | null {
  if (typeof from !== 'string' || eraser.absent(from) || !/^[[{]/.test(from)) return null;
  let value: T;
  try {
    value = JSON.parse(from) as T;
  } catch {
    return null;
  }
  const changed = JSON.stringify(change(value));
  return changed === JSON.stringify(value) ? null : changed;
}

function entryOf(row: Row, eraser: Eraser): UntouchedEntry {
  return {
    device: String(row['device']),
    uid: String(row['uid']),
    subject: eraser.text(String(row['subject'])),
    start: text(row['start_local']),
    htmlLink: text(row['html_link']),
  };
}

function nameOf(key: Row | MeetingKey): string {
  const { device, uid } = key as { device: SQLInputValue; uid: SQLInputValue };
  return `${device}\n${uid}`;
}

function keyOf(row: Row, columns: string[]): SQLInputValue[] {
  return columns.map((column) => row[column] ?? null);
}

function lastOf(rows: Row[], limit: number, columns: string[]): string[] | null {
  const last = rows.at(-1);
  return last === undefined || rows.length < limit ? null : columns.map((column) => String(last[column]));
}

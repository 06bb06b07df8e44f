import type { SQLInputValue } from 'node:sqlite';
import type { ActivityItem, ActivityQuery, Actor } from '../sync/ports.ts';
import { anywhere, readCursor, writeCursor } from './cursor.ts';
import type { Database, Row } from './database.ts';
import { text } from './rows.ts';

/** Who did what the history of a meeting tells: its PBX asked for something, or the agent wrote to the calendar. */
const WHO = "CASE WHEN action IN ('scheduled', 'updated', 'cancelled') THEN device ELSE 'agent' END";
/** How far back it is looked for names to choose from. */
const NEWEST = 5_000;

/** Rows of one instant keep an order of some kind. */
type Key = [at: number, kind: 0 | 1, id: number];

export function note(
  db: Database,
  item: { actor: Actor | string; action: string; subject: string; detail: string },
  now: number,
): void {
  const actor = typeof item.actor === 'string' ? { name: item.actor, address: null } : item.actor;
  db.run(
    'INSERT INTO activity (at, actor, action, subject, detail, address) VALUES (?, ?, ?, ?, ?, ?)',
    now,
    actor.name,
    item.action,
    item.subject,
    item.detail,
    actor.address,
  );
}

/**
 * The trail is two tables: what people and programs did, and the history of the meetings, where every wish of a PBX and
 * every write to a calendar stands already. They are read each by its age and merged, so that neither is copied into the other.
 */
export function activity(db: Database, query: ActivityQuery): { items: ActivityItem[]; nextCursor: string | null } {
  const key = readCursor<Key>(query.cursor);
  const before = key?.length === 3 && key.every((part) => typeof part === 'number') ? key : null;
  const rows = [...actions(db, query, before), ...happenings(db, query, before)].sort((a, b) => compare(b.key, a.key));
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => row.item),
    nextCursor: rows.length > query.limit && last !== undefined ? writeCursor(last.key) : null,
  };
}

export function activityNames(db: Database): { actors: string[]; actions: string[] } {
  const rows = db.all(
    `SELECT actor, action FROM (SELECT actor, action FROM activity ORDER BY id DESC LIMIT ${NEWEST})
     UNION SELECT ${WHO}, action FROM (SELECT device, action FROM history ORDER BY id DESC LIMIT ${NEWEST})`,
  );
  const names = (column: string) => [...new Set(rows.map((row) => String(row[column])))].sort();
  return { actors: names('actor'), actions: names('action') };
}

function actions(db: Database, query: ActivityQuery, before: Key | null) {
  const rows = db.all(
    `SELECT * FROM activity
     WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR action = ?2)
       AND (?3 IS NULL OR subject LIKE ?3 ESCAPE '\\' OR detail LIKE ?3 ESCAPE '\\' OR actor LIKE ?3 ESCAPE '\\'
         OR action LIKE ?3 ESCAPE '\\' OR address LIKE ?3 ESCAPE '\\')
       AND at >= ?4 AND at < ?5 AND at <= ?6 AND (at, 1, id) < (?6, ?7, ?8)
     ORDER BY at DESC, id DESC LIMIT ?9`,
    query.actor ?? null,
    ...bounds(query, before),
  );
  return rows.map((row) => ({
    key: [Number(row['at']), 1, Number(row['id'])] as Key,
    item: {
      ...itemOf(row, 'action'),
      actor: String(row['actor']),
      subject: String(row['subject']),
      address: text(row['address']),
    },
  }));
}

function happenings(db: Database, query: ActivityQuery, before: Key | null) {
  const rows = db.all(
    `SELECT *, ${WHO} AS actor FROM history
     WHERE (?1 IS NULL OR ${WHO} = ?1) AND (?2 IS NULL OR action = ?2)
       AND (?3 IS NULL OR device || '/' || uid LIKE ?3 ESCAPE '\\' OR detail LIKE ?3 ESCAPE '\\'
         OR action LIKE ?3 ESCAPE '\\')
       AND at >= ?4 AND at < ?5 AND at <= ?6 AND (at, 0, id) < (?6, ?7, ?8)
     ORDER BY at DESC, id DESC LIMIT ?9`,
    query.actor ?? null,
    ...bounds(query, before),
  );
  return rows.map((row) => ({
    key: [Number(row['at']), 0, Number(row['id'])] as Key,
    item: {
      ...itemOf(row, 'meeting'),
      actor: String(row['actor']),
      subject: `${String(row['device'])}/${String(row['uid'])}`,
      address: null,
    },
  }));
}

/** Parameters 2 to 9 of both statements. Without a cursor the key lies after everything. */
function bounds(query: ActivityQuery, before: Key | null): SQLInputValue[] {
  const [at, kind, id] = before ?? [Number.MAX_SAFE_INTEGER, 2, 0];
  return [
    query.action ?? null,
    anywhere(query.q),
    query.from ?? 0,
    query.to ?? Number.MAX_SAFE_INTEGER,
    at,
    kind,
    id,
    query.limit + 1,
  ];
}

function itemOf(row: Row, kind: ActivityItem['kind']) {
  return {
    id: Number(row['id']),
    kind,
    at: new Date(Number(row['at'])).toISOString(),
    action: String(row['action']),
    detail: String(row['detail']),
  };
}

function compare(a: Key, b: Key): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

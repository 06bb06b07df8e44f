import { rmSync } from 'node:fs';
import type { Purged, PurgeLimits } from '../sync/ports.ts';
import type { Database, Row } from './database.ts';
import { copiesOf } from './migrate.ts';

/** How much one transaction takes away: a few milliseconds' worth, so that whatever arrives meanwhile hardly waits. */
const MEETINGS = 50;
const ROWS = 500;
/** Of 4 KiB each. */
const PAGES = 256;
/** Copies kept before an upgrade hold what is purged here, so they go as well. */
const COPY_MS = 30 * 24 * 3_600_000;

/** One share of what is too old, inside a write. */
export function purge(db: Database, limits: PurgeLimits, now: number): Purged {
  const results = db.run(
    `UPDATE results SET payload = '', revision = revision + 1, published = 0, over_at = NULL
     WHERE rowid IN (SELECT rowid FROM results WHERE over_at < ? LIMIT ${ROWS})`,
    limits.results,
  );
  const old = db.all(
    `SELECT device, uid FROM meetings WHERE over_at < ? AND state NOT IN ('pending', 'held') AND due_at IS NULL
       AND (lease_until IS NULL OR lease_until <= ?) ORDER BY over_at LIMIT ${MEETINGS}`,
    limits.meetings,
    now,
  );
  for (const row of old) forget(db, row);
  const rows = (sql: string, before: number | string) => db.run(sql, before);
  return {
    results,
    meetings: old.length,
    history: rows(
      `DELETE FROM history WHERE id IN (SELECT id FROM history WHERE at < ? LIMIT ${ROWS})`,
      limits.meetings,
    ),
    activity: rows(
      `DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE at < ? LIMIT ${ROWS})`,
      limits.meetings,
    ),
    // At most a thousand are kept in any case, and their times are all written the same way.
    parked: rows(
      `DELETE FROM parked WHERE json_extract(message, '$.at') < ?`,
      new Date(Math.max(0, limits.meetings)).toISOString(),
    ),
    seen: rows(
      `DELETE FROM seen WHERE (device, source, event_id) IN
         (SELECT device, source, event_id FROM seen WHERE at < ? LIMIT ${ROWS})`,
      limits.messages,
    ),
  };
}

/** A result that the broker still keeps is left behind as an empty one, until that is published. */
function forget(db: Database, row: Row): void {
  const key = [row['device'] ?? '', row['uid'] ?? ''] as const;
  db.run(
    `UPDATE results SET payload = '', revision = revision + 1, published = 0, over_at = NULL
     WHERE device = ? AND uid = ? AND payload <> ''`,
    ...key,
  );
  for (const table of ['history', 'recorded', 'left_behind', 'desired', 'meetings']) {
    db.run(`DELETE FROM ${table} WHERE device = ? AND uid = ?`, ...key);
  }
}

/** Gives back what the purge has freed. Returns how many pages are still to go. */
export function tidy(db: Database, file: string, now: number): number {
  const left = db.shrink(PAGES);
  if (left > 0) return left;
  for (const copy of copiesOf(file)) if (copy.at < now - COPY_MS) rmSync(copy.path, { force: true });
  db.checkpoint();
  return 0;
}

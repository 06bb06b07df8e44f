import { type Selection, type Taking, takeMeeting } from '../domain/directory.ts';
import type { Meeting } from '../domain/meeting.ts';
import type { Claim } from '../sync/ports.ts';
import type { Database, Row } from './database.ts';
import { claimOf } from './outbox.ts';
import { json } from './rows.ts';

/** How much is looked through at once: some milliseconds' worth. */
const SHARE = 100;

/** Those that a change can still concern; what is over keeps what it was taken in under. */
function share(db: Database, cursor: string | null, now: number): { rows: Row[]; next: string | null } {
  const [device, uid] = cursor === null ? ['', ''] : (JSON.parse(cursor) as [string, string]);
  const rows = db.all(
    `SELECT * FROM meetings WHERE (device, uid) > (?, ?) AND (open_since IS NOT NULL OR over_at IS NULL OR over_at > ?)
     ORDER BY device, uid LIMIT ${SHARE}`,
    device,
    uid,
    now,
  );
  const last = rows.length < SHARE ? undefined : rows.at(-1);
  return { rows, next: last === undefined ? null : JSON.stringify([last['device'], last['uid']]) };
}

export function coming(db: Database, cursor: string | null, now: number): { items: Claim[]; next: string | null } {
  const { rows, next } = share(db, cursor, now);
  return { items: rows.map((row) => claimOf(db, row)), next };
}

/** Inside a write. The wishes change with their meeting's version, so that a delivery under way does not settle it. */
export function retake(
  db: Database,
  taking: Taking,
  { cursor, now }: { cursor: string | null; now: number },
): { changed: number; next: string | null } {
  const { rows, next } = share(db, cursor, now);
  let changed = 0;
  for (const row of rows) {
    const key = [row['device'] ?? '', row['uid'] ?? ''] as const;
    if (retakeWishes(db, key, taking) === 0) continue;
    db.run('UPDATE meetings SET due_at = ?, version = version + 1 WHERE device = ? AND uid = ?', now, ...key);
    changed += 1;
  }
  return { changed, next };
}

function retakeWishes(
  db: Database,
  key: readonly [NonNullable<Row[string]>, NonNullable<Row[string]>],
  taking: Taking,
) {
  let changed = 0;
  for (const wish of db.all('SELECT * FROM desired WHERE device = ? AND uid = ? AND meeting IS NOT NULL', ...key)) {
    const before = json<Meeting | null>(wish['meeting'], null);
    const after = before === null ? null : JSON.stringify(takeMeeting(before, taking));
    if (after === null || after === JSON.stringify(before)) continue;
    const occurrence = wish['occurrence'] ?? '';
    db.run('UPDATE desired SET meeting = ? WHERE device = ? AND uid = ? AND occurrence = ?', after, ...key, occurrence);
    changed += 1;
  }
  return changed;
}

export function keepSelection(db: Database, selection: Selection): void {
  db.run(
    `UPDATE desired SET meeting = json_set(meeting, '$.selection', json(?))
     WHERE meeting IS NOT NULL AND json_extract(meeting, '$.selection') IS NULL`,
    JSON.stringify(selection),
  );
}

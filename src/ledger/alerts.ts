import type { AlertRecord } from '../sync/ports.ts';
import type { Database } from './database.ts';
import { json, number, text } from './rows.ts';

/** Twice the day for which a problem is not told again: after that a closed record says nothing any more. */
const KEPT_MS = 48 * 3_600_000;

export function alerts(db: Database): AlertRecord[] {
  return db.all('SELECT * FROM alerts').map((row) => ({
    channel: row['channel'] as AlertRecord['channel'],
    problem: String(row['problem']),
    told: row['told'] as AlertRecord['told'],
    openedAt: number(row['opened_at']),
    opening: text(row['opening']),
    pending: text(row['pending']),
    snapshot: json(row['snapshot'], {} as AlertRecord['snapshot']),
  }));
}

/** Inside `write` only. */
export function saveAlert(db: Database, record: AlertRecord): void {
  db.run(
    `INSERT INTO alerts (channel, problem, told, opened_at, opening, pending, snapshot) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (channel, problem) DO UPDATE SET told = excluded.told, opened_at = excluded.opened_at,
       opening = excluded.opening, pending = excluded.pending, snapshot = excluded.snapshot`,
    record.channel,
    record.problem,
    record.told,
    record.openedAt,
    record.opening,
    record.pending,
    JSON.stringify(record.snapshot),
  );
}

/** Inside `write` only. */
export function forgetAlerts(db: Database, now: number): void {
  db.run(
    "DELETE FROM alerts WHERE told = 'closed' AND pending IS NULL AND (opened_at IS NULL OR opened_at < ?)",
    now - KEPT_MS,
  );
}

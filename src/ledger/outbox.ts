import type { RecordedEntry } from '../domain/plan.ts';
import type { Claim, Clock, MeetingKey, Outcome } from '../sync/ports.ts';
import { followAccount } from './accounts.ts';
import type { Database, Row } from './database.ts';
import { note } from './intake.ts';
import { identityOf, number, recordOf, text } from './rows.ts';

/** Leases the meetings that are due, inside a write. One lease per meeting, whatever the number of processes. */
export function claim(db: Database, lease: { limit: number; ms: number; owner: string; now: number }): Claim[] {
  const due = db.all(
    `SELECT * FROM meetings WHERE due_at <= ? AND unconfirmed = 0 AND (lease_until IS NULL OR lease_until <= ?) ORDER BY due_at LIMIT ?`,
    lease.now,
    lease.now,
    lease.limit,
  );
  return due.map((row) => {
    const device = row['device'] ?? '';
    db.run(
      'UPDATE meetings SET lease_owner = ?, lease_until = ? WHERE device = ? AND uid = ?',
      lease.owner,
      lease.now + lease.ms,
      device,
      row['uid'] ?? '',
    );
    followAccount(db, row, lease.now);
    return claimOf(db, row);
  });
}

/** What a delivery gets of a meeting. */
export function claimOf(db: Database, row: Row): Claim {
  const known = db.get('SELECT identity FROM devices WHERE device = ?', row['device'] ?? '');
  return {
    ...recordOf(db, row),
    identity: identityOf(known?.['identity']),
    removal: text(row['removal']) as Claim['removal'],
    correlation: text(row['correlation']),
    openSince: number(row['open_since']),
  };
}

export function saveRecorded(db: Database, key: MeetingKey, recorded: RecordedEntry): void {
  db.run(
    `INSERT INTO recorded (device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (device, uid, occurrence) DO UPDATE SET account = excluded.account, calendar_id = excluded.calendar_id,
       event_id = excluded.event_id, generation = excluded.generation, state = excluded.state, etag = excluded.etag,
       html_link = excluded.html_link, sequence = excluded.sequence, entry = excluded.entry`,
    key.device,
    key.uid,
    recorded.occurrence ?? '',
    recorded.account,
    recorded.calendarId,
    recorded.eventId,
    recorded.generation,
    recorded.state,
    recorded.etag,
    recorded.htmlLink,
    recorded.sequence,
    recorded.entry === null ? null : JSON.stringify(recorded.entry),
  );
}

/** Ends a lease. Where newer wishes arrived meanwhile, what was written is recorded and the meeting stays due. */
export function settle(db: Database, outcome: Outcome, clock: Clock): void {
  const now = clock();
  for (const recorded of outcome.recorded) saveRecorded(db, outcome, recorded);
  if (outcome.invited > 0) {
    db.run('INSERT INTO invitations (at, guests) VALUES (?, ?)', now, outcome.invited);
    db.run('DELETE FROM invitations WHERE at <= ?', now - 3_600_000);
  }
  for (const item of outcome.history) note(db, { device: outcome.device, uid: outcome.uid, at: now, ...item });
  const link = outcome.recorded.find((item) => item.occurrence === null)?.htmlLink ?? null;
  const open = outcome.state === 'pending' || outcome.state === 'held' || outcome.state === 'failed';
  const current = db.run(
    `UPDATE meetings SET state = ?, error = ?, error_code = ?, warnings = ?, occurrence_results = ?, attempt = ?, due_at = ?,
       removal = ?, removal_at = ?,
       lease_owner = NULL, lease_until = NULL, html_link = coalesce(?, html_link),
       open_since = CASE WHEN ? THEN coalesce(open_since, ?) ELSE NULL END, updated_at = ?
     WHERE device = ? AND uid = ? AND version = ?`,
    outcome.state,
    outcome.error === null ? null : JSON.stringify(outcome.error),
    outcome.error?.code ?? null,
    JSON.stringify(outcome.warnings),
    JSON.stringify(outcome.occurrences),
    outcome.attempt,
    outcome.nextAttemptAt,
    outcome.removal,
    outcome.removal === null ? null : now,
    link,
    open ? 1 : 0,
    now,
    now,
    outcome.device,
    outcome.uid,
    outcome.version,
  );
  if (current === 0) {
    db.run(
      'UPDATE meetings SET lease_owner = NULL, lease_until = NULL, due_at = ?, html_link = coalesce(?, html_link) WHERE device = ? AND uid = ?',
      now,
      link,
      outcome.device,
      outcome.uid,
    );
    return;
  }
  db.run(
    `INSERT INTO results (device, uid, payload, revision, over_at)
     SELECT device, uid, ?, 1, CASE WHEN state IN ('pending', 'held') THEN NULL ELSE over_at END
     FROM meetings WHERE device = ? AND uid = ?
     ON CONFLICT (device, uid) DO UPDATE SET payload = excluded.payload, revision = revision + 1, published = 0,
       over_at = excluded.over_at`,
    outcome.result,
    outcome.device,
    outcome.uid,
  );
}

export function hasten(db: Database, bounds: { dueAfter: number; leaseUntil: number }, now: number): number {
  return db.run(
    `UPDATE meetings SET due_at = min(due_at, ?), lease_until = min(lease_until, ?) WHERE due_at > ?`,
    now,
    bounds.leaseUntil,
    bounds.dueAfter,
  );
}

export function wake(
  db: Database,
  which: { codes?: string[]; device?: string; key?: MeetingKey; all?: true; skipped?: true },
  now: number,
): number {
  if (which.key !== undefined) {
    return db.run(
      `UPDATE meetings SET due_at = ?, attempt = 0, unconfirmed = 0, version = version + 1 WHERE device = ? AND uid = ?`,
      now,
      which.key.device,
      which.key.uid,
    );
  }
  if (which.all === true) {
    return db.run(
      `UPDATE meetings SET due_at = ?, version = version + 1
       WHERE (open_since IS NOT NULL OR ends_at IS NULL OR ends_at > ?) AND (state <> 'skipped' OR ?)`,
      now,
      now,
      which.skipped === true ? 1 : 0,
    );
  }
  if (which.device !== undefined) {
    return db.run(
      `UPDATE meetings SET due_at = ?, version = version + 1 WHERE state = 'held' AND device = ?`,
      now,
      which.device,
    );
  }
  const codes = which.codes ?? [];
  return db.run(
    `UPDATE meetings SET due_at = ?, version = version + 1
     WHERE state IN ('held', 'pending') AND error_code IN (SELECT value FROM json_each(?))`,
    now,
    JSON.stringify(codes),
  );
}

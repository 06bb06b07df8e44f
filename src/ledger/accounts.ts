import type { EarlierEntries, LeftBehind } from '../sync/ports.ts';
import type { Database, Row } from './database.ts';
import { note } from './intake.ts';
import { number } from './rows.ts';

/** Accounts are known by their `sub`. One of them is in use; about the entries of every other one it is decided. */

export function useAccount(db: Database, account: { sub: string; address: string; earlier: EarlierEntries }): void {
  const { sub, address, earlier } = account;
  const standing = earlier === 'recreate' ? 'left' : 'kept';
  db.run(`UPDATE accounts SET standing = ? WHERE standing = 'in-use' AND account <> ?`, standing, sub);
  // Entries from before accounts were told apart.
  db.run(
    `INSERT INTO accounts (account, address, standing)
     SELECT DISTINCT account, '', ? FROM recorded WHERE account <> ? AND account NOT IN (SELECT account FROM accounts)`,
    standing,
    sub,
  );
  db.run(
    `INSERT INTO accounts (account, address, standing) VALUES (?, ?, 'in-use')
     ON CONFLICT (account) DO UPDATE SET address = excluded.address, standing = excluded.standing`,
    sub,
    address,
  );
}

/** Coming entries of other accounts about which nothing is decided; null = there are none. */
export function entriesBefore(db: Database, sub: string, now: number): { address: string; entries: number } | null {
  const rows = db.all<{ address: string; entries: number }>(
    `SELECT coalesce(nullif(a.address, ''), min(r.calendar_id)) AS address, count(*) AS entries
     FROM recorded r JOIN meetings m ON m.device = r.device AND m.uid = r.uid
       LEFT JOIN accounts a ON a.account = r.account
     WHERE r.occurrence = '' AND r.state IN ('live', 'intended') AND r.account <> ?
       AND (m.ends_at IS NULL OR m.ends_at > ?) AND coalesce(a.standing, 'in-use') = 'in-use'
     GROUP BY r.account ORDER BY entries DESC`,
    sub,
    now,
  );
  const first = rows[0];
  if (first === undefined) return null;
  return { address: first.address, entries: rows.reduce((sum, row) => sum + row.entries, 0) };
}

/**
 * Where the account of a coming meeting's entry was left, the entry is no longer this meeting's: the plan finds none and
 * makes it anew. Judged at each claim, so that an entry which was under way at the moment of the decision is met too.
 */
export function leaveBehind(db: Database, meeting: Row, now: number): void {
  const key = [meeting['device'] ?? '', meeting['uid'] ?? ''] as const;
  const ends = number(meeting['ends_at']);
  if (ends !== null && ends <= now) return;
  const moved = db.run(
    `INSERT INTO left_behind (device, uid, calendar_id, event_id, account, at)
     SELECT r.device, r.uid, r.calendar_id, r.event_id, r.account, ? FROM recorded r
       JOIN accounts a ON a.account = r.account AND a.standing = 'left'
     WHERE r.device = ? AND r.uid = ? AND r.occurrence = '' AND r.state IN ('live', 'intended')
     ON CONFLICT DO UPDATE SET at = excluded.at`,
    now,
    ...key,
  );
  if (moved === 0) return;
  db.run('DELETE FROM recorded WHERE device = ? AND uid = ?', ...key);
  const detail = 'the account was changed; the entry stays where it is and the meeting is made anew';
  note(db, { device: String(key[0]), uid: String(key[1]), at: now, action: 'entry left behind', detail });
}

export function leftBehind(db: Database, device: string, uid: string): LeftBehind[] {
  return db
    .all('SELECT calendar_id, event_id FROM left_behind WHERE device = ? AND uid = ? ORDER BY at', device, uid)
    .map((row) => ({ calendarId: String(row['calendar_id']), eventId: String(row['event_id']) }));
}

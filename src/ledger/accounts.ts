import type { EarlierEntries, LeftBehind } from '../sync/ports.ts';
import type { Database, Row } from './database.ts';
import { note } from './intake.ts';
import { number } from './rows.ts';

/** Accounts are known by their `sub`. One of them is in use; about the entries of every other one it is decided. */

export function useAccount(
  db: Database,
  account: { sub: string; address: string; calendarId: string | null; earlier: EarlierEntries },
): void {
  const { sub, address, calendarId, earlier } = account;
  // A calendar that several accounts share: whoever is in use now can change what stands in it.
  if (calendarId !== null)
    db.run('UPDATE recorded SET account = ? WHERE calendar_id = ? AND account <> ?', sub, calendarId, sub);
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
 * Brings a coming meeting's entry in line with what was decided. An entry of an account that was left is no longer the
 * meeting's: the plan finds none and makes it anew. One that was left is the meeting's again once its account is in use
 * again. Judged at each claim, so that a write which was under way at the moment of the decision is met too.
 */
export function followAccount(db: Database, meeting: Row, now: number): void {
  const ends = number(meeting['ends_at']);
  if (ends !== null && ends <= now) return;
  const key = [meeting['device'] ?? '', meeting['uid'] ?? ''] as const;
  const main = db.get(
    `SELECT r.state, a.standing FROM recorded r LEFT JOIN accounts a ON a.account = r.account
     WHERE r.device = ? AND r.uid = ? AND r.occurrence = ''`,
    ...key,
  );
  const tell = (action: string, detail: string) =>
    note(db, { device: String(key[0]), uid: String(key[1]), at: now, action, detail });
  let alive = main?.['state'] === 'live' || main?.['state'] === 'intended';
  if (alive && main?.['standing'] === 'left') {
    db.run(
      `INSERT OR REPLACE INTO left_behind (${COLUMNS}) SELECT ${COLUMNS} FROM recorded WHERE device = ? AND uid = ?`,
      ...key,
    );
    db.run('DELETE FROM recorded WHERE device = ? AND uid = ?', ...key);
    tell('entry left behind', 'the account was changed; the meeting is made anew');
    alive = false;
  }
  if (alive || main?.['state'] === 'deleted-by-person') return;
  const again = db.get(
    `SELECT account FROM left_behind WHERE device = ? AND uid = ? AND occurrence = ''
       AND account IN (SELECT account FROM accounts WHERE standing = 'in-use')`,
    ...key,
  );
  if (again === null) return;
  const from = [...key, again['account'] ?? ''] as const;
  db.run('DELETE FROM recorded WHERE device = ? AND uid = ?', ...key);
  db.run(
    `INSERT INTO recorded (${COLUMNS}) SELECT ${COLUMNS} FROM left_behind WHERE device = ? AND uid = ? AND account = ?`,
    ...from,
  );
  db.run('DELETE FROM left_behind WHERE device = ? AND uid = ? AND account = ?', ...from);
  tell('entry taken up again', 'its account is in use again');
}

const COLUMNS =
  'device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry';

export function leftBehind(db: Database, device: string, uid: string): LeftBehind[] {
  return db
    .all(
      `SELECT calendar_id, event_id FROM left_behind WHERE device = ? AND uid = ? AND occurrence = '' ORDER BY account`,
      device,
      uid,
    )
    .map((row) => ({ calendarId: String(row['calendar_id']), eventId: String(row['event_id']) }));
}

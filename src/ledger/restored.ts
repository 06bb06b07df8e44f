import { rmSync } from 'node:fs';
import { explain } from '../domain/failure.ts';
import { RESTORED_MARK } from '../sync/ports.ts';
import { Database } from './database.ts';
import { copiesOf } from './migrate.ts';

/**
 * Makes a ledger out of a backup ready for an agent. What the calendar holds and what the PBX wants may have moved on
 * since: every device is to be asked for its meetings, and what was about to be written then waits until its PBX, or a
 * person, confirms it. A meeting made here has no PBX to confirm it and goes on.
 */
export async function markRestored(file: string, { now, backupAt }: { now: number; backupAt: string }): Promise<void> {
  const db = new Database(file);
  try {
    const { title, fix, link } = explain('restored');
    const error = JSON.stringify({ code: 'restored', title, fix, link, retryable: true });
    await db.write(() => {
      db.run('UPDATE meetings SET lease_owner = NULL, lease_until = NULL');
      db.run(
        `UPDATE meetings SET unconfirmed = 1, state = 'held', error = ?, error_code = 'restored', due_at = NULL,
           open_since = coalesce(open_since, ?)
         WHERE (due_at IS NOT NULL OR state IN ('pending', 'held')) AND uid NOT LIKE 'web-%'
           AND (over_at IS NULL OR over_at > ?)`,
        error,
        now,
        now,
      );
      db.run(
        `UPDATE results SET payload = json_set(payload, '$.state', 'held', '$.error', json(?), '$.nextAttemptAt', NULL),
           revision = revision + 1, published = 0, over_at = NULL
         WHERE payload <> '' AND (device, uid) IN (SELECT device, uid FROM meetings WHERE unconfirmed = 1)`,
        error,
      );
      db.run(
        'INSERT INTO retained (topic, payload) VALUES (?, ?) ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload',
        RESTORED_MARK,
        JSON.stringify({ at: new Date(now).toISOString(), asked: [] }),
      );
      db.run(
        'INSERT INTO activity (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
        now,
        'command line',
        'restored',
        'backup',
        `of ${backupAt}`,
      );
    });
  } finally {
    db.close();
  }
  for (const copy of copiesOf(file)) rmSync(copy.path, { force: true });
}

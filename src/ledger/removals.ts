import type { RemovalFigures } from '../domain/plausibility.ts';
import type { Database } from './database.ts';

/** How long a removal counts as part of the change that is under way. */
const RECENT_MS = 60_000;

/** The figures that a removal is judged by. `future` is counted up to `small` + 1 while no more than `small` are at stake. */
export function removalFigures(db: Database, small: number, now: number): RemovalFigures {
  const count = (sql: string, ...values: number[]): number =>
    Number(db.get<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`, ...values)?.n);
  const waiting = count(`meetings WHERE removal IN ('settling', 'stopped')`);
  // A clock that was set back must not make what happened hours ago recent.
  const recent = count(`meetings WHERE removal = 'done' AND removal_at > ? AND removal_at <= ?`, now - RECENT_MS, now);
  const limit = waiting + recent > small ? -1 : small + 1;
  const future = count(
    `(SELECT 1 FROM meetings m JOIN recorded r ON r.device = m.device AND r.uid = m.uid AND r.occurrence = ''
       WHERE (m.ends_at > ? OR m.ends_at IS NULL) AND r.state IN ('live', 'intended') LIMIT ?)`,
    now,
    limit,
  );
  return { waiting, recent, future };
}

/** A person said yes: what was stopped is due, and passes. */
export function confirmRemovals(db: Database, now: number): number {
  return db.run(
    `UPDATE meetings SET removal = 'confirmed', state = 'pending', error = NULL, error_code = NULL, due_at = ?,
       version = version + 1 WHERE removal = 'stopped'`,
    now,
  );
}

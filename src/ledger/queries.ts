import type {
  DeviceRecord,
  HistoryItem,
  MeetingQuery,
  MeetingSummary,
  ParkedMessage,
  QueueFigures,
} from '../sync/ports.ts';
import { anywhere, readCursor, writeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { identityOf, json, number, summaryOf, text } from './rows.ts';

/** From this many attempts in vain on, some ten seconds after the first, a failure is no longer a hiccup. */
const STUCK_ATTEMPTS = 4;

export function devices(db: Database): DeviceRecord[] {
  return db.all('SELECT * FROM devices ORDER BY device').map((row) => ({
    device: String(row['device']),
    identity: identityOf(row['identity']),
    identityPayload: text(row['identity_payload']),
    availability: row['availability'] as DeviceRecord['availability'],
    lastSeen: number(row['last_seen']),
  }));
}

/** Newest first by start. The cursor is opaque to callers: the sort key of the last row. */
export function meetings(db: Database, query: MeetingQuery): { items: MeetingSummary[]; nextCursor: string | null } {
  const after = readCursor<[number, string, string]>(query.cursor);
  const rows = db.all(
    `SELECT * FROM meetings
     WHERE (?1 IS NULL OR device = ?1) AND (?2 IS NULL OR state = ?2)
       AND (?3 IS NULL OR ends_at IS NULL OR ends_at >= ?3) AND (?4 IS NULL OR starts_at < ?4)
       AND (?5 IS NULL OR subject LIKE ?5 ESCAPE '\\' OR uid LIKE ?5 ESCAPE '\\')
       AND (?6 IS NULL OR (coalesce(starts_at, 0), device, uid) < (?6, ?7, ?8))
     ORDER BY coalesce(starts_at, 0) DESC, device DESC, uid DESC LIMIT ?9`,
    query.device ?? null,
    query.state ?? null,
    query.from ?? null,
    query.to ?? null,
    anywhere(query.q),
    after?.[0] ?? null,
    after?.[1] ?? null,
    after?.[2] ?? null,
    query.limit + 1,
  );
  const items = rows.slice(0, query.limit).map(summaryOf);
  const last = items.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { items, nextCursor: more ? writeCursor([last.startsAt ?? 0, last.device, last.uid]) : null };
}

export function history(db: Database, device: string, uid: string): HistoryItem[] {
  return db
    .all('SELECT * FROM history WHERE device = ? AND uid = ? ORDER BY id DESC LIMIT 200', device, uid)
    .map((row) => ({ at: iso(row['at']), action: String(row['action']), detail: String(row['detail']) }));
}

export function queue(db: Database): QueueFigures {
  const counts = db.all<{ state: string; code: string | null; count: number; oldest: number | null; stuck: number }>(
    `SELECT state, error_code AS code, count(*) AS count, min(open_since) AS oldest, sum(attempt >= ?) AS stuck
     FROM meetings WHERE state IN ('pending', 'held', 'failed') GROUP BY state, error_code`,
    STUCK_ATTEMPTS,
  );
  const figures: QueueFigures = {
    pending: 0,
    held: 0,
    failed: 0,
    oldestAt: null,
    pendingByCode: {},
    heldByCode: {},
    failedByCode: {},
    stuckByCode: {},
  };
  for (const row of counts) {
    if (row.state === 'pending') {
      figures.pending += row.count;
      if (row.code !== null) figures.pendingByCode[row.code] = row.count;
      if (row.code !== null && row.stuck > 0) figures.stuckByCode[row.code] = row.stuck;
    }
    if (row.state === 'failed') {
      figures.failed += row.count;
      figures.failedByCode[row.code ?? 'unknown'] = row.count;
    }
    if (row.state === 'held') {
      figures.held += row.count;
      figures.heldByCode[row.code ?? 'unknown'] = row.count;
    }
    if (row.oldest !== null && row.state !== 'failed')
      figures.oldestAt = Math.min(figures.oldestAt ?? Infinity, row.oldest);
  }
  return figures;
}

export function parked(
  db: Database,
  query: { cursor?: string | undefined; limit: number },
): { items: ParkedMessage[]; nextCursor: string | null } {
  const before = readCursor<[number]>(query.cursor)?.[0] ?? null;
  const rows = db.all(
    'SELECT * FROM parked WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2',
    before,
    query.limit + 1,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return {
    items: page.map((row) => json(row['message'], {} as ParkedMessage)),
    nextCursor: more ? writeCursor([Number(last['id'])]) : null,
  };
}

function iso(at: unknown): string {
  return new Date(Number(at)).toISOString();
}

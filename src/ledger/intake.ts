import type { DesiredState, Meeting } from '../domain/meeting.ts';
import { meetingEnd } from '../domain/plan.ts';
import { judge, type Verdict } from '../domain/standing.ts';
import type { AcceptedEvent, Clock, ParkedMessage } from '../sync/ports.ts';
import type { Database } from './database.ts';
import { desiredOf } from './rows.ts';

/** How many messages that could not be taken are kept. */
const PARKED_LIMIT = 1_000;

/**
 * From when on a meeting counts as over: its last end, moved occurrences among them; for a cancelled one without an end
 * the time of its cancellation. NULL for a series that goes on for ever. Takes the present time.
 */
const OVER_AT = `(
  SELECT CASE
    WHEN main.cancelled THEN coalesce(meetings.over_at, ?)
    WHEN main.ends_at IS NULL THEN NULL
    ELSE (SELECT max(part.ends_at) FROM desired part WHERE part.device = main.device AND part.uid = main.uid) END
  FROM desired main WHERE main.device = meetings.device AND main.uid = meetings.uid AND main.occurrence = '')`;

/** Takes one event in, inside a write: the message is seen, the wish stands, the meeting is due. */
export function accept(db: Database, event: AcceptedEvent, clock: Clock): Verdict {
  const now = clock();
  const { device, uid } = event;
  const fresh = db.run(
    'INSERT INTO seen (device, source, event_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    device,
    event.source,
    event.eventId,
    now,
  );
  if (fresh === 0) return confirmed(db, event, now) ? 'applied' : 'duplicate';

  const occurrence = event.occurrence ?? '';
  const row = db.get('SELECT * FROM desired WHERE device = ? AND uid = ? AND occurrence = ?', device, uid, occurrence);
  const incoming: DesiredState = {
    occurrence: event.occurrence,
    sequence: event.sequence,
    cancelled: event.operation === 'cancelled',
    contentHash: event.contentHash,
    meeting: event.meeting,
    warnings: event.warnings,
  };
  const verdict = judge(row === null ? null : desiredOf(row), incoming);
  if (verdict === 'duplicate' && confirmed(db, event, now)) return 'applied';
  if (verdict === 'duplicate' || verdict === 'sequence-conflict') return verdict;

  const endsAt = event.meeting === null ? null : (event.endsAt ?? latestEnd(event.meeting));
  if (row === null && begin(db, event, { endsAt, now })) {
    wish(db, event, endsAt);
    taken(db, event, now);
    return verdict;
  }
  db.run('INSERT INTO meetings (device, uid, updated_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', device, uid, now);
  let voided = 0;
  if (event.occurrence === null && incoming.cancelled) {
    // A cancellation that comes too late to count still ends what was said of single occurrences before it.
    voided = Number(
      db.get<{ count: number }>(
        `SELECT count(*) AS count FROM desired JOIN meetings USING (device, uid)
         WHERE device = ? AND uid = ? AND occurrence <> '' AND desired.sequence BETWEEN withdrawn_through + 1 AND ?`,
        device,
        uid,
        event.sequence,
      )?.count ?? 0,
    );
    db.run(
      'UPDATE meetings SET withdrawn_through = max(withdrawn_through, ?) WHERE device = ? AND uid = ?',
      event.sequence,
      device,
      uid,
    );
  }
  if (verdict === 'stale') {
    if (voided > 0) {
      db.run(
        `UPDATE meetings SET version = version + 1, state = 'pending', due_at = ?, open_since = coalesce(open_since, ?),
           updated_at = ? WHERE device = ? AND uid = ?`,
        now,
        now,
        now,
        device,
        uid,
      );
    }
    return verdict;
  }

  wish(db, event, endsAt);
  db.run(
    `UPDATE meetings SET version = version + 1, sequence = max(sequence, ?), state = 'pending', error = NULL, error_code = NULL,
       attempt = 0, unconfirmed = 0, removal = NULL, correlation = ?, due_at = ?, open_since = coalesce(open_since, ?), updated_at = ?,
       over_at = ${OVER_AT}
     WHERE device = ? AND uid = ?`,
    event.sequence,
    event.eventId,
    now,
    now,
    now,
    now,
    device,
    uid,
  );
  if (event.occurrence === null && event.meeting !== null) describe(db, event);
  taken(db, event, now);
  return verdict;
}

/** A meeting that nothing was heard of before, in one statement; false when it is none. */
function begin(db: Database, event: AcceptedEvent, { endsAt, now }: { endsAt: number | null; now: number }): boolean {
  const { meeting } = event;
  if (meeting === null || event.occurrence !== null) return false;
  const rows = db.run(
    `INSERT INTO meetings (device, uid, version, sequence, correlation, due_at, open_since, updated_at, over_at,
       subject, time_zone, start_local, end_local, starts_at, ends_at, recurring)
     VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    event.device,
    event.uid,
    event.sequence,
    event.eventId,
    now,
    now,
    now,
    endsAt,
    meeting.subject,
    meeting.timeZone,
    meeting.start,
    meeting.end,
    event.startsAt,
    event.endsAt,
    meeting.recurrence === null ? 0 : 1,
  );
  return rows > 0;
}

/** What is wanted of the meeting, or of one occurrence, from now on. */
function wish(db: Database, event: AcceptedEvent, endsAt: number | null): void {
  db.run(
    `INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings, ends_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (device, uid, occurrence) DO UPDATE SET sequence = excluded.sequence, cancelled = excluded.cancelled,
       content_hash = excluded.content_hash, meeting = excluded.meeting, warnings = excluded.warnings,
       ends_at = excluded.ends_at`,
    event.device,
    event.uid,
    event.occurrence ?? '',
    event.sequence,
    event.operation === 'cancelled' ? 1 : 0,
    event.contentHash,
    event.meeting === null ? null : JSON.stringify(event.meeting),
    JSON.stringify(event.warnings),
    endsAt,
  );
}

function taken(db: Database, event: AcceptedEvent, now: number): void {
  const { device, uid, sequence, occurrence, operation } = event;
  const detail = `sequence ${sequence}${occurrence ? `, occurrence ${occurrence}` : ''}`;
  note(db, { device, uid, at: now, action: operation, detail });
}

/** The PBX says again what a restored ledger had still to write: it holds, and is due. */
function confirmed(db: Database, event: AcceptedEvent, now: number): boolean {
  const rows = db.run(
    `UPDATE meetings SET unconfirmed = 0, state = 'pending', error = NULL, error_code = NULL, attempt = 0, due_at = ?,
       version = version + 1, updated_at = ? WHERE device = ? AND uid = ? AND unconfirmed = 1`,
    now,
    now,
    event.device,
    event.uid,
  );
  return rows > 0;
}

function describe(db: Database, event: AcceptedEvent): void {
  const meeting = event.meeting;
  if (meeting === null) return;
  db.run(
    `UPDATE meetings SET subject = ?, time_zone = ?, start_local = ?, end_local = ?, starts_at = ?, ends_at = ?, recurring = ?
     WHERE device = ? AND uid = ?`,
    meeting.subject,
    meeting.timeZone,
    meeting.start,
    meeting.end,
    event.startsAt,
    event.endsAt,
    meeting.recurrence === null ? 0 : 1,
    event.device,
    event.uid,
  );
}

/** Where the zone is not known: as if in the last zone in which a day ends (UTC-12). */
function latestEnd(meeting: Meeting): number | null {
  try {
    return meetingEnd(meeting, 'Etc/GMT+12');
  } catch {
    return null;
  }
}

export function park(db: Database, message: ParkedMessage): void {
  db.run('INSERT INTO parked (device, message) VALUES (?, ?)', message.device, JSON.stringify(message));
  db.run('DELETE FROM parked WHERE id <= (SELECT max(id) FROM parked) - ?', PARKED_LIMIT);
}

export function note(
  db: Database,
  item: { device: string; uid: string; at: number; action: string; detail: string },
): void {
  db.run(
    'INSERT INTO history (device, uid, at, action, detail) VALUES (?, ?, ?, ?, ?)',
    item.device,
    item.uid,
    item.at,
    item.action,
    item.detail,
  );
}

import type { DeviceIdentity } from '../domain/device.ts';
import type { DesiredState } from '../domain/meeting.ts';
import type { RecordedEntry } from '../domain/plan.ts';
import { standingOccurrences } from '../domain/standing.ts';
import type { MeetingRecord, MeetingSummary, ResultState } from '../sync/ports.ts';
import { leftBehind } from './accounts.ts';
import type { Database, Row } from './database.ts';

/** Rows as SQLite keeps them -> the values of sync/ports.ts. Nothing else reads a column by its name. */

export function desiredOf(row: Row): DesiredState {
  return {
    occurrence: row['occurrence'] === '' ? null : String(row['occurrence']),
    sequence: Number(row['sequence']),
    cancelled: row['cancelled'] === 1,
    contentHash: String(row['content_hash']),
    meeting: json(row['meeting'], null),
    warnings: json(row['warnings'], []),
  };
}

export function recordedOf(row: Row): RecordedEntry {
  return {
    occurrence: row['occurrence'] === '' ? null : String(row['occurrence']),
    account: String(row['account']),
    calendarId: String(row['calendar_id']),
    eventId: String(row['event_id']),
    generation: Number(row['generation']),
    state: row['state'] as RecordedEntry['state'],
    etag: text(row['etag']),
    htmlLink: text(row['html_link']),
    sequence: Number(row['sequence']),
    entry: json(row['entry'], null),
  };
}

export function summaryOf(row: Row): MeetingSummary {
  return {
    device: String(row['device']),
    uid: String(row['uid']),
    subject: String(row['subject']),
    start: text(row['start_local']),
    end: text(row['end_local']),
    timeZone: String(row['time_zone']),
    startsAt: number(row['starts_at']),
    endsAt: number(row['ends_at']),
    recurring: row['recurring'] === 1,
    state: row['state'] as ResultState,
    sequence: Number(row['sequence']),
    error: json(row['error'], null),
    warnings: json(row['warnings'], []),
    htmlLink: text(row['html_link']),
    updatedAt: Number(row['updated_at']),
  };
}

/** A meeting with all that belongs to it, as the planner reads it. */
export function recordOf(db: Database, row: Row): MeetingRecord {
  const device = String(row['device']);
  const uid = String(row['uid']);
  const withdrawn = Number(row['withdrawn_through']);
  const wishes = db
    .all('SELECT * FROM desired WHERE device = ? AND uid = ? ORDER BY occurrence', device, uid)
    .map(desiredOf);
  return {
    device,
    uid,
    main: wishes.find((wish) => wish.occurrence === null) ?? null,
    occurrences: standingOccurrences(
      wishes.filter((wish) => wish.occurrence !== null),
      withdrawn,
    ),
    recorded: db
      .all('SELECT * FROM recorded WHERE device = ? AND uid = ? ORDER BY occurrence', device, uid)
      .map(recordedOf),
    leftBehind: leftBehind(db, device, uid),
    state: row['state'] as ResultState,
    error: json(row['error'], null),
    warnings: json(row['warnings'], []),
    attempt: Number(row['attempt']),
    version: Number(row['version']),
  };
}

export function identityOf(value: Row[string] | undefined): DeviceIdentity | null {
  return json(value, null);
}

export function text(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

export function number(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function json<T>(value: Row[string] | undefined, fallback: T): T {
  return typeof value === 'string' ? (JSON.parse(value) as T) : fallback;
}

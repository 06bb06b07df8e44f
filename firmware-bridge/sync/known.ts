import { createHash } from 'node:crypto';
import type { Operation, Recurrence, WallClock } from '../../src/domain/meeting.ts';
import { occurrences } from '../../src/domain/recurrence.ts';
import { resolveZone, toInstant } from '../../src/domain/zone.ts';
import type { PbxMeeting } from '../meeting.ts';

/** What the bridge remembers of one item of the PBX. */
export interface KnownItem {
  /** The PBX's id. */
  item: string;
  uid: string;
  /** Set for a changed occurrence; then the uid is that of the series. */
  occurrence: WallClock | null;
  seriesItem: string | null;
  meeting: PbxMeeting;
  /** Of the list row, to see whether the detail must be asked again. */
  rowHash: string;
  readAt: number;
  /** SHA-256 of what was last published; null when nothing was. */
  content: string | null;
  /** Whether it was last published with a repeat rule. */
  recurring: boolean;
  sequence: number;
  state: 'present' | 'cancelled' | 'archived';
  /** Complete lists in a row without it. */
  missed: number;
  missedSince: number | null;
}

/** An item as the last complete list shows it. */
export interface SeenItem {
  meeting: PbxMeeting;
  rowHash: string;
  readAt: number;
}

export interface Outgoing {
  item: string;
  operation: Operation;
  uid: string;
  sequence: number;
  data: Record<string, unknown>;
}

const HOUR_MS = 3_600_000;
const SUBJECT_LENGTH = 1_024;
const AGENDA_LENGTH = 8_000;

/**
 * Ids that fit are used as they are, so that a bridge that lost its folder names its meetings as before. `generation`
 * keeps apart two meetings for which the PBX used one id.
 */
export function uidOf(item: string, generation: number | null): string {
  const base = /^[A-Za-z0-9_-]{1,64}$/.test(item)
    ? item
    : `h~${createHash('sha256').update(item).digest('hex').slice(0, 40)}`;
  return generation === null ? base : `${base}.${generation}`;
}

/** Only for certain: without a zone the wall clock is read wherever on earth it would be latest. */
export function isOver(meeting: PbxMeeting, now: number): boolean {
  if (meeting.repeat.kind === 'rule') return !startsLater(meeting, now) && endOf(meeting) <= now;
  return endOf(meeting) <= now;
}

/** Whether it, or an occurrence of it, begins after `now`: only such a meeting can be cancelled. */
export function startsLater(meeting: PbxMeeting, now: number): boolean {
  const zone = zoneOf(meeting);
  const { repeat } = meeting;
  if (repeat.kind === 'rule') {
    const after = zone === null ? now + 14 * HOUR_MS : now;
    return occurrences(repeat, meeting.start, { zone: zone ?? 'Etc/UTC', limit: 1, after }).length > 0;
  }
  if (zone === null) return Date.parse(`${meeting.start}Z`) - 14 * HOUR_MS > now;
  return toInstant(meeting.start, zone) > now;
}

function endOf(meeting: PbxMeeting): number {
  const zone = zoneOf(meeting);
  return zone === null ? Date.parse(`${meeting.end}Z`) + 12 * HOUR_MS : toInstant(meeting.end, zone);
}

export function zoneOf(meeting: PbxMeeting): string | null {
  return resolveZone(meeting.zone, null, Number(meeting.start.slice(0, 4)))?.zone ?? null;
}

/** `data` of the event, all but uid and sequence. The host's PIN never leaves the PBX. */
export function contentOf(
  meeting: PbxMeeting,
  frame: { occurrence: WallClock | null; recurrence: Recurrence | null },
): Record<string, unknown> {
  return {
    subject: meeting.subject.slice(0, SUBJECT_LENGTH),
    start: meeting.start,
    end: meeting.end,
    timeZone: meeting.zone,
    recurrence: frame.recurrence,
    occurrence: frame.occurrence,
    host: meeting.host,
    invitees: meeting.invitees,
    room: meeting.room,
    publicRoom: meeting.publicRoom,
    joinUrl: meeting.joinUrl,
    password: meeting.password,
    hostPassword: null,
    emailReminderMinutes: meeting.reminderMinutes,
    agenda: meeting.agenda.slice(0, AGENDA_LENGTH),
    syncToGoogleCalendar: meeting.ticked,
  };
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

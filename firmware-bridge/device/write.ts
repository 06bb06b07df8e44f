import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { MeetingDataSchema } from '../../src/contracts/mqtt.ts';
import { offsetAt, resolveZone, toInstant, toWallClock } from '../../src/domain/zone.ts';
import { AppError } from '../../src/errors.ts';
import type { DialectScalar, WriteAction } from '../dialect/schema.ts';
import type { Members } from '../pbx/transport.ts';

/** A new meeting, as a command carries it, in the words of a dialect. Pure. */

const fields = MeetingDataSchema.properties;
const NewMeetingSchema = Type.Object({
  subject: Type.String({ minLength: 1, maxLength: 255 }),
  start: fields.start,
  end: fields.end,
  timeZone: fields.timeZone,
  recurrence: fields.recurrence,
  host: fields.host,
  invitees: fields.invitees,
  room: fields.room,
  password: fields.password,
  hostPassword: fields.hostPassword,
  allowUserInvite: fields.allowUserInvite,
  emailReminderMinutes: fields.emailReminderMinutes,
  agenda: fields.agenda,
  syncToGoogleCalendar: Type.Boolean(),
});
export type NewMeeting = Static<typeof NewMeetingSchema>;

/** Raises `schedule-invalid` in words for whoever filled in the form. */
export function readNewMeeting(data: unknown): NewMeeting {
  if (!Check(NewMeetingSchema, data)) {
    const faults = Errors(NewMeetingSchema, data).map((fault) => `data${fault.instancePath} ${fault.message}`);
    throw refused([...new Set(faults)].slice(0, 5).join('; '));
  }
  const long = (time: string) => (time.length === 16 ? `${time}:00` : time);
  const meeting = { ...data, start: long(data.start), end: long(data.end) };
  if (meeting.end <= meeting.start) throw refused('data/end must be after data/start');
  return meeting;
}

/** The parameters of the dialect's add action. `id` is set where the id is chosen by us. */
export function requestFor(
  given: NewMeeting,
  write: WriteAction,
  frame: { deviceZone: string | null; id: string | null },
): { request: Members; start: string; end: string } {
  const meeting = inZone(given, write, frame.deviceZone);
  const bad = Array.from(write.forbidden).find((character) => meeting.subject.includes(character));
  if (bad !== undefined) throw refused(`this PBX does not take ${bad} in a subject`);
  if (!write.crossesMidnight && meeting.start.slice(0, 10) !== meeting.end.slice(0, 10)) {
    throw refused('this PBX schedules no meeting that crosses midnight');
  }
  const rrule = (meeting.recurrence?.rrule ?? '').replace(/^RRULE:/i, '').toUpperCase();
  const repeat = write.repeat[plainRule(rrule, meeting.start)];
  if (repeat === undefined) throw refused(`this PBX cannot repeat a meeting as ${rrule}`);
  if ((meeting.recurrence?.excluded.length ?? 0) > 0) throw refused('this PBX cannot leave out single days');
  const flag = (value: boolean) => (value ? write.yes : write.no);
  const people = [
    ...(meeting.host == null ? [] : [{ person: meeting.host, isHost: true }]),
    ...(meeting.invitees ?? []).map((person) => ({ person, isHost: false })),
  ];
  // Where the host has fields of its own it is no member as well.
  const hasHostFields = Object.values(write.params).some(
    (value) => value === '$hostExtension' || value === '$hostEmail',
  );
  const members = people
    .filter((one) => !(one.isHost && hasHostFields))
    .map(({ person, isHost }) =>
      fill(write.member, {
        $extension: person.extension ?? '',
        $name: person.name ?? person.extension ?? person.email ?? '',
        $email: person.email ?? '',
        $hasEmail: flag((person.email ?? '') !== ''),
        $location: person.extension === null ? 'special' : 'local',
        $isHost: flag(isHost),
      }),
    );
  const spell = (time: string) => time.replace('T', ' ').slice(0, write.time.length);
  const filled = fill(write.params, {
    $subject: meeting.subject,
    $room: meeting.room ?? '',
    $agenda: meeting.agenda ?? '',
    $start: spell(meeting.start),
    $end: spell(meeting.end),
    $zone: meeting.timeZone,
    $zoneName: zoneName(meeting.timeZone),
    $offset: offsetAt(meeting.start, zoneName(meeting.timeZone)).replace(':', ''),
    $repeat: repeat,
    $googleSync: flag(meeting.syncToGoogleCalendar),
    $hostExtension: meeting.host?.extension ?? '',
    $hostEmail: meeting.host?.email ?? '',
    $reminder: meeting.emailReminderMinutes ?? '',
    $password: meeting.password ?? '',
    $hostPassword: meeting.hostPassword ?? '',
    $allowUserInvite: flag(meeting.allowUserInvite === true),
    $members: write.membersAsText ? JSON.stringify(members) : members,
  });
  return {
    request: { ...filled, ...(write.id === null || frame.id === null ? {} : { [write.id.param]: frame.id }) },
    start: meeting.start,
    end: meeting.end,
  };
}

/** A PBX that keeps wall-clock times without a zone is told the time on its own clock. */
function inZone(meeting: NewMeeting, write: WriteAction, deviceZone: string | null): NewMeeting {
  const asked = meeting.timeZone.trim() === '' ? deviceZone : meeting.timeZone;
  if (asked === null || resolveZone(asked, null, 2026) === null) throw refused('data/timeZone names no time zone');
  if (!write.deviceZoneOnly) return { ...meeting, timeZone: asked };
  if (deviceZone === null) throw refused('the time zone of this PBX is not known; set PBX_TIME_ZONE');
  const from = zoneName(asked);
  const to = zoneName(deviceZone);
  if (from === to) return { ...meeting, timeZone: deviceZone };
  if (meeting.recurrence != null) {
    throw refused(`this PBX repeats meetings only in its own time zone, ${deviceZone}`);
  }
  const moved = (time: string) => toWallClock(toInstant(time, from), to);
  return { ...meeting, start: moved(meeting.start), end: moved(meeting.end), timeZone: deviceZone };
}

function zoneName(text: string): string {
  return resolveZone(text, null, 2026)?.zone ?? 'Etc/UTC';
}

/** `FREQ=WEEKLY;BYDAY=MO` for a meeting on a Monday says no more than `FREQ=WEEKLY`. */
function plainRule(rrule: string, start: string): string {
  const day = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'][new Date(`${start}Z`).getUTCDay()];
  return rrule === `FREQ=WEEKLY;BYDAY=${day}` ? 'FREQ=WEEKLY' : rrule;
}

/** What is empty is left out: the PBX has its own defaults. */
function fill(template: Record<string, DialectScalar>, values: Record<string, unknown>): Members {
  return Object.fromEntries(
    Object.entries(template)
      .map(([name, value]) => [name, typeof value === 'string' && value.startsWith('$') ? values[value] : value])
      .filter(([, value]) => value !== undefined && value !== ''),
  );
}

function refused(why: string): AppError {
  return new AppError('schedule-invalid', why);
}

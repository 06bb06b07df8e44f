import { IANAZone } from 'luxon';
import { offsetAt, toInstant } from '../../src/domain/zone.ts';
import type { Schedule, SimMeeting, SimPerson } from './schedule.ts';

/** How one generation of firmware lists its meetings over the API. */

type Members = Record<string, unknown>;

export interface Shape {
  actions: { list: string; get: string; add: string };
  paged: boolean;
  /** The member of the list's answer, where it has one. */
  listKey: string;
  row(meeting: SimMeeting): Members;
  detail(meeting: SimMeeting): Members;
  /** The answer to get. */
  wrap(detail: Members): Members;
  idParam: string;
  /** Reads a request to schedule; throws a status where the PBX refuses. */
  read(request: Members): { meeting: Parameters<Schedule['add']>[0]; id?: string };
  nextId(taken: ReadonlyMap<string, SimMeeting>): string;
}

export interface ShapeOptions {
  timeZone: string;
  /** Whether participants are listed as JSON text or as an array. */
  membersAsText: boolean;
  /** The lowest free id is taken again after a deletion. */
  reuseIds: boolean;
  clock(): number;
}

export class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

const WEEKDAYS = ['Esunday', 'Fmonday', 'Gtuesday', 'Hwednesday', 'Ithursday', 'Jfriday', 'Ksaturday'];

const local = (time: string) => time.replace('T', ' ');
const yesNo = (value: boolean) => (value ? 'yes' : 'no');
const label = (meeting: SimMeeting) => `(UTC${offsetAt(meeting.start, meeting.timeZone)}) ${meeting.timeZone}`;
const text = (value: unknown) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

function counter(first: number, reuse: boolean): (taken: ReadonlyMap<string, SimMeeting>) => string {
  let next = first;
  return (taken) => {
    if (reuse) next = first;
    while (taken.has(String(next))) next += 1;
    next += 1;
    return String(next - 1);
  };
}

/** Invented names for the actions that one source knows: every field is a guess. */
export function reservationShape(options: ShapeOptions): Shape {
  const member = (person: SimPerson) => ({
    member_extension: person.extension ?? '',
    member_name: person.name ?? '',
    email: person.email ?? '',
  });
  const row = (meeting: SimMeeting): Members => ({
    reservation_id: meeting.id,
    subject: meeting.subject,
    conf_number: meeting.room,
    start_time: local(meeting.start),
    end_time: local(meeting.end),
    timezone: label(meeting),
    repeat: { none: 'No Repeat', daily: 'DAILY', weekly: 'WEEKLY' }[meeting.repeat] ?? meeting.repeat,
    open_calendar: yesNo(meeting.ticked),
    state: '0',
    ...(meeting.until === null ? {} : { repeat_until: meeting.until }),
    ...(meeting.excluded.length === 0
      ? {}
      : { excluded_dates: meeting.excluded.map((time) => time.slice(0, 10)).join(',') }),
    ...(meeting.seriesId === null
      ? {}
      : { recurring_id: meeting.seriesId, original_start_time: local(meeting.originalStart ?? '') }),
  });
  return {
    actions: {
      list: 'listMultimediaConferenceReservationInfo',
      get: 'getMultimediaConferenceReservation',
      add: 'addMultimediaConferenceReservation',
    },
    paged: true,
    listKey: 'conference_reservation',
    idParam: 'reservation_id',
    row,
    detail: (meeting) => {
      const members = meeting.invitees.map(member);
      return {
        ...row(meeting),
        agenda: meeting.agenda,
        host: meeting.host.extension ?? '',
        host_name: meeting.host.name ?? '',
        host_email: meeting.host.email ?? '',
        password: meeting.password,
        host_password: meeting.hostPassword,
        email_reminder: String(meeting.reminder),
        members: options.membersAsText ? JSON.stringify(members) : members,
      };
    },
    wrap: (detail) => ({ conference_reservation: detail }),
    nextId: counter(1, options.reuseIds),
    read: (request) => {
      const zone = /\)\s*(\S+)$/.exec(text(request['timezone']))?.[1] ?? text(request['timezone']);
      const repeat = { DAILY: 'daily', WEEKLY: 'weekly' }[text(request['repeat'])] ?? 'none';
      const members = JSON.parse(text(request['members']) || '[]') as Record<string, string>[];
      return {
        meeting: {
          ...spoken(request, { subject: 'subject', start: 'start_time', end: 'end_time' }),
          room: text(request['conf_number']),
          timeZone: knownZone(zone === '' ? options.timeZone : zone),
          repeat,
          ticked: request['open_calendar'] === 'yes',
          agenda: text(request['agenda']),
          password: text(request['password']),
          host: { extension: text(request['host']), email: text(request['host_email']) },
          invitees: members.map((one) => ({
            extension: one['member_extension'] ?? '',
            name: one['member_name'] ?? '',
            email: one['email'] ?? '',
          })),
        },
      };
    },
  };
}

/** The generation before, whose names are known from the vendor's own page. */
export function meetmeShape(options: ShapeOptions): Shape {
  const row = (meeting: SimMeeting): Members => ({
    bookid: meeting.id,
    confno: meeting.room,
    confname: meeting.subject,
    starttime: local(meeting.start),
    endtime: local(meeting.end),
    // A fixed offset, taken when the meeting was made.
    timezone: offsetAt(meeting.start, meeting.timeZone).replace(':', ''),
    recurringevent:
      { none: 'COMMON', daily: 'DAILY', weekly: WEEKDAYS[new Date(`${meeting.start}Z`).getUTCDay()] }[meeting.repeat] ??
      meeting.repeat,
    open_calendar: yesNo(meeting.ticked),
    closed: 'no',
  });
  const member = (person: SimPerson, isHost: boolean) => ({
    member_name: person.name ?? '',
    member_extension: person.extension ?? '',
    email: person.email ?? '',
    send_email: yesNo((person.email ?? '') !== ''),
    location: person.extension === undefined ? 'special' : 'local',
    is_admin: yesNo(isHost),
    state: 'needsAction',
    comment: '',
  });
  let lastId = 0;
  return {
    actions: { list: 'listMeetmeInfo', get: 'getMeetme', add: 'addMeetme' },
    paged: false,
    listKey: '',
    idParam: 'bookid',
    row,
    detail: (meeting) => ({
      ...row(meeting),
      description: meeting.agenda,
      pincode: meeting.password,
      admin_pincode: meeting.hostPassword,
      kickall_time: '10',
      public: 'no',
      members: [member(meeting.host, true), ...meeting.invitees.map((person) => member(person, false))],
    }),
    wrap: (detail) => ({ bookid: detail }),
    nextId: () => {
      lastId = Math.max(lastId + 1, options.clock());
      return String(lastId);
    },
    read: (request) => {
      const subject = text(request['confname']);
      if (subject === '' || /['"`]/.test(subject)) throw new Refusal(-15);
      const times = spoken(request, { subject: 'confname', start: 'starttime', end: 'endtime' });
      if (times.start.slice(0, 10) !== times.end.slice(0, 10)) throw new Refusal(-15);
      const id = text(request['bookid']);
      if (!/^\d{13}$/.test(id)) throw new Refusal(-1);
      const members = JSON.parse(text(request['members']) || '[]') as Record<string, string>[];
      const people = members.map((one) => ({
        person: {
          ...(one['member_extension'] ? { extension: one['member_extension'] } : {}),
          name: one['member_name'] ?? '',
          email: one['email'] ?? '',
        },
        host: one['is_admin'] === 'yes',
      }));
      return {
        id,
        meeting: {
          ...times,
          room: text(request['confno']),
          repeat: { DAILY: 'daily', WEEKLY: 'weekly' }[text(request['recurringevent'])] ?? 'none',
          ticked: request['open_calendar'] === 'yes',
          agenda: text(request['description']),
          password: text(request['pincode']),
          hostPassword: text(request['admin_pincode']),
          host: people.find((one) => one.host)?.person ?? {},
          invitees: people.filter((one) => !one.host).map((one) => one.person),
        },
      };
    },
  };
}

/** The reservation actions with other names and spellings: proves that names are data. */
export function renamedShape(options: ShapeOptions): Shape {
  const base = reservationShape(options);
  const seconds = (time: string, zone: string) => String(Math.floor(toInstant(time, zone) / 1_000));
  const row = (meeting: SimMeeting): Members => ({
    info: { mtg_key: meeting.id, headline: meeting.subject },
    place: Number(meeting.room),
    from_ts: seconds(meeting.start, meeting.timeZone),
    to_ts: seconds(meeting.end, meeting.timeZone),
    tz: meeting.timeZone,
    recur: { none: '0', daily: '1', weekly: '2' }[meeting.repeat] ?? meeting.repeat,
    gcal: meeting.ticked ? 1 : 0,
    ...(meeting.until === null ? {} : { recur_end: meeting.until }),
    ...(meeting.excluded.length === 0
      ? {}
      : { skipped: meeting.excluded.map((time) => seconds(time, meeting.timeZone)) }),
    ...(meeting.seriesId === null
      ? {}
      : { belongs_to: meeting.seriesId, instead_of: seconds(meeting.originalStart ?? '', meeting.timeZone) }),
  });
  return {
    ...base,
    listKey: 'appointments',
    idParam: 'mtg_key',
    row,
    detail: (meeting) => ({
      ...row(meeting),
      notes: meeting.agenda,
      owner: { number: meeting.host.extension ?? '', mail: meeting.host.email ?? '', label: meeting.host.name ?? '' },
      remind: meeting.reminder,
      pin: meeting.password,
      people: meeting.invitees.map((one) => ({
        num: one.extension ?? '',
        label: one.name ?? '',
        mail: one.email ?? '',
      })),
    }),
    wrap: (detail) => ({ result: detail }),
    read: (request) => {
      const zone = knownZone(text(request['tz']) || options.timeZone);
      return {
        meeting: {
          ...spoken(request, { subject: 'headline', start: 'from', end: 'to' }),
          room: text(request['place']),
          timeZone: zone,
          repeat: { '1': 'daily', '2': 'weekly' }[text(request['recur'])] ?? 'none',
          ticked: text(request['gcal']) === '1',
          agenda: text(request['notes']),
          host: { extension: text(request['owner_number']), email: text(request['owner_mail']) },
          invitees: (Array.isArray(request['people']) ? request['people'] : []) as SimPerson[],
        },
      };
    },
  };
}

function knownZone(zone: string): string {
  if (!IANAZone.isValidZone(zone)) throw new Refusal(-15);
  return zone;
}

function spoken(request: Members, names: { subject: string; start: string; end: string }) {
  const subject = text(request[names.subject]);
  const time = (name: string) => {
    const value = text(request[name]);
    if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?$/.test(value)) throw new Refusal(-15);
    return `${value.replace(' ', 'T')}${value.length === 16 ? ':00' : ''}`;
  };
  const start = time(names.start);
  const end = time(names.end);
  if (subject === '' || end <= start) throw new Refusal(-15);
  return { subject, start, end };
}

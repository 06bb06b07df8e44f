import fc from 'fast-check';
import type { Meeting } from '../../src/domain/meeting.ts';

/** What a PBX may say of one meeting: few hours, days and names, so that what is said meets again and again. */

const HOURS = ['10:00', '11:00'];
const DAYS = ['2027-03-01', '2027-03-03', '2027-03-08', '2027-03-10', '2027-03-15', '2027-03-28', '2027-03-29'];
const ZONES = ['Europe/Berlin', '(UTC+01:00) Etc/GMT-1', 'America/New_York'];
const RULES = [
  null,
  'FREQ=WEEKLY;COUNT=5',
  'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9',
  'FREQ=DAILY;COUNT=16',
  'FREQ=DAILY;UNTIL=20270330',
  'FREQ=WEEKLY',
  'FREQ=WEEKLY;BYDAY=WE;COUNT=4',
];

/** One event without its place in the order: of the meeting, or of one occurrence of it. */
export interface Told {
  occurrence: string | null;
  cancelled: boolean;
  meeting: Omit<Meeting, 'uid' | 'sequence'>;
}

const person = (name: string) => ({ extension: null, name, email: `${name}@example.com` });
const clock = fc.tuple(fc.constantFrom(...DAYS), fc.constantFrom(...HOURS)).map(([day, hour]) => `${day}T${hour}:00`);

const content = fc
  .record({
    subject: fc.constantFrom('A', 'B'),
    start: clock,
    minutes: fc.constantFrom(30, 60),
    timeZone: fc.constantFrom(...ZONES),
    guests: fc.subarray(['one', 'two']),
    tick: fc.constantFrom(true, true, true, true, false),
  })
  .map(({ subject, start, minutes, timeZone, guests, tick }): Told['meeting'] => ({
    subject,
    start,
    end: new Date(Date.parse(`${start}Z`) + minutes * 60_000).toISOString().slice(0, 19),
    timeZone,
    recurrence: null,
    host: null,
    invitees: guests.map(person),
    room: null,
    publicRoom: false,
    joinUrl: null,
    password: null,
    emailReminderMinutes: null,
    agenda: '',
    syncToGoogleCalendar: tick,
  }));

const series = fc
  .tuple(content, fc.constantFrom(...RULES), fc.uniqueArray(clock, { maxLength: 2 }))
  .map(([meeting, rrule, excluded]) => ({ ...meeting, recurrence: rrule === null ? null : { rrule, excluded } }));

export const told: fc.Arbitrary<Told> = fc.oneof(
  { weight: 5, arbitrary: series.map((meeting) => ({ occurrence: null, cancelled: false, meeting })) },
  { weight: 1, arbitrary: content.map((meeting) => ({ occurrence: null, cancelled: true, meeting })) },
  {
    weight: 5,
    arbitrary: fc
      .record({ occurrence: clock, cancelled: fc.boolean(), meeting: content })
      .map((item) => ({ ...item, meeting: { ...item.meeting, syncToGoogleCalendar: true } })),
  },
);

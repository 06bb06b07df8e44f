import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../web/src/proof.ts';
import { type Asked, type Entry, readAsked, readRecorded, readRejected } from '../../web/src/read.ts';

const person = (email: string | null) => ({ extension: null, name: null, email });
const asked: Asked = {
  subject: 'Weekly  Meeting',
  start: '2026-11-23T10:00:00',
  end: '2026-11-23T11:00:00',
  timeZone: '(UTC+01:00) Etc/GMT-1',
  rrule: null,
  room: '6500',
  host: person('Arthur@Example.com'),
  invitees: [person('b@example.com'), person(null), person('B@example.com')],
  agenda: '',
  emailReminderMinutes: 60,
};
const entry: Entry = {
  summary: 'Weekly Meeting',
  location: '6500',
  start: '2026-11-23T10:00:00',
  end: '2026-11-23T11:00:00',
  zone: 'Etc/GMT-1',
  recurrence: [],
  guests: ['b@example.com'],
  reminders: [],
};
const differences = (change: { asked?: Partial<Asked>; entry?: Partial<Entry> }) => [
  ...differencesOf({ ...asked, ...change.asked }, { ...entry, ...change.entry }, 'arthur@example.com'),
];

describe('what the PBX asked for beside what the calendar holds', () => {
  it('is the same although the organizer stands in no list of guests and spaces were joined', () => {
    expect(differences({})).toEqual([]);
  });

  it.each([
    ['subject', { entry: { summary: 'Other' } }],
    ['time', { entry: { end: '2026-11-23T11:30:00' } }],
    ['zone', { entry: { zone: 'Etc/GMT+1' } }],
    ['repeat', { asked: { rrule: 'FREQ=DAILY' } }],
    ['room', { asked: { room: null } }],
    ['guests', { entry: { guests: [] } }],
  ] as const)('names a difference in %s', (field, change) => {
    expect(differences(change as Parameters<typeof differences>[0])).toEqual([field]);
  });

  it('does not call the first start of a series a difference, nor a zone that the device supplied', () => {
    const series = { rrule: 'FREQ=WEEKLY;BYDAY=TU', timeZone: '' };
    expect(differences({ asked: series, entry: { start: '2026-11-24T10:00:00', recurrence: ['RRULE:x'] } })).toEqual(
      [],
    );
  });
});

describe('parts of an answer that its contract leaves open', () => {
  it('are read member by member, whatever is missing', () => {
    expect(readAsked(null)).toBeNull();
    expect(readAsked({ invitees: [1, { email: 'a@example.com' }] })).toMatchObject({
      subject: '',
      host: null,
      invitees: [{ extension: null, name: null, email: 'a@example.com' }],
    });
    expect(readRecorded({ state: 'live', entry: { guests: [{ email: 'a@example.com' }, {}] } })).toMatchObject({
      occurrence: null,
      entry: { guests: ['a@example.com'], start: null, zone: '' },
    });
    expect(readRejected('nothing')).toMatchObject({ title: '', errors: [], document: null });
  });
});

import ICAL from 'ical.js';
import nodeIcal, { type VEvent } from 'node-ical';
import { describe, expect, it } from 'vitest';
import type { DesiredState, Meeting } from '../../../src/domain/meeting.ts';
import { nextOccurrences } from '../../../src/domain/next-occurrences.ts';
import type { RecordedEntry } from '../../../src/domain/plan.ts';
import { toInstant } from '../../../src/domain/zone.ts';
import { meetingsIcs } from '../../../src/providers/ics/meeting-ics.ts';
import { vtimezone } from '../../../src/providers/ics/vtimezone.ts';
import type { MeetingRecord } from '../../../src/sync/ports.ts';
import { carriedOut, meeting, plannedFor, wish } from '../../domain/a-meeting.ts';

const NOW = Date.parse('2024-04-01T00:00:00Z');
const FAR = Date.parse('2028-01-01T00:00:00Z');

function record(
  asked: Meeting | null,
  occurrences: DesiredState[] = [],
  recorded: RecordedEntry[] = [],
): MeetingRecord {
  return {
    device: 'pbx1',
    uid: asked?.uid ?? '6500-1',
    main: {
      occurrence: null,
      sequence: asked?.sequence ?? 7,
      cancelled: asked === null,
      contentHash: '',
      meeting: asked,
      warnings: [],
    },
    occurrences,
    recorded,
    leftBehind: [],
    state: 'held',
    error: null,
    warnings: [],
    attempt: 0,
    version: 1,
  };
}

const file = (...records: MeetingRecord[]): string =>
  meetingsIcs(
    records.map((item) => ({ record: item, deviceZone: null })),
    { agentId: 'agent', now: NOW },
  ) ?? '';
const unfolded = (text: string) => text.replace(/\r\n[ \t]/g, '').split('\r\n');
const events = (text: string) =>
  Object.values(nodeIcal.sync.parseICS(text)).filter((item): item is VEvent => item?.type === 'VEVENT');

interface Time {
  startsAt: number;
  endsAt: number;
}
const inOrder = (times: Time[]) => times.sort((a, b) => a.startsAt - b.startsAt);

function byNodeIcal(text: string): Time[] {
  const options = { from: new Date(NOW), to: new Date(FAR), expandOngoing: true };
  return inOrder(
    events(text).flatMap((event) =>
      nodeIcal
        .expandRecurringEvent(event, options)
        .map(({ start, end }) => ({ startsAt: start.getTime(), endsAt: end.getTime() })),
    ),
  );
}

/** With the zones of the file, and nothing else. */
function byIcalJs(text: string): Time[] {
  const root = new ICAL.Component(ICAL.parse(text));
  const instant = (time: ICAL.Time): number => {
    if (time.zone === null || time.zone.tzid === 'floating') throw new Error(`${time.toString()} has no zone`);
    return time.toUnixTime() * 1_000;
  };
  const all = root.getAllSubcomponents('vevent').map((item) => new ICAL.Event(item));
  return inOrder(
    all
      .filter((event) => !event.isRecurrenceException())
      .flatMap((event) => {
        if (!event.isRecurring()) return [{ startsAt: instant(event.startDate), endsAt: instant(event.endDate) }];
        const iterator = event.iterator();
        const found: Time[] = [];
        for (let next = iterator.next(); next && instant(next) < FAR; next = iterator.next()) {
          const details = event.getOccurrenceDetails(next);
          found.push({ startsAt: instant(details.startDate), endsAt: instant(details.endDate) });
        }
        return found;
      }),
  );
}

function expected(asked: Meeting, occurrences: DesiredState[] = []): Time[] {
  return nextOccurrences(asked, NOW, 300, { occurrences })
    .map(({ startsAt, endsAt }) => ({ startsAt, endsAt }))
    .filter(({ startsAt }) => startsAt < FAR);
}

const series = (rrule: string, change: Partial<Meeting> = {}): Meeting => ({
  ...meeting,
  recurrence: { rrule, excluded: [] },
  ...change,
});

describe('a meeting as an iCalendar file', () => {
  it.each<[string, Meeting]>([
    ['a single one', meeting],
    ['at a fixed offset', { ...meeting, timeZone: '(UTC+01:00) Etc/GMT-1' }],
    ['over both changes of the clocks', series('FREQ=WEEKLY;COUNT=60')],
    ['under an old name of its zone', series('FREQ=WEEKLY;COUNT=60', { timeZone: 'US/Eastern' })],
    ['with a half hour of summer time', series('FREQ=WEEKLY;COUNT=60', { timeZone: 'Australia/Lord_Howe' })],
    ['where clocks change for Ramadan', series('FREQ=WEEKLY;COUNT=120', { timeZone: 'Africa/Casablanca' })],
    ['that ends by date in the far east', series('FREQ=DAILY;UNTIL=20240601', { timeZone: 'Pacific/Kiritimati' })],
    ['every last Friday', series('FREQ=MONTHLY;BYDAY=-1FR;COUNT=10')],
    ['whose start is no day of its rule', series('FREQ=WEEKLY;BYDAY=WE;COUNT=4')],
    [
      'with an excluded day',
      series('', { recurrence: { rrule: 'FREQ=DAILY;COUNT=5', excluded: ['2024-05-01T10:00:00'] } }),
    ],
    ['over midnight', series('FREQ=DAILY;COUNT=5', { start: '2024-04-29T23:30:00', end: '2024-04-30T00:30:00' })],
  ])('means the same to two other implementations: %s', (_, asked) => {
    const text = file(record(asked));
    expect(byIcalJs(text)).toEqual(expected(asked));
    expect(byNodeIcal(text)).toEqual(expected(asked));
    expect(expected(asked).length).toBeGreaterThan(0);
  });

  it('has moved occurrences under their original start, and cancelled ones left out', () => {
    const asked = series('FREQ=WEEKLY;COUNT=4', { sequence: 3 });
    const moved = { ...meeting, subject: 'Moved', start: '2024-05-07T15:00:00', end: '2024-05-07T16:30:00' };
    const wishes = [wish('2024-05-06T10:00:00', moved, 5), wish('2024-05-13T10:00:00', null, 6)];
    const text = file(record(asked, wishes));
    expect(byIcalJs(text)).toEqual(expected(asked, wishes));
    expect(byNodeIcal(text)).toEqual(expected(asked, wishes));
    expect(expected(asked, wishes)).toHaveLength(3);
    const lines = unfolded(text);
    expect(lines).toContain('RECURRENCE-ID;TZID=Europe/Berlin:20240506T100000');
    expect(lines).toContain('EXDATE;TZID=Europe/Berlin:20240513T100000');
    expect(lines.filter((line) => line.startsWith('SEQUENCE:'))).toEqual(['SEQUENCE:3', 'SEQUENCE:5']);
    expect(lines.filter((line) => line.startsWith('UID:'))).toEqual(['UID:6500-1@pbx1', 'UID:6500-1@pbx1']);
  });

  it('that was cancelled says so, with the times that the calendar held', () => {
    const recorded = carriedOut(plannedFor(series('FREQ=WEEKLY;COUNT=4')));
    const lines = unfolded(file(record(null, [], recorded)));
    expect(lines).toEqual(expect.arrayContaining(['STATUS:CANCELLED', 'SEQUENCE:7', 'UID:6500-1@pbx1']));
    expect(file(record(null))).toBe('');
  });

  it('keeps its sequence within the 32 bits that iCalendar has, and its stamp in UTC', () => {
    const lines = unfolded(file(record({ ...meeting, sequence: 2 ** 40 })));
    expect(lines).toContain('SEQUENCE:2147483647');
    expect(lines).toContain('DTSTAMP:20240401T000000Z');
  });

  it('cannot be broken out of by what a PBX sends', () => {
    const [event] = events(
      file(record({ ...meeting, subject: 'A;B,C\\D\r\nEND:VEVENT', agenda: 'x\nBEGIN:VALARM <b>&' })),
    );
    expect(event?.summary).toBe('A;B,C\\D END:VEVENT');
    expect(String(event?.description)).toContain('BEGIN:VALARM <b>&');
    expect(events(file(record({ ...meeting, subject: 'A\r\nEND:VEVENT' })))).toHaveLength(1);
  });

  it('is nothing where no zone or rule can be read', () => {
    expect(file(record({ ...meeting, timeZone: 'GMT+1' }))).toBe('');
    expect(file(record(series('FREQ=HOURLY')))).toBe('');
    expect(file({ ...record(meeting), main: null })).toBe('');
  });
});

describe('several meetings in one file', () => {
  it('have a VTIMEZONE for every zone, once, and each its own times', () => {
    const other = { ...series('FREQ=WEEKLY;COUNT=60'), uid: '6500-2', timeZone: 'America/New_York' };
    const third = { ...series('FREQ=WEEKLY;COUNT=3'), uid: '6500-3' };
    const text = file(
      record(meeting),
      record(other),
      record(third),
      record({ ...meeting, uid: 'x', timeZone: 'GMT+1' }),
    );
    expect(
      unfolded(text)
        .filter((line) => line.startsWith('TZID'))
        .sort(),
    ).toEqual(['TZID:America/New_York', 'TZID:Europe/Berlin']);
    expect(events(text)).toHaveLength(3);
    const all = inOrder([meeting, other, third].flatMap((asked) => expected(asked)));
    expect(byIcalJs(text)).toEqual(all);
    expect(byNodeIcal(text)).toEqual(all);
  });
});

describe('a VTIMEZONE', () => {
  it.each([
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'America/Nuuk',
    'Pacific/Chatham',
    'Asia/Kolkata',
    'Etc/GMT-1',
    'Etc/UTC',
    'EST5EDT',
  ])('has the hours of its zone through the years: %s', (name) => {
    const component = new ICAL.Component(ICAL.parse(vtimezone(name, 2024)));
    const zone = new ICAL.Timezone(component);
    for (let day = Date.UTC(2024, 0, 1); day < Date.UTC(2031, 0, 1); day += 3 * 86_400_000) {
      const local = new Date(day + 12 * 3_600_000).toISOString().slice(0, 19);
      const time = ICAL.Time.fromDateTimeString(local);
      time.zone = zone;
      const read = time.toUnixTime() * 1_000;
      expect([local, read]).toEqual([local, toInstant(local, name)]);
    }
  });
});

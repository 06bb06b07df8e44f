import { describe, expect, it } from 'vitest';
import { DEVICE, type EngineBench, openEngineBench } from '../fakes/engine-bench.ts';
import { OWNER } from '../fakes/google/in-process.ts';
import { splitSeries } from '../fakes/google/people.ts';
import type { StoredCalendar, StoredEvent } from '../fakes/google/types.ts';
import { cancellation, meetingEvent } from '../fakes/meeting-event.ts';

/** What goes wrong with time and recurrence in systems like this one, each kept from happening by a test of its own. */

const UID = 'm-1';
const BEFORE = Date.parse('2027-12-31T00:00:00Z');
/** 10:00 to 11:00, so that no clock changes meanwhile. */
const DAY = { start: '2026-07-06T10:00:00', end: '2026-07-06T11:00:00' };

let sequence = 0;
const bench = () => openEngineBench({ now: '2026-01-01T00:00:00Z' });

async function say(on: EngineBench, data: Record<string, unknown>): Promise<void> {
  sequence += 1;
  await on.publish('scheduled', meetingEvent({ data: { uid: UID, sequence, invitees: [], host: null, ...data } }));
  await on.drain();
}

async function cancel(on: EngineBench, occurrence: string | null = null): Promise<void> {
  sequence += 1;
  await on.publish('cancelled', cancellation(UID, sequence, occurrence));
  await on.drain();
}

const starts = (on: EngineBench) => on.calendar.seen(UID, BEFORE).map((item) => item.start);
const times = (on: EngineBench) => on.calendar.seen(UID, BEFORE).map((item) => `${item.start}/${item.end.slice(11)}`);
const calendar = (on: EngineBench) => on.calendar.world.calendars.get(OWNER) as StoredCalendar;
const series = (on: EngineBench) =>
  [...calendar(on).events.values()].find((event) => event.recurringEventId === undefined) as StoredEvent;
const state = async (on: EngineBench) => {
  const found = await on.ledger.meeting({ device: DEVICE, uid: UID });
  return { state: found?.state, code: found?.error?.code ?? null, warnings: found?.warnings ?? [] };
};
const rule = (rrule: string, excluded: string[] = []) => ({ recurrence: { rrule, excluded } });

describe('the sign of Etc/GMT', () => {
  it.each(Array.from({ length: 27 }, (_, index) => index - 12))(
    'is the one of POSIX: 10:00 at UTC%i is shown at that instant in calendars of any zone',
    async (hours) => {
      await using on = await bench();
      const zone = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
      const label = `(UTC${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00) ${zone}`;
      await say(on, { ...DAY, timeZone: label });
      const instant = new Date(Date.parse(`${DAY.start}Z`) - hours * 3_600_000).toISOString().slice(0, 19);
      expect(starts(on)).toEqual([`${instant}Z`]);
      expect((await state(on)).warnings).toEqual([]);
    },
  );

  it('that contradicts its label is reported, and the zone counts', async () => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone: '(UTC-01:00) Etc/GMT-1' });
    expect(starts(on)).toEqual(['2026-07-06T09:00:00Z']);
    expect((await state(on)).warnings.map((warning) => warning.code)).toEqual(['zone-label-mismatch']);
  });
});

describe('zone names that Google does not take', () => {
  it.each([
    ['UTC+01:00', '2026-07-06T09:00:00Z'],
    ['+0100', '2026-07-06T09:00:00Z'],
    ['GMT+01:00', '2026-07-06T09:00:00Z'],
    ['W. Europe Standard Time', '2026-07-06T08:00:00Z'],
    ['europe/berlin', '2026-07-06T08:00:00Z'],
  ])('are written as what they mean: %s', async (timeZone, instant) => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone });
    expect(await state(on)).toMatchObject({ state: 'synced' });
    expect(starts(on)).toEqual([instant]);
  });

  it.each(['GMT+1', 'IST', 'Somewhere/Else', ''])('and that nobody can be sure of are held: "%s"', async (timeZone) => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone });
    expect(await state(on)).toMatchObject({ state: 'held', code: 'zone-unknown' });
    expect((await state(on)).warnings[0]).toMatchObject({ path: '/data/timeZone' });
    expect(starts(on)).toEqual([]);
  });
});

/** Google's own reading of such a time is not known: both are tried. */
describe.each(['later', 'earlier'] as const)(
  'a clock that changes, with a calendar that reads odd times as the %s',
  (clock) => {
    const odd = async () => {
      const on = await bench();
      on.calendar.world.switches.ambiguousClock = clock;
      return on;
    };

    it.each([
      ['Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T00:30:00Z'],
      ['Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:30:00Z'],
      ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00Z'],
      ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00Z'],
      ['Africa/Casablanca', '2026-02-15T02:30:00', '2026-02-15T01:30:00Z'],
    ])('has a meeting by one rule: %s %s', async (timeZone, start, instant) => {
      await using on = await odd();
      const end = `${start.slice(0, 14)}50:00`;
      await say(on, { start, end, timeZone });
      expect(starts(on)).toEqual([instant]);
    });

    it.each([
      ['Europe/Berlin', '2026-10-18T02:30:00', ['2026-10-18T00:30', '2026-10-25T00:30', '2026-11-01T01:30']],
      ['Europe/Berlin', '2026-03-22T02:30:00', ['2026-03-22T01:30', '2026-03-29T01:30', '2026-04-05T00:30']],
      ['America/New_York', '2026-10-25T01:30:00', ['2026-10-25T05:30', '2026-11-01T05:30', '2026-11-08T06:30']],
      ['Australia/Lord_Howe', '2026-09-27T02:15:00', ['2026-09-26T15:45', '2026-10-03T15:45', '2026-10-10T15:15']],
      ['Africa/Casablanca', '2026-02-08T02:30:00', ['2026-02-08T01:30', '2026-02-15T01:30', '2026-02-22T02:30']],
      ['Etc/GMT-1', '2026-10-18T02:30:00', ['2026-10-18T01:30', '2026-10-25T01:30', '2026-11-01T01:30']],
    ])('has the occurrences of a series by the same rule: %s %s', async (timeZone, start, expected) => {
      await using on = await odd();
      await say(on, { start, end: `${start.slice(0, 14)}50:00`, timeZone, ...rule('FREQ=WEEKLY;COUNT=3') });
      expect(starts(on)).toEqual(expected.map((time) => `${time}:00Z`));
    });

    it('has a series that begins on such a night, and one of its occurrences changed on such a night', async () => {
      await using on = await odd();
      const berlin = { timeZone: 'Europe/Berlin', start: '2026-03-29T02:30:00', end: '2026-03-29T02:45:00' };
      await say(on, { ...berlin, ...rule('FREQ=DAILY;COUNT=3') });
      expect(starts(on)).toEqual(['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z', '2026-03-31T00:30:00Z']);
      await say(on, { ...berlin, occurrence: berlin.start, start: '2026-03-29T12:00:00', end: '2026-03-29T12:15:00' });
      expect(starts(on)[0]).toBe('2026-03-29T10:00:00Z');
    });
  },
);

describe('a series over both changes of the clocks', () => {
  it.each([
    ['Europe/Berlin', 'INTERVAL=6;COUNT=3', ['09:00', '08:00', '09:00']],
    ['America/New_York', 'INTERVAL=6;COUNT=3', ['15:00', '14:00', '15:00']],
    ['Australia/Lord_Howe', 'INTERVAL=6;COUNT=3', ['23:00', '23:30', '23:00']],
    // Morocco sets its clocks back for Ramadan, which begins on 2026-02-18.
    ['Africa/Casablanca', 'COUNT=4', ['09:00', '09:00', '10:00', '09:00']],
    ['Etc/GMT-1', 'INTERVAL=6;COUNT=3', ['09:00', '09:00', '09:00']],
  ])('keeps its wall clock in %s, and a fixed offset keeps its offset', async (timeZone, rest, hours) => {
    await using on = await bench();
    const start = '2026-01-12T10:00:00';
    await say(on, { start, end: '2026-01-12T11:00:00', timeZone, ...rule(`FREQ=MONTHLY;${rest}`) });
    expect(starts(on).map((time) => time.slice(11, 16))).toEqual(hours);
  });
});

describe('old names of zones', () => {
  it.each([
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['US/Eastern', 'America/New_York'],
  ])('%s and %s are the same hour, and both are taken', async (old, recent) => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone: old });
    const before = starts(on);
    await say(on, { ...DAY, timeZone: recent });
    expect([before, starts(on), (await state(on)).state]).toEqual([before, before, 'synced']);
    expect(before).toHaveLength(1);
  });
});

describe('a time read back', () => {
  it('in the zone of the calendar is no change, nor is a calendar that moved to another zone', async () => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', ...rule('FREQ=WEEKLY;COUNT=3') });
    const writes = on.calendar.writes();
    for (const timeZone of ['America/New_York', 'Asia/Kolkata']) {
      calendar(on).timeZone = timeZone;
      await on.ledger.wake({ all: true });
      await on.drain();
    }
    expect(on.calendar.writes()).toBe(writes);
    expect(on.calendar.world.mails).toEqual([]);
  });
});

describe('a repeat rule', () => {
  it.each([
    ['Pacific/Kiritimati', '2026-07-05T20:00:00Z'],
    ['Pacific/Apia', '2026-07-05T21:00:00Z'],
    ['Pacific/Pago_Pago', '2026-07-06T21:00:00Z'],
    ['Asia/Tokyo', '2026-07-06T01:00:00Z'],
  ])('keeps its last occurrence in %s, and UNTIL goes out in UTC', async (timeZone, first) => {
    await using on = await bench();
    for (const until of ['20260708', '20260708T100000']) {
      await say(on, { ...DAY, timeZone, ...rule(`FREQ=DAILY;UNTIL=${until}`) });
      expect(starts(on)).toHaveLength(3);
      expect(starts(on)[0]).toBe(first);
      expect(series(on).recurrence?.[0]).toMatch(/UNTIL=\d{8}T\d{6}Z$/);
    }
  });

  it.each([
    ['FREQ=WEEKLY;BYDAY=WE;COUNT=2', ['07-08', '07-15']],
    ['FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,MO;COUNT=4', ['07-06', '07-07', '07-27', '07-28']],
    ['FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3', ['07-31', '08-31', '10-31']],
    ['FREQ=MONTHLY;BYDAY=-1MO;COUNT=3', ['07-27', '08-31', '09-28']],
    ['FREQ=DAILY;BYDAY=SA,SU;COUNT=3', ['07-11', '07-12', '07-18']],
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2', ['11-26', '11-25']],
  ])('has the days it says, and no start beside them: %s', async (rrule, days) => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', ...rule(rrule) });
    expect(starts(on).map((time) => time.slice(5, 10))).toEqual(days);
  });

  it('excludes starts in its own zone, and keeps a meeting over midnight whole', async () => {
    await using on = await bench();
    const night = { start: '2026-07-06T23:30:00', end: '2026-07-07T00:30:00', timeZone: 'Europe/Berlin' };
    await say(on, { ...night, ...rule('FREQ=DAILY;COUNT=3', ['2026-07-07T23:30:00']) });
    expect(times(on)).toEqual(['2026-07-06T21:30:00Z/22:30:00Z', '2026-07-08T21:30:00Z/22:30:00Z']);
  });

  it('that would explode is refused in words, and nothing is written', async () => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', ...rule('FREQ=SECONDLY') });
    expect(await state(on)).toMatchObject({ state: 'failed', code: 'recurrence-refused' });
    expect((await state(on)).warnings[0]?.message).toContain('FREQ=SECONDLY');
    expect(on.calendar.writes()).toBe(0);
  });
});

/** What Google makes of changed occurrences when their series moves is not documented: both are tried. */
describe.each(['drops-exceptions', 'keeps-exceptions'] as const)(
  'a changed occurrence, with a calendar that %s',
  (kept) => {
    const weekly = { ...DAY, timeZone: 'Europe/Berlin', ...rule('FREQ=WEEKLY;COUNT=3') };
    const moved = { occurrence: '2026-07-13T10:00:00', start: '2026-07-14T15:00:00', end: '2026-07-14T16:00:00' };
    const open = async () => {
      const on = await bench();
      on.calendar.world.switches.movedSeries = kept;
      await say(on, weekly);
      return on;
    };

    it('stands at its new hour, and a cancelled one is gone', async () => {
      await using on = await open();
      await say(on, { ...weekly, recurrence: null, ...moved });
      await cancel(on, '2026-07-20T10:00:00');
      expect(starts(on)).toEqual(['2026-07-06T08:00:00Z', '2026-07-14T13:00:00Z']);
    });

    it('is found under its new original start after the series was moved', async () => {
      await using on = await open();
      await say(on, { ...weekly, start: '2026-07-06T12:00:00', end: '2026-07-06T13:00:00' });
      await say(on, { ...weekly, recurrence: null, ...moved, occurrence: '2026-07-13T12:00:00' });
      await cancel(on, '2026-07-20T12:00:00');
      expect(starts(on)).toEqual(['2026-07-06T10:00:00Z', '2026-07-14T13:00:00Z']);
    });

    it('does not stay behind when the series moves away from it', async () => {
      await using on = await open();
      await say(on, { ...weekly, recurrence: null, ...moved });
      await say(on, { ...weekly, start: '2026-07-06T12:00:00', end: '2026-07-06T13:00:00' });
      expect(starts(on)).toEqual(['2026-07-06T10:00:00Z', '2026-07-13T10:00:00Z', '2026-07-20T10:00:00Z']);
      expect((await state(on)).warnings.map((warning) => warning.code)).toContain('occurrence-not-in-series');
    });

    it('does not stay behind when its own write lost its answer and the series moved meanwhile', async () => {
      await using on = await open();
      on.fates.push('lost');
      sequence += 1;
      const data = { uid: UID, sequence, invitees: [], host: null, ...weekly, recurrence: null, ...moved };
      await on.publish('updated', meetingEvent({ type: 'pbx.meeting.updated.v1', data }));
      await on.turn();
      await say(on, { ...weekly, start: '2026-07-06T12:00:00', end: '2026-07-06T13:00:00' });
      expect(starts(on)).toEqual(['2026-07-06T10:00:00Z', '2026-07-13T10:00:00Z', '2026-07-20T10:00:00Z']);
    });

    it('survives a change of the rule that keeps it', async () => {
      await using on = await open();
      await say(on, { ...weekly, recurrence: null, ...moved });
      await cancel(on, '2026-07-20T10:00:00');
      await say(on, {
        ...weekly,
        start: '2026-06-29T10:00:00',
        end: '2026-06-29T11:00:00',
        ...rule('FREQ=WEEKLY;COUNT=5'),
      });
      expect(starts(on)).toEqual([
        '2026-06-29T08:00:00Z',
        '2026-07-06T08:00:00Z',
        '2026-07-14T13:00:00Z',
        '2026-07-27T08:00:00Z',
      ]);
    });

    it('goes with the series to a single meeting, and comes back with it', async () => {
      await using on = await open();
      await say(on, { ...weekly, recurrence: null, ...moved });
      await say(on, { ...weekly, recurrence: null });
      expect(starts(on)).toEqual(['2026-07-06T08:00:00Z']);
      await say(on, weekly);
      expect(starts(on)).toEqual(['2026-07-06T08:00:00Z', '2026-07-14T13:00:00Z', '2026-07-20T08:00:00Z']);
    });

    it('that the calendar has cancelled already is no failure', async () => {
      await using on = await open();
      const id = `${series(on).id}_20260713T080000Z`;
      await on.calendar.provider.remove({ calendarId: OWNER, eventId: id }, 'none');
      await cancel(on, '2026-07-13T10:00:00');
      expect(await state(on)).toMatchObject({ state: 'synced', code: null });
      expect(starts(on)).toHaveLength(2);
    });

    it('may arrive before its series', async () => {
      await using on = await bench();
      on.calendar.world.switches.movedSeries = kept;
      await say(on, { ...weekly, recurrence: null, ...moved });
      expect(await state(on)).toMatchObject({ state: 'held', code: 'series-unknown' });
      // The older series comes late.
      const data = { uid: UID, sequence: sequence - 1, invitees: [], host: null, ...weekly };
      await on.publish('scheduled', meetingEvent({ data }));
      await on.drain();
      expect(starts(on)).toEqual(['2026-07-06T08:00:00Z', '2026-07-14T13:00:00Z', '2026-07-20T08:00:00Z']);
    });

    it('is void after the series was cancelled and scheduled anew, even when the cancellation comes last', async () => {
      await using on = await open();
      await say(on, { ...weekly, recurrence: null, ...moved });
      await cancel(on, '2026-07-20T10:00:00');
      sequence += 2;
      await say(on, weekly);
      await on.publish('cancelled', cancellation(UID, sequence - 1));
      await on.drain();
      expect(starts(on)).toEqual(['2026-07-06T08:00:00Z', '2026-07-13T08:00:00Z', '2026-07-20T08:00:00Z']);
    });
  },
);

describe('what people do to a series in the calendar', () => {
  it('"this and following" leaves two entries; the agent writes the one of its own id alone', async () => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', ...rule('FREQ=WEEKLY') });
    const split = splitSeries(on.calendar.world, OWNER, series(on).id, {
      from: '2026-07-20T10:00:00+02:00',
      edit: { summary: 'Ours now' },
    });
    const before = structuredClone(calendar(on).events.get(split.id));
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', subject: 'Renamed', ...rule('FREQ=WEEKLY') });
    expect(await state(on)).toMatchObject({ state: 'synced' });
    expect(calendar(on).events.get(split.id)).toEqual(before);
  });

  it.each([
    [['RRULE:FREQ=WEEKLY;UNTIL=20260915']],
    [['RRULE:DATE;TZID=Europe/Helsinki:20260101T000000']],
    [['EXDATE;VALUE=DATE:20260713', 'RRULE:FREQ=WEEKLY;COUNT=9']],
    [['X-NONSENSE:1']],
  ])('odd recurrence lines %j are read past, and the next change of the PBX is written', async (lines) => {
    await using on = await bench();
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', ...rule('FREQ=WEEKLY;COUNT=3') });
    const stored = series(on);
    calendar(on).events.set(stored.id, { ...stored, recurrence: lines, etag: '"1"' });
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', subject: 'Renamed', ...rule('FREQ=WEEKLY;COUNT=3') });
    expect(await state(on)).toMatchObject({ state: 'synced' });
    expect(series(on)).toMatchObject({ summary: 'Renamed', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] });
  });
});

describe('a series that is over', () => {
  it('keeps its entry when the PBX cancels it, and nobody is mailed', async () => {
    await using on = await openEngineBench({ now: '2027-01-01T00:00:00Z' });
    const guests = { invitees: [{ extension: null, name: 'Guest', email: 'guest@example.com' }] };
    await say(on, { ...DAY, timeZone: 'Europe/Berlin', ...guests, ...rule('FREQ=WEEKLY;COUNT=3') });
    await cancel(on);
    expect(starts(on)).toHaveLength(3);
    expect((await state(on)).state).toBe('cancelled');
    expect(on.calendar.world.mails).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  calendarSeriesEnd,
  instanceSuffix,
  lastEnd,
  occurrences,
  occurrenceTest,
  recurrenceFault,
  recurrenceKey,
  toCalendarSeries,
} from '../../src/domain/recurrence.ts';
import { readRule } from '../../src/domain/rrule.ts';
import { toInstant } from '../../src/domain/zone.ts';

const BERLIN = 'Europe/Berlin';
const START = '2024-04-29T10:00:00';
const END = '2024-04-29T11:00:00';
const series = (rrule: string, excluded: string[] = []) => ({ rrule, excluded });
const days = (rrule: string, start = START, limit = 6, zone = BERLIN) =>
  occurrences(series(rrule), start, { zone, limit }).map((time) => time.slice(0, 10));
const written = (rrule: string, change: { start?: string; end?: string; excluded?: string[]; zone?: string } = {}) =>
  toCalendarSeries(
    { start: change.start ?? START, end: change.end ?? END, recurrence: series(rrule, change.excluded) },
    change.zone ?? BERLIN,
  );

describe('a repeat rule', () => {
  it.each([
    ['FREQ=SECONDLY', 'repeats DAILY at the most'],
    ['FREQ=MINUTELY;INTERVAL=5', 'repeats DAILY at the most'],
    ['FREQ=HOURLY', 'repeats DAILY at the most'],
    ['FREQ=HOURLY;COUNT=3', 'repeats DAILY at the most'],
    ['FREQ=DAILY;BYHOUR=9,10,11', 'BYHOUR'],
    ['FREQ=DAILY;BYMINUTE=0,1,2,3', 'BYMINUTE'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL=0'],
    ['FREQ=DAILY;INTERVAL=100000', 'INTERVAL'],
    ['FREQ=DAILY;COUNT=0', 'COUNT=0'],
    ['FREQ=DAILY;COUNT=99999', 'COUNT'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20240501', 'exclude each other'],
    ['FREQ=DAILY;UNTIL=20240231', 'UNTIL=20240231'],
    ['FREQ=DAILY;UNTIL=soon', 'UNTIL=SOON'],
    ['FREQ=DAILY;DTSTART=1', 'DTSTART=1'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'given twice'],
    ['FREQ=FORTNIGHTLY', 'no frequency'],
    ['BYDAY=MO', 'no FREQ'],
    ['FREQ=MONTHLY;BYDAY=6MO', 'beyond 5'],
    ['FREQ=YEARLY;BYDAY=53MO', 'beyond 52'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'counts within a month'],
    ['FREQ=WEEKLY;BYDAY=MONDAY', 'no weekday'],
    ['FREQ=WEEKLY;BYMONTHDAY=3', 'does not go with'],
    ['FREQ=MONTHLY;BYMONTHDAY=32', 'from 1 to 31'],
    ['FREQ=YEARLY;BYMONTH=13', 'from 1 to 12'],
    ['FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO', 'from 2 to 51'],
    ['FREQ=YEARLY;BYWEEKNO=-2;BYDAY=MO', 'from 2 to 51'],
    ['FREQ=MONTHLY;BYSETPOS=1', 'needs another BY part'],
    [`FREQ=YEARLY;BYYEARDAY=${Array.from({ length: 300 }, (_, day) => day + 1).join(',')}`, 'longer than 512'],
    ['', 'no part of an RRULE'],
  ])('is refused as %s, saying why', (rule, why) => {
    const read = readRule(rule);
    expect(read.ok ? 'taken' : read.message).toContain(why);
  });

  it.each([
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31'],
    ['FREQ=DAILY;INTERVAL=7;BYDAY=SA'],
    ['FREQ=DAILY;UNTIL=20240428'],
  ])('that never comes round is found out at once: %s', (rule) => {
    const begun = performance.now();
    expect(recurrenceFault(series(rule), START, BERLIN)).toContain('produces no occurrence');
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it.each([
    ['FREQ=DAILY', ['2024-04-29', '2024-04-30', '2024-05-01']],
    ['FREQ=DAILY;BYDAY=SA,SU', ['2024-05-04', '2024-05-05', '2024-05-11']],
    ['FREQ=WEEKLY;BYDAY=MO,WE', ['2024-04-29', '2024-05-01', '2024-05-06']],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', ['2024-04-30', '2024-05-14', '2024-05-28']],
    ['FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU', ['2024-05-12', '2024-05-26', '2024-06-09']],
    ['FREQ=MONTHLY;BYMONTHDAY=31', ['2024-05-31', '2024-07-31', '2024-08-31']],
    ['FREQ=MONTHLY', ['2024-04-29', '2024-05-29', '2024-06-29']],
    ['FREQ=MONTHLY;BYDAY=2TU', ['2024-05-14', '2024-06-11', '2024-07-09']],
    ['FREQ=MONTHLY;BYDAY=-1FR', ['2024-05-31', '2024-06-28', '2024-07-26']],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', ['2024-04-30', '2024-05-31', '2024-06-28']],
    ['FREQ=YEARLY', ['2024-04-29', '2025-04-29', '2026-04-29']],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', ['2028-02-29', '2032-02-29', '2036-02-29']],
    ['FREQ=YEARLY;BYWEEKNO=20', ['2024-05-13', '2025-05-12', '2026-05-11']],
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', ['2024-11-28', '2025-11-27', '2026-11-26']],
  ])('gives its days: %s', (rule, expected) => expect(days(rule).slice(0, 3)).toEqual(expected));

  it('keeps the 29th to the 31st to the months that have them', () => {
    expect(days('FREQ=MONTHLY', '2024-01-31T10:00:00', 4)).toEqual([
      '2024-01-31',
      '2024-03-31',
      '2024-05-31',
      '2024-07-31',
    ]);
  });
});

describe('a series as a calendar gets it', () => {
  it('has UNTIL in UTC and the excluded starts in its zone', () => {
    expect(written('RRULE:FREQ=WEEKLY;UNTIL=20240520T100000', { excluded: ['2024-05-06T10:00:00'] }).lines).toEqual([
      'RRULE:FREQ=WEEKLY;UNTIL=20240520T080000Z',
      'EXDATE;TZID=Europe/Berlin:20240506T100000',
    ]);
    expect(written('FREQ=WEEKLY;UNTIL=20240520T080000Z').lines).toEqual(['RRULE:FREQ=WEEKLY;UNTIL=20240520T080000Z']);
  });

  it.each([
    ['Pacific/Kiritimati', '20240430T200000Z'],
    ['Pacific/Apia', '20240430T210000Z'],
    ['Pacific/Pago_Pago', '20240501T210000Z'],
    ['Etc/GMT+12', '20240501T220000Z'],
    ['Europe/Berlin', '20240501T080000Z'],
  ])('keeps its last occurrence in %s, whichever way UNTIL is spelled', (zone, until) => {
    for (const spelled of ['20240501', '20240501T100000', until]) {
      const { lines } = written(`FREQ=DAILY;UNTIL=${spelled}`, { zone });
      expect(lines).toEqual([`RRULE:FREQ=DAILY;UNTIL=${until}`]);
      expect(occurrences(series(`FREQ=DAILY;UNTIL=${spelled}`), START, { zone, limit: 9 })).toEqual([
        START,
        '2024-04-30T10:00:00',
        '2024-05-01T10:00:00',
      ]);
    }
  });

  it('begins at its first real occurrence, with the weeks still counted from the start that was asked for', () => {
    expect(written('FREQ=WEEKLY;BYDAY=WE')).toMatchObject({ start: '2024-05-01T10:00:00', end: '2024-05-01T11:00:00' });
    const fortnightly = written('FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', { start: '2024-05-02T10:00:00' });
    expect(fortnightly.start).toBe('2024-05-14T10:00:00');
  });

  it('counts an excluded first occurrence, as COUNT does', () => {
    const { start, lines } = written('FREQ=DAILY;COUNT=3', { excluded: [START] });
    expect(start).toBe(START);
    expect(lines).toEqual(['RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;TZID=Europe/Berlin:20240429T100000']);
  });

  it('keeps its wall clock over a change of the clocks, and a fixed offset does not', () => {
    const at = (zone: string) =>
      occurrences(series('FREQ=WEEKLY;COUNT=2'), '2026-10-20T10:00:00', { zone, limit: 5 }).map((time) =>
        new Date(toInstant(time, zone)).toISOString().slice(11, 16),
      );
    expect([at(BERLIN), at('Etc/GMT-2')]).toEqual([
      ['08:00', '09:00'],
      ['08:00', '08:00'],
    ]);
  });

  it('spells out in UTC the nights on which the clock skips its start or shows it twice', () => {
    const { start, lines } = written('FREQ=WEEKLY;UNTIL=20261101', {
      start: '2026-03-22T02:30:00',
      end: '2026-03-22T02:45:00',
    });
    expect(start).toBe('2026-03-22T02:30:00');
    expect(lines).toEqual([
      'RRULE:FREQ=WEEKLY;UNTIL=20261101T013000Z',
      // 02:30 at the offset before each change; the other reading of each is taken out.
      'EXDATE:20260329T003000Z,20261025T013000Z',
      'RDATE:20260329T013000Z,20261025T003000Z',
    ]);
  });

  it('does not begin on a night that would shift or stretch every later meeting', () => {
    const skipped = written('FREQ=DAILY;COUNT=5', { start: '2026-03-29T02:30:00', end: '2026-03-29T02:45:00' });
    expect(skipped.start).toBe('2026-03-30T02:30:00');
    expect(skipped.lines).toEqual(['RRULE:FREQ=DAILY;COUNT=4', 'EXDATE:20260329T003000Z', 'RDATE:20260329T013000Z']);
    const overChange = written('FREQ=WEEKLY;COUNT=3', { start: '2026-10-25T01:00:00', end: '2026-10-25T04:00:00' });
    expect(overChange.start).toBe('2026-11-01T01:00:00');
    expect(overChange.lines).toEqual(['RRULE:FREQ=WEEKLY;COUNT=2', 'RDATE:20261024T230000Z']);
    const alone = written('FREQ=DAILY;COUNT=1', { start: '2026-03-29T02:30:00', end: '2026-03-29T02:45:00' });
    expect(alone).toMatchObject({ start: '2026-03-29T03:30:00', lines: ['RRULE:FREQ=DAILY;COUNT=1'] });
  });

  it('excludes both readings of an excluded start that the clock shows twice', () => {
    const { lines } = written('FREQ=DAILY;COUNT=3', {
      start: '2026-10-24T02:30:00',
      end: '2026-10-24T02:45:00',
      excluded: ['2026-10-25T02:30:00'],
    });
    expect(lines).toEqual(['RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20261025T003000Z,20261025T013000Z']);
  });

  it('names an occurrence by its original start in UTC', () => {
    expect(instanceSuffix('2024-05-06T10:00:00', BERLIN)).toBe('20240506T080000Z');
  });
});

describe('the occurrences of a series', () => {
  it('are those of the rule; an excluded one is still one of them', () => {
    const weekly = series('FREQ=WEEKLY;COUNT=3', ['2024-05-06T10:00:00']);
    const has = occurrenceTest(weekly, START, BERLIN);
    expect([has('2024-05-06T10:00:00'), has('2024-05-07T10:00:00'), has('2024-05-06T10:30:00')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([has('2024-04-22T10:00:00'), has('2024-05-20T10:00:00')]).toEqual([false, false]);
    expect(occurrences(weekly, START, { zone: BERLIN, limit: 9 })).toEqual([START, '2024-05-13T10:00:00']);
  });

  it('are found far from the start without walking there', () => {
    const found = occurrences(series('FREQ=DAILY'), '1990-01-01T10:00:00', {
      zone: BERLIN,
      limit: 2,
      after: Date.parse('2090-06-01T00:00:00Z'),
    });
    expect(found).toEqual(['2090-06-01T10:00:00', '2090-06-02T10:00:00']);
  });

  it('end with the last one that is not excluded', () => {
    const end = (rrule: string, excluded: string[] = []) =>
      lastEnd({ start: START, end: END, recurrence: series(rrule, excluded) }, 'Etc/UTC');
    expect(end('FREQ=WEEKLY;COUNT=3')).toBe(Date.parse('2024-05-13T11:00:00Z'));
    expect(end('FREQ=WEEKLY;COUNT=3', ['2024-05-13T10:00:00'])).toBe(Date.parse('2024-05-06T11:00:00Z'));
    expect(end('FREQ=DAILY;UNTIL=20240501')).toBe(Date.parse('2024-05-01T11:00:00Z'));
    expect(end('FREQ=DAILY')).toBeNull();
  });

  it('end where the calendar was told, read back from its own lines', () => {
    const entry = (rrule: string, change: Parameters<typeof written>[1] = {}) => {
      const { start, end, lines } = written(rrule, change);
      return { start: { local: start, zone: change.zone ?? BERLIN }, end: { local: end }, recurrence: lines };
    };
    expect(calendarSeriesEnd(entry('FREQ=WEEKLY;COUNT=3'))).toBe(Date.parse('2024-05-13T09:00:00Z'));
    expect(calendarSeriesEnd(entry('FREQ=WEEKLY;COUNT=3', { excluded: ['2024-05-13T10:00:00'] }))).toBe(
      Date.parse('2024-05-06T09:00:00Z'),
    );
    expect(calendarSeriesEnd(entry('FREQ=WEEKLY'))).toBeNull();
  });
});

describe('recurrence lines read back from a calendar', () => {
  const key = (...lines: string[]) => recurrenceKey(lines, BERLIN);

  it('are compared by what they mean', () => {
    expect(key('RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20240520T080000Z')).toBe(
      key('RRULE:UNTIL=20240520T080000Z;FREQ=WEEKLY;INTERVAL=1;BYDAY=WE,MO;WKST=MO'),
    );
    expect(key('EXDATE;TZID=Europe/Berlin:20240506T100000,20240513T100000')).toBe(
      key('EXDATE:20240513T080000Z', 'EXDATE;TZID=Etc/UTC:20240506T080000'),
    );
    expect(key('RRULE:FREQ=WEEKLY')).not.toBe(key('RRULE:FREQ=WEEKLY;COUNT=3'));
    expect(key('RRULE:FREQ=WEEKLY;UNTIL=20240520T080000Z')).not.toBe(key('RRULE:FREQ=WEEKLY;UNTIL=20240520'));
  });

  it.each([
    'RRULE:FREQ=WEEKLY;UNTIL=20200915',
    'RRULE:DATE;TZID=Europe/Helsinki:20200101T000000',
    'EXDATE;TZID=Nowhere/Land:20200101T000000',
    'EXDATE;VALUE=DATE:20200101',
    'RRULE:',
    'nonsense',
  ])('in odd forms do not stop anything: %s', (line) => {
    expect(key(line)).toBe(key(line));
    expect(
      calendarSeriesEnd({ start: { local: START, zone: BERLIN }, end: { local: END }, recurrence: [line] }),
    ).toSatisfy((end) => end === null || Number.isFinite(end));
  });
});

import { describe, expect, it } from 'vitest';
import {
  firstStart,
  instanceSuffix,
  isOccurrence,
  lastEnd,
  occurrences,
  readRule,
  toGoogleLines,
} from '../../src/domain/recurrence.ts';
import { offsetAt, resolveZone, toInstant, toWallClock } from '../../src/domain/zone.ts';

const zoneOf = (text: string, device: string | null = null) => resolveZone(text, device, 2024)?.zone ?? null;
const utc = (local: string, zone: string) => new Date(toInstant(local, zone)).toISOString();

describe('a time zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['(UTC+01:00) Etc/GMT-1', 'Etc/GMT-1'],
    ['(UTC) Etc/UTC', 'Etc/UTC'],
    ['(UTC+05:30) Asia/Calcutta', 'Asia/Calcutta'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['Europe/Kiev', 'Europe/Kiev'],
    ['UTC', 'Etc/UTC'],
  ])('is taken from %s', (text, zone) => expect(zoneOf(text)).toBe(zone));

  it.each([
    'GMT+1',
    'UTC+01:00',
    '+0100',
    '+01:00',
    'W. Europe Standard Time',
    'Etc/GMT-15',
    'Etc/GMT+13',
    'Mars/Olympus',
    '(UTC+01:00)',
  ])('is never guessed from %s', (text) => expect(zoneOf(text)).toBeNull());

  it('is the one of the device where the meeting names none', () => {
    expect(zoneOf('', 'Europe/Paris')).toBe('Europe/Paris');
    expect(zoneOf('', null)).toBeNull();
  });

  it('wins over a label that contradicts it, with a warning', () => {
    expect(resolveZone('(UTC+03:00) Europe/London', null, 2024)).toMatchObject({
      zone: 'Europe/London',
      warning: { code: 'zone-label-mismatch' },
    });
    for (const label of ['(UTC+00:00) Europe/London', '(UTC+01:00) Europe/London'])
      expect(resolveZone(label, null, 2024)?.warning).toBeUndefined();
  });

  it.each(Array.from({ length: 27 }, (_, index) => index - 12))(
    'Etc/GMT has the sign of POSIX, turned round, for UTC%i',
    (hours) => {
      const zone = hours === 0 ? 'Etc/GMT' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
      expect(toInstant('2024-04-29T10:00:00', zone)).toBe(Date.parse('2024-04-29T10:00:00Z') - hours * 3_600_000);
      expect(toWallClock(toInstant('2024-04-29T10:00:00', zone), zone)).toBe('2024-04-29T10:00:00');
    },
  );

  it.each([
    // RFC 5545 section 3.3.5: a time shown twice is the first, a skipped one has the offset before the gap.
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-03-08T02:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['2026-07-01T10:00:00', 'Etc/GMT-1', '2026-07-01T09:00:00.000Z'],
  ])('reads %s in %s as %s', (local, zone, instant) => expect(utc(local, zone)).toBe(instant));

  it('spells the offset of the moment', () => {
    expect([
      offsetAt('2026-01-01T10:00:00', 'Europe/Berlin'),
      offsetAt('2026-07-01T10:00:00', 'Europe/Berlin'),
    ]).toEqual(['+01:00', '+02:00']);
    expect(offsetAt('2026-01-01T10:00:00', 'America/St_Johns')).toBe('-03:30');
  });
});

describe('a repeat rule', () => {
  const start = '2024-04-29T10:00:00';
  const series = (rrule: string, excluded: string[] = []) => ({ rrule, excluded });

  it.each([
    'FREQ=HOURLY',
    'FREQ=SECONDLY',
    'BYDAY=MO',
    'FREQ=DAILY;COUNT=2;UNTIL=20240501',
    'FREQ=DAILY;DTSTART=1',
    'FREQ=DAILY;BYHOUR=9',
    '',
  ])('is refused as %s', (rule) => expect(readRule(rule).ok).toBe(false));

  it('goes out with UNTIL in UTC and the excluded starts in its zone', () => {
    expect(
      toGoogleLines(series('RRULE:FREQ=WEEKLY;UNTIL=20240520T100000', ['2024-05-06T10:00:00']), start, 'Europe/Berlin'),
    ).toEqual(['RRULE:FREQ=WEEKLY;UNTIL=20240520T080000Z', 'EXDATE;TZID=Europe/Berlin:20240506T100000']);
  });

  it.each(['Pacific/Kiritimati', 'Etc/GMT+12', 'Europe/Berlin'])('keeps its last day in %s', (zone) => {
    expect(occurrences(series('FREQ=DAILY;UNTIL=20240501'), start, { zone, limit: 9 })).toEqual([
      start,
      '2024-04-30T10:00:00',
      '2024-05-01T10:00:00',
    ]);
  });

  it('keeps its wall clock over a change of the clocks', () => {
    const found = occurrences(series('FREQ=WEEKLY;COUNT=2'), '2026-10-20T10:00:00', {
      zone: 'Europe/Berlin',
      limit: 5,
    });
    expect(found.map((time) => utc(time, 'Europe/Berlin'))).toEqual([
      '2026-10-20T08:00:00.000Z',
      '2026-10-27T09:00:00.000Z',
    ]);
  });

  it('begins at its first real occurrence', () => {
    expect(firstStart(series('FREQ=WEEKLY;BYDAY=WE'), start, 'Europe/Berlin')).toBe('2024-05-01T10:00:00');
  });

  it('knows its occurrences and its end', () => {
    const weekly = series('FREQ=WEEKLY;COUNT=3', ['2024-05-06T10:00:00']);
    expect(isOccurrence(weekly, start, { zone: 'Europe/Berlin', candidate: '2024-05-06T10:00:00' })).toBe(true);
    expect(isOccurrence(weekly, start, { zone: 'Europe/Berlin', candidate: '2024-05-07T10:00:00' })).toBe(false);
    expect(lastEnd({ start, end: '2024-04-29T11:00:00', recurrence: weekly }, 'Etc/UTC')).toBe(
      Date.parse('2024-05-13T11:00:00Z'),
    );
    expect(lastEnd({ start, end: '2024-04-29T11:00:00', recurrence: series('FREQ=DAILY') }, 'Etc/UTC')).toBeNull();
  });

  it('names an occurrence by its original start in UTC', () => {
    expect(instanceSuffix('2024-05-06T10:00:00', 'Europe/Berlin')).toBe('20240506T080000Z');
  });
});

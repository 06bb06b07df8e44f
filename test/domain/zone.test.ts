import { describe, expect, it } from 'vitest';
import {
  clockState,
  oddStretches,
  offsetAt,
  readings,
  resolveZone,
  spanOf,
  toInstant,
  toWallClock,
  zoneRefusal,
} from '../../src/domain/zone.ts';

const zoneOf = (text: string, device: string | null = null) => resolveZone(text, device, 2024)?.zone ?? null;
const utc = (instant: number) => new Date(instant).toISOString();

describe('a time zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['(UTC+01:00) Etc/GMT-1', 'Etc/GMT-1'],
    ['(UTC) Etc/UTC', 'Etc/UTC'],
    ['(GMT+05:30)  Asia/Calcutta', 'Asia/Calcutta'],
    ['(UTC\u221205:00) America/Lima', 'America/Lima'],
    [' Europe/Kyiv ', 'Europe/Kyiv'],
    ['UTC', 'Etc/UTC'],
    ['Z', 'Etc/UTC'],
  ])('is taken from "%s"', (text, zone) => expect(zoneOf(text)).toBe(zone));

  it.each([
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['US/Eastern', 'America/New_York'],
    ['GB', 'Europe/London'],
  ])('keeps its old name %s as well as its new one, which are the same hours', (old, recent) => {
    expect([zoneOf(old), zoneOf(recent)]).toEqual([old, recent]);
    for (const local of ['2026-01-15T10:00:00', '2026-07-15T10:00:00'])
      expect(toInstant(local, old)).toBe(toInstant(local, recent));
  });

  it.each([
    ['europe/berlin', 'Europe/Berlin'],
    ['US/EASTERN', 'US/Eastern'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['etc/gmt-1', 'Etc/GMT-1'],
    ['est5edt', 'EST5EDT'],
    ['US/Pacific-New', 'America/Los_Angeles'],
    ['GB-Eire', 'Europe/London'],
    ['GMT+0', 'Etc/UTC'],
  ])('gets the spelling that calendars know, for %s', (text, zone) => expect(zoneOf(text)).toBe(zone));

  it.each([
    ['UTC+01:00', 'Etc/GMT-1'],
    ['UTC+1', 'Etc/GMT-1'],
    ['UTC-11', 'Etc/GMT+11'],
    ['GMT+01:00', 'Etc/GMT-1'],
    ['+0100', 'Etc/GMT-1'],
    ['-03:00', 'Etc/GMT+3'],
    ['+14:00', 'Etc/GMT-14'],
    ['(UTC+01:00)', 'Etc/GMT-1'],
    ['(UTC)', 'Etc/UTC'],
    ['+05:30', 'Asia/Kolkata'],
  ])('is a fixed one for the offset %s, ahead of UTC where it says +', (text, zone) => {
    expect(resolveZone(text, null, 2026)).toMatchObject({ zone, fixed: true });
    const minutes = (/([+-])(\d\d?):?(\d\d)?/.exec(text) ?? []).slice(1).map((part) => part ?? '0');
    const expected = Number(`${minutes[0] ?? '+'}1`) * (Number(minutes[1] ?? 0) * 60 + Number(minutes[2] ?? 0));
    for (const month of ['01', '07']) {
      const face = `2026-${month}-15T10:00:00`;
      expect(Date.parse(`${face}Z`) - toInstant(face, zone)).toBe(expected * 60_000);
    }
  });

  it.each([
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['(UTC-05:00) Eastern Standard Time', 'America/New_York'],
    ['china standard time', 'Asia/Shanghai'],
  ])('is taken from the Windows name in "%s"', (text, zone) => expect(zoneOf(text)).toBe(zone));

  it.each([
    ['GMT+1', 'Send Etc/GMT-1 or Etc/GMT+1'],
    ['GMT-5', 'Send Etc/GMT-5 or Etc/GMT+5'],
    ['IST', 'several countries'],
    ['PST', 'several countries'],
    ['+1', 'write it as +01:00'],
    ['UTC+10:30', 'send the place'],
    ['(UTC-03:30)', 'send the place'],
    ['+15:00', 'send the place'],
    ['Central Asia Standard Time', 'no longer agree'],
    ['Etc/GMT-15', 'no time zone that is known'],
    ['Etc/GMT+13', 'no time zone that is known'],
    ['Mars/Olympus', 'no time zone that is known'],
    ['SystemV/EST5', 'no time zone that is known'],
    ['(UTC+01:00) GMT+1', 'can mean ahead of or behind'],
  ])('is never guessed from %s, and the refusal says what to send', (text, help) => {
    expect(zoneOf(text)).toBeNull();
    expect(zoneRefusal(text, null, 2024)).toContain(help);
  });

  it('is the one of the device where the meeting names none', () => {
    expect(zoneOf('', 'Europe/Paris')).toBe('Europe/Paris');
    expect(zoneOf('  ', '(UTC+01:00) Etc/GMT-1')).toBe('Etc/GMT-1');
    expect(zoneOf('', null)).toBeNull();
    expect(zoneRefusal('', 'GMT+1', 2024)).toContain('ahead of or behind');
  });

  it('wins over a label that contradicts it, with a warning', () => {
    expect(resolveZone('(UTC+03:00) Europe/London', null, 2024)).toMatchObject({
      zone: 'Europe/London',
      warning: { code: 'zone-label-mismatch' },
    });
  });

  it('agrees with a label that shows any of its offsets of that year', () => {
    for (const label of ['(UTC+00:00) Europe/London', '(UTC+01:00) Europe/London'])
      expect(resolveZone(label, null, 2024)?.warning).toBeUndefined();
    // Moscow was at UTC+4 all through 2013, and never since.
    expect(resolveZone('(UTC+04:00) Europe/Moscow', null, 2013)?.warning).toBeUndefined();
    expect(resolveZone('(UTC+04:00) Europe/Moscow', null, 2024)?.warning).toBeDefined();
  });

  it.each(Array.from({ length: 27 }, (_, index) => index - 12))(
    'Etc/GMT has the sign of POSIX, turned round, for UTC%i, and agrees with its label',
    (hours) => {
      const zone = hours === 0 ? 'Etc/GMT' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
      const label = `(UTC${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00) ${zone}`;
      expect(resolveZone(label, null, 2024)).toEqual({ zone, fixed: false });
      expect(toInstant('2024-04-29T10:00:00', zone)).toBe(Date.parse('2024-04-29T10:00:00Z') - hours * 3_600_000);
      expect(toWallClock(toInstant('2024-04-29T10:00:00', zone), zone)).toBe('2024-04-29T10:00:00');
    },
  );

  it.each([
    // RFC 5545 section 3.3.5: a time shown twice is the first, a skipped one has the offset before the gap.
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z', 'twice'],
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z', 'skipped'],
    ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z', 'twice'],
    ['2026-03-08T02:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z', 'skipped'],
    ['2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z', 'twice'],
    ['2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z', 'skipped'],
    ['2026-02-15T02:30:00', 'Africa/Casablanca', '2026-02-15T01:30:00.000Z', 'twice'],
    ['2026-03-22T02:30:00', 'Africa/Casablanca', '2026-03-22T02:30:00.000Z', 'skipped'],
    ['2026-07-01T10:00:00', 'Etc/GMT-1', '2026-07-01T09:00:00.000Z', 'plain'],
  ])('reads %s in %s as %s', (local, zone, instant, state) => {
    expect(utc(toInstant(local, zone))).toBe(instant);
    expect(clockState(local, zone)).toBe(state);
    expect(readings(local, zone)).toHaveLength(state === 'plain' ? 1 : 2);
    expect(readings(local, zone)[0]).toBe(toInstant(local, zone));
  });

  it('knows the stretches that its clock skips or shows twice', () => {
    expect(oddStretches('Europe/Berlin', '2026-01-01T00:00:00', '2026-12-31T00:00:00')).toEqual([
      { from: '2026-03-29T02:00:00', to: '2026-03-29T03:00:00' },
      { from: '2026-10-25T02:00:00', to: '2026-10-25T03:00:00' },
    ]);
    expect(oddStretches('Etc/GMT-1', '2020-01-01T00:00:00', '2030-01-01T00:00:00')).toEqual([]);
  });

  it('keeps the end of a meeting after its start where the clock skips it', () => {
    // 03:15 is shown before what 02:30 is read as.
    const span = spanOf('2026-03-29T02:30:00', '2026-03-29T03:15:00', 'Europe/Berlin');
    expect(span.endsAt - span.startsAt).toBe(45 * 60_000);
    const night = spanOf('2026-05-01T23:30:00', '2026-05-02T00:30:00', 'Europe/Berlin');
    expect(night.endsAt - night.startsAt).toBe(60 * 60_000);
  });

  it('spells the offset of the moment', () => {
    const of = (local: string, zone: string) => offsetAt(local, zone);
    expect([of('2026-01-01T10:00:00', 'Europe/Berlin'), of('2026-07-01T10:00:00', 'Europe/Berlin')]).toEqual([
      '+01:00',
      '+02:00',
    ]);
    expect(of('2026-01-01T10:00:00', 'America/St_Johns')).toBe('-03:30');
  });
});

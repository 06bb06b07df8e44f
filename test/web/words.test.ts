import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dayAfter, dayStart, duration, meetingTime, readerTime, relative, wallClock } from '../../web/src/format.ts';
import { rich, t } from '../../web/src/messages/t.ts';
import { strengthOf } from '../../web/src/strength.ts';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['de', 'en-GB'] }));
afterAll(() => vi.unstubAllGlobals());

const times = {
  start: '2026-11-23T10:00:00',
  end: '2026-11-23T11:00:00',
  startsAt: '2026-11-23T09:00:00Z',
  endsAt: '2026-11-23T10:00:00Z',
};

describe('sentences', () => {
  it('fill their gaps and choose their form by number', () => {
    expect(t('deviceCount', { count: 1 })).toBe('1 device');
    expect(t('deviceCount', { count: 1200 })).toMatch(/^1.200 devices$/);
    expect(t('uidSequence', { uid: '6500-1', sequence: 3 })).toBe('6500-1, change number 3');
  });

  it('keep what stands in a gap as it is', () => {
    const link = { type: 'a' } as never;
    expect(rich('guideProject', { link })).toContain(link);
  });
});

describe('times', () => {
  it("show the meeting's own wall clock, whatever the zone of the machine", () => {
    expect(meetingTime(times)).toMatch(/23 Nov 2026, 10:00 – 11:00$/);
    expect(meetingTime({ ...times, end: '2026-11-24T00:30:00' })).toMatch(/23 Nov 2026, 10:00 – .*24 Nov 2026, 00:30$/);
    expect(meetingTime({ ...times, start: null })).toBeNull();
    expect(meetingTime({ ...times, start: 'soon' })).toBeNull();
    expect(wallClock('2026-11-23T10:00:00')).toMatch(/23 Nov 2026, 10:00$/);
  });

  it("add the reader's zone only where it reads differently", () => {
    expect(readerTime(times, 'Europe/Paris')).toBeNull();
    expect(readerTime(times, 'America/New_York')).toMatch(/23 Nov 2026, 04:00 – 05:00$/);
    expect(readerTime({ ...times, startsAt: null }, 'America/New_York')).toBeNull();
  });

  it('say how long ago in the largest unit that fits', () => {
    const now = Date.parse('2026-11-23T10:00:00Z');
    expect(relative('2026-11-23T09:57:00Z', now)).toBe('3 minutes ago');
    expect(relative('2026-11-25T10:00:00Z', now)).toBe('in 2 days');
    expect(relative('2026-11-23T10:00:00Z', now)).toBe('now');
  });

  it.each([
    [90, '90 minutes'],
    [60, '1 hour'],
    [2_880, '2 days'],
    [0, '0 minutes'],
  ])('say %d minutes as %s', (minutes, words) => {
    expect(duration(minutes)).toBe(words);
  });
});

describe('a day', () => {
  it.each([
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-21', 'Pacific/Kiritimati', '2026-11-20T10:00:00.000Z'],
    ['2026-11-21', 'America/New_York', '2026-11-21T05:00:00.000Z'],
    // Midnight itself is skipped there.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
    ['2026-11-21', 'UTC', '2026-11-21T00:00:00.000Z'],
  ])('%s begins in %s at %s', (day, zone, at) => {
    expect(dayStart(day, zone)?.toISOString()).toBe(at);
  });

  it('that is none has no beginning, and the last of a month is followed by a first', () => {
    expect([dayStart(''), dayStart('2026-13-01'), dayStart('21.11.2026')]).toEqual([null, null, null]);
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
    expect(dayAfter('2026-10-25')).toBe('2026-10-26');
  });
});

describe('the strength of a new password', () => {
  it.each([
    ['', 'empty'],
    ['short', 'short'],
    ['aaaaaaaaaaaaaaa', 'same'],
    ['password1234', 'same'],
    ['kitchen9', 'fair'],
    ['correct horse battery', 'good'],
  ])('of "%s" is %s', (password, strength) => {
    expect(strengthOf(password)).toBe(strength);
  });
});

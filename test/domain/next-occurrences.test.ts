import { describe, expect, it } from 'vitest';
import type { DesiredState, Meeting } from '../../src/domain/meeting.ts';
import { nextOccurrences } from '../../src/domain/next-occurrences.ts';
import { meeting, wish } from './a-meeting.ts';

const weekly: Meeting = { ...meeting, timeZone: 'Europe/Berlin', recurrence: { rrule: 'FREQ=WEEKLY', excluded: [] } };
const starts = (change: Partial<Meeting>, at: string, n = 3, occurrences: DesiredState[] = []) =>
  nextOccurrences({ ...weekly, ...change }, Date.parse(at), n, { occurrences }).map((item) => item.start);

describe('the next occurrences', () => {
  it('of a series are told in its zone and as instants, over a change of the clocks', () => {
    expect(nextOccurrences(weekly, Date.parse('2026-10-20T00:00:00Z'), 2)).toEqual([
      {
        start: '2026-10-26T10:00:00',
        end: '2026-10-26T11:00:00',
        timeZone: 'Europe/Berlin',
        startsAt: Date.parse('2026-10-26T09:00:00Z'),
        endsAt: Date.parse('2026-10-26T10:00:00Z'),
        changedFrom: null,
      },
      expect.objectContaining({ start: '2026-11-02T10:00:00' }),
    ]);
    expect(nextOccurrences(weekly, Date.parse('2026-10-12T12:00:00Z'), 1)[0]?.startsAt).toBe(
      Date.parse('2026-10-19T08:00:00Z'),
    );
  });

  it('begin with the one that is going on', () => {
    expect(starts({}, '2024-05-06T08:30:00Z', 1)).toEqual(['2024-05-06T10:00:00']);
    expect(starts({}, '2024-05-06T09:00:00Z', 1)).toEqual(['2024-05-13T10:00:00']);
  });

  it('have changed and cancelled ones in place', () => {
    const moved = { ...meeting, timeZone: '', start: '2024-05-15T12:00:00', end: '2024-05-15T13:00:00' };
    const wishes = [wish('2024-05-06T10:00:00', moved, 2), wish('2024-05-20T10:00:00', null, 3)];
    const found = nextOccurrences(weekly, Date.parse('2024-05-01T00:00:00Z'), 3, { occurrences: wishes });
    expect(found.map(({ start, changedFrom }) => [start, changedFrom])).toEqual([
      ['2024-05-13T10:00:00', null],
      ['2024-05-15T12:00:00', '2024-05-06T10:00:00'],
      ['2024-05-27T10:00:00', null],
    ]);
  });

  it('leave out what is excluded, and end with the series', () => {
    const recurrence = { rrule: 'FREQ=WEEKLY;COUNT=3', excluded: ['2024-05-06T10:00:00'] };
    expect(starts({ recurrence }, '2024-04-01T00:00:00Z')).toEqual(['2024-04-29T10:00:00', '2024-05-13T10:00:00']);
    expect(starts({ recurrence }, '2024-06-01T00:00:00Z')).toEqual([]);
  });

  it('of a single meeting are the meeting itself until it is over', () => {
    expect(starts({ recurrence: null }, '2024-04-01T00:00:00Z')).toEqual(['2024-04-29T10:00:00']);
    expect(starts({ recurrence: null }, '2024-05-01T00:00:00Z')).toEqual([]);
  });

  it('are none where the zone or the rule cannot be read', () => {
    expect(starts({ timeZone: 'GMT+1' }, '2024-04-01T00:00:00Z')).toEqual([]);
    expect(starts({ recurrence: { rrule: 'FREQ=HOURLY', excluded: [] } }, '2024-04-01T00:00:00Z')).toEqual([]);
    expect(nextOccurrences({ ...weekly, timeZone: '' }, 0, 1, { deviceZone: 'Europe/Paris' })).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { Meeting } from '../../src/domain/meeting.ts';
import type { Step } from '../../src/domain/plan.ts';
import { carriedOut, meeting, plannedFor, wish } from './a-meeting.ts';

const series = (rrule: string, change: Partial<Meeting> = {}): Meeting => ({
  ...meeting,
  recurrence: { rrule, excluded: [] },
  ...change,
});
const weekly = series('FREQ=WEEKLY;COUNT=4');
const SECOND = '2024-05-06T10:00:00';
const THIRD = '2024-05-13T10:00:00';
const moved: Meeting = { ...meeting, start: '2024-05-06T14:00:00', end: '2024-05-06T15:00:00' };
const AFTER = Date.parse('2024-07-01T00:00:00Z');

const actions = (steps: Step[]) =>
  steps.map((step) => ('occurrence' in step ? [step.action, step.occurrence] : [step.action]));
const later = (change: Partial<Meeting>): Meeting => ({ ...weekly, sequence: 5, ...change });

/** The series with its second occurrence moved and its third cancelled, as the calendar holds it. */
const wishes = [wish(SECOND, moved, 2), wish(THIRD, null, 3)];
const held = carriedOut(plannedFor(weekly, { occurrences: wishes }));

describe('a series with changed occurrences', () => {
  it('is left alone when nothing changed', () => {
    expect(plannedFor(weekly, { occurrences: wishes, recorded: held }).steps).toEqual([]);
  });

  it('that is renamed keeps their own states, and they are not written', () => {
    const made = plannedFor(later({ subject: 'Renamed' }), { occurrences: wishes, recorded: held });
    expect(actions(made.steps)).toEqual([['update']]);
  });

  it('whose rule or first day changes has them looked at again, since calendars may drop them', () => {
    for (const change of [
      { recurrence: { rrule: 'FREQ=WEEKLY;COUNT=6', excluded: [] } },
      { start: '2024-04-22T10:00:00', end: '2024-04-22T11:00:00' },
    ]) {
      const made = plannedFor(later(change), { occurrences: wishes, recorded: held });
      expect(actions(made.steps)).toEqual([['update'], ['change-occurrence', SECOND], ['cancel-occurrence', THIRD]]);
      expect(made.steps[0]).toMatchObject({ unsettles: [{ occurrence: SECOND }, { occurrence: THIRD }] });
    }
  });

  it('that moves to another hour loses the moved one, with a warning, before it moves', () => {
    const made = plannedFor(later({ start: '2024-04-29T11:00:00', end: '2024-04-29T12:00:00' }), {
      occurrences: wishes,
      recorded: held,
    });
    expect(actions(made.steps)).toEqual([['cancel-occurrence', SECOND], ['update']]);
    expect(made.warnings.map((warning) => warning.code)).toEqual([
      'occurrence-not-in-series',
      'occurrence-not-in-series',
    ]);
  });

  it('that moved takes changes of its occurrences under their new hours', () => {
    const now = later({ start: '2024-04-29T11:00:00', end: '2024-04-29T12:00:00' });
    const recorded = carriedOut(plannedFor(now, { occurrences: wishes, recorded: held }), held);
    const anew = [...wishes, wish('2024-05-13T11:00:00', null, 6)];
    expect(actions(plannedFor(now, { occurrences: anew, recorded }).steps)).toEqual([
      ['cancel-occurrence', '2024-05-13T11:00:00'],
    ]);
  });

  it('that moved there and back has them again', () => {
    const away = later({ start: '2024-04-29T11:00:00', end: '2024-04-29T12:00:00' });
    const recorded = carriedOut(plannedFor(away, { occurrences: wishes, recorded: held }), held);
    const back = plannedFor({ ...weekly, sequence: 6 }, { occurrences: wishes, recorded });
    expect(actions(back.steps)).toEqual([['update'], ['change-occurrence', SECOND], ['cancel-occurrence', THIRD]]);
  });

  it('in another zone takes the occurrence away under its old instant and changes the one of the new', () => {
    const made = plannedFor(later({ timeZone: 'America/New_York' }), { occurrences: wishes, recorded: held });
    expect(actions(made.steps)).toEqual([
      ['cancel-occurrence', SECOND],
      ['update'],
      ['change-occurrence', SECOND],
      ['cancel-occurrence', THIRD],
    ]);
    expect(made.steps[0]).toMatchObject({ recorded: { eventId: 'abcde_20240506T080000Z' } });
    expect(made.steps[2]).toMatchObject({ zone: 'America/New_York', recorded: null });
  });

  it('that becomes a single meeting takes the moved one away, and has them again as a series', () => {
    const single = later({ recurrence: null });
    const made = plannedFor(single, { occurrences: wishes, recorded: held });
    expect(actions(made.steps)).toEqual([['cancel-occurrence', SECOND], ['update']]);
    const recorded = carriedOut(made, held);
    expect(plannedFor(single, { occurrences: wishes, recorded }).steps).toEqual([]);
    const again = plannedFor({ ...weekly, sequence: 6 }, { occurrences: wishes, recorded });
    expect(actions(again.steps)).toEqual([['update'], ['change-occurrence', SECOND], ['cancel-occurrence', THIRD]]);
  });

  it('that excludes the moved one later takes it away; a change that comes after the exclusion brings it back', () => {
    const excluding = later({ recurrence: { rrule: 'FREQ=WEEKLY;COUNT=4', excluded: [SECOND] } });
    const made = plannedFor(excluding, { occurrences: wishes, recorded: held });
    expect(actions(made.steps)).toEqual([['cancel-occurrence', SECOND], ['update'], ['cancel-occurrence', THIRD]]);
    const recorded = carriedOut(made, held);
    const newer = [wish(SECOND, moved, 6), wish(THIRD, null, 3)];
    const back = plannedFor(excluding, { occurrences: newer, recorded });
    expect(back.steps[0]).toMatchObject({ action: 'update', entry: { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] } });
    expect(actions(back.steps)).toContainEqual(['change-occurrence', SECOND]);
  });

  it('that was cancelled and scheduled anew shows ordinary occurrences where older changes were', () => {
    // The cancellation voided the changes; the calendar still has them.
    const made = plannedFor(later({}), { occurrences: [], recorded: held });
    expect(actions(made.steps)).toEqual([
      ['change-occurrence', SECOND],
      ['change-occurrence', THIRD],
    ]);
    expect(made.steps[0]).toMatchObject({ entry: { start: { local: SECOND } } });
    // Guests were told that the third is off, so they are told that it is on.
    expect(made.steps[1]).toMatchObject({ mail: 'all', entry: { start: { local: THIRD } } });
    const recorded = carriedOut(made, held);
    expect(plannedFor(later({}), { recorded }).steps).toEqual([]);
    // From then on such occurrences follow their series, without a mail of their own.
    const renamed = plannedFor(later({ subject: 'Renamed' }), { recorded });
    expect(renamed.steps.map((step) => [step.action, 'mail' in step ? step.mail : null])).toEqual([
      ['update', 'all'],
      ['change-occurrence', 'none'],
      ['change-occurrence', 'none'],
    ]);
  });

  it('is revived with all that was changed in it looked at again', () => {
    const cancelled = plannedFor(null, { recorded: held });
    expect(actions(cancelled.steps)).toEqual([['remove']]);
    const recorded = carriedOut(cancelled, held);
    const revived = plannedFor(later({}), { occurrences: [wish(SECOND, moved, 6)], recorded });
    expect(actions(revived.steps)).toEqual([['revive'], ['change-occurrence', SECOND], ['change-occurrence', THIRD]]);
  });

  it('may arrive after its occurrences, which wait for it', () => {
    expect(plannedFor(weekly, { main: null, occurrences: wishes })).toMatchObject({
      state: 'held',
      code: 'series-unknown',
    });
    expect(actions(plannedFor(weekly, { occurrences: wishes }).steps)).toEqual([
      ['create'],
      ['change-occurrence', SECOND],
      ['cancel-occurrence', THIRD],
    ]);
  });

  it('takes the zone of the series where a changed occurrence names none, and writes none in a zone it cannot read', () => {
    const unnamed = plannedFor(weekly, {
      occurrences: [wish(SECOND, { ...moved, timeZone: '' }, 2)],
      deviceZone: 'Asia/Tokyo',
    });
    expect(unnamed.steps[1]).toMatchObject({ entry: { start: { zone: 'Europe/Berlin' } } });
    const unread = plannedFor(weekly, { occurrences: [wish(SECOND, { ...moved, timeZone: 'GMT+1' }, 2)] });
    expect(actions(unread.steps)).toEqual([['create']]);
    expect(unread.warnings.map((warning) => warning.code)).toContain('zone-unknown');
  });
});

describe('a series', () => {
  it('that is over keeps its entry when it is cancelled or unticked, like a single meeting', () => {
    const recorded = carriedOut(plannedFor(weekly));
    for (const asked of [null, { ...weekly, syncToGoogleCalendar: false }]) {
      const made = plannedFor(asked, { recorded, now: AFTER });
      expect(made.steps).toEqual([]);
      expect(made.warnings.map((warning) => warning.code)).toEqual(['over']);
    }
    const endless = carriedOut(plannedFor(series('FREQ=WEEKLY')));
    expect(actions(plannedFor(null, { recorded: endless, now: AFTER }).steps)).toEqual([['remove']]);
  });

  it('is not over while an occurrence that was moved further on is to come', () => {
    const late = { ...meeting, start: '2024-08-01T10:00:00', end: '2024-08-01T11:00:00' };
    const occurrences = [wish(SECOND, late, 2)];
    const recorded = carriedOut(plannedFor(weekly, { occurrences }));
    expect(actions(plannedFor(null, { recorded, now: AFTER }).steps)).toEqual([['remove']]);
    const renamed = plannedFor(later({ subject: 'Renamed' }), { occurrences, recorded, now: AFTER });
    expect(renamed.steps[0]).toMatchObject({ action: 'update', mail: 'all' });
  });

  it('whose every occurrence is excluded is withdrawn', () => {
    const recurrence = { rrule: 'FREQ=DAILY;COUNT=2', excluded: ['2024-04-29T10:00:00', '2024-04-30T10:00:00'] };
    const recorded = carriedOut(plannedFor(series('FREQ=DAILY;COUNT=2')));
    expect(plannedFor({ ...weekly, recurrence })).toMatchObject({ state: 'skipped', steps: [] });
    expect(actions(plannedFor({ ...weekly, recurrence }, { recorded }).steps)).toEqual([['remove']]);
  });

  it.each([
    ['FREQ=SECONDLY', 'repeats DAILY at the most'],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'produces no occurrence'],
  ])('with the rule %s is refused with words that name it, and what the calendar has stays', (rrule, why) => {
    const recorded = carriedOut(plannedFor(weekly));
    const made = plannedFor(series(rrule), { recorded });
    expect(made).toMatchObject({ state: 'failed', code: 'recurrence-refused', steps: [] });
    expect(made.warnings).toContainEqual(
      expect.objectContaining({ path: '/data/recurrence/rrule', message: expect.stringContaining(why) }),
    );
  });

  it('in a fixed offset is written, with a warning that it does not follow summer time', () => {
    const codes = (asked: Meeting) => plannedFor(asked).warnings.map((warning) => warning.code);
    expect(codes(series('FREQ=WEEKLY', { timeZone: 'UTC+01:00' }))).toEqual(['zone-fixed-offset']);
    expect(codes({ ...meeting, timeZone: 'UTC+01:00' })).toEqual([]);
    expect(codes(series('FREQ=WEEKLY', { timeZone: '(UTC+01:00) Etc/GMT-1' }))).toEqual([]);
  });
});

describe('a zone that is not certain', () => {
  it('holds the meeting and says what to send instead', () => {
    const made = plannedFor({ ...meeting, timeZone: 'GMT+1' });
    expect(made).toMatchObject({ state: 'held', code: 'zone-unknown' });
    expect(made.warnings[0]).toMatchObject({ path: '/data/timeZone', message: expect.stringContaining('Etc/GMT-1') });
  });
});

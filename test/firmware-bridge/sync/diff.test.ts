import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PbxMeeting } from '../../../firmware-bridge/meeting.ts';
import { type DiffInput, type DiffResult, diff } from '../../../firmware-bridge/sync/diff.ts';
import type { KnownItem } from '../../../firmware-bridge/sync/known.ts';

const NOW = Date.parse('2026-06-01T08:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

function meeting(change: Partial<PbxMeeting> = {}): PbxMeeting {
  return {
    id: '7',
    seriesId: null,
    originalStart: null,
    subject: 'Weekly',
    agenda: '',
    room: '6500',
    publicRoom: false,
    joinUrl: null,
    password: null,
    start: '2026-06-03T10:00:00',
    end: '2026-06-03T11:00:00',
    zone: 'Europe/Berlin',
    repeat: { kind: 'none' },
    host: null,
    invitees: [],
    reminderMinutes: 60,
    ticked: true,
    cancelled: false,
    notes: [],
    ...change,
  };
}

const weekly = (change: Partial<PbxMeeting> = {}, excluded: string[] = []) =>
  meeting({ repeat: { kind: 'rule', rrule: 'FREQ=WEEKLY', excluded }, ...change });

/** A PBX that is looked at again and again. */
function watch() {
  const known = new Map<string, KnownItem>();
  let now = NOW;
  return {
    known,
    pass(ms: number) {
      now += ms;
    },
    look(meetings: PbxMeeting[], change: Partial<DiffInput> = {}): DiffResult {
      now += 1;
      const seen = meetings.map((one) => ({ meeting: one, rowHash: JSON.stringify(one), readAt: now }));
      const result = diff({ known, seen, held: new Set(), asked: new Map(), now, holdMs: 60 * MINUTE, ...change });
      for (const item of result.items) known.set(item.item, structuredClone(item));
      return result;
    },
  };
}
const operations = (result: DiffResult) => result.events.map((event) => event.operation);
const codes = (result: DiffResult) => result.notes.map((note) => note.code);

describe('the comparison with the last list', () => {
  it('cancels a meeting to come after two complete lists without it, and not before', () => {
    const pbx = watch();
    const other = meeting({ id: '8' });
    expect(operations(pbx.look([meeting(), other]))).toEqual(['scheduled', 'scheduled']);
    expect(operations(pbx.look([meeting(), other]))).toEqual([]);
    expect(operations(pbx.look([other]))).toEqual([]);
    expect(operations(pbx.look([other]))).toEqual(['cancelled']);
    expect(operations(pbx.look([other]))).toEqual([]);
  });

  it('forgets a gap when the meeting is there again', () => {
    const pbx = watch();
    const other = meeting({ id: '8' });
    pbx.look([meeting(), other]);
    for (let round = 0; round < 4; round += 1) {
      expect(operations(pbx.look([other]))).toEqual([]);
      expect(operations(pbx.look([meeting(), other]))).toEqual([]);
    }
  });

  it('archives what is over or has begun without a word, whoever took it from the list', () => {
    const pbx = watch();
    pbx.look([meeting(), weekly({ id: '8', repeat: { kind: 'rule', rrule: 'FREQ=WEEKLY;COUNT=2', excluded: [] } })]);
    pbx.pass(2 * DAY + 30 * MINUTE);
    expect(operations(pbx.look([]))).toEqual([]);
    expect(pbx.known.get('7')?.state).toBe('archived');
    expect(pbx.known.get('8')?.state).toBe('present');
    pbx.pass(30 * DAY);
    expect(operations(pbx.look([]))).toEqual([]);
    expect([...pbx.known.values()].map((item) => item.state)).toEqual(['archived', 'archived']);
  });

  it('does not publish what is over when it is first seen', () => {
    const pbx = watch();
    expect(operations(pbx.look([meeting({ start: '2026-05-01T10:00:00', end: '2026-05-01T11:00:00' })]))).toEqual([]);
    expect(operations(pbx.look([meeting()]))).toEqual(['scheduled']);
  });

  it('holds a collapse for its time, and lets it pass when it stays', () => {
    const pbx = watch();
    const many = Array.from({ length: 12 }, (_, index) => meeting({ id: String(index) }));
    pbx.look(many);
    for (let round = 0; round < 5; round += 1) {
      const result = pbx.look(many.slice(0, 5));
      expect(operations(result)).toEqual([]);
      expect(result.collapse).toEqual({ gone: 7, of: 12 });
    }
    expect(operations(pbx.look(many))).toEqual([]);
    pbx.look(many.slice(0, 5));
    pbx.pass(61 * MINUTE);
    expect(operations(pbx.look(many.slice(0, 5)))).toEqual(Array(7).fill('cancelled'));
  });

  it('doubts an empty list unless the PBX denies each meeting by name', () => {
    const pbx = watch();
    pbx.look([meeting()]);
    for (let round = 0; round < 3; round += 1) {
      expect(pbx.look([], { asked: new Map([['7', 'unclear']]) })).toMatchObject({ events: [], collapse: { gone: 1 } });
    }
    expect(operations(pbx.look([], { asked: new Map([['7', 'gone']]) }))).toEqual(['cancelled']);
  });

  it('believes the PBX that still has a meeting more than the list that left it out', () => {
    const pbx = watch();
    pbx.look([meeting(), meeting({ id: '8' })]);
    for (let round = 0; round < 3; round += 1) {
      const result = pbx.look([meeting({ id: '8' })], { asked: new Map([['7', 'there']]) });
      expect(result.events).toEqual([]);
      expect(codes(result)).toEqual(['list-contradicts']);
    }
  });

  it('keeps what is listed but cannot be read', () => {
    const pbx = watch();
    pbx.look([meeting()]);
    for (let round = 0; round < 3; round += 1) {
      expect(pbx.look([], { held: new Set(['7']) })).toMatchObject({ events: [], collapse: null });
    }
  });

  it('gives a second meeting for which the PBX took the same id a uid of its own', () => {
    const pbx = watch();
    const first = pbx.look([meeting(), meeting({ id: '8' })]).events[0]?.uid;
    pbx.look([meeting({ id: '8' })]);
    pbx.look([meeting({ id: '8' })]);
    const another = meeting({ subject: 'Interview', start: '2026-06-09T09:00:00', end: '2026-06-09T10:00:00' });
    const [second] = pbx.look([another, meeting({ id: '8' })]).events;
    expect(second).toMatchObject({ operation: 'scheduled', data: { subject: 'Interview' } });
    expect(second?.uid).not.toBe(first);
    expect(second?.uid).toMatch(/^[A-Za-z0-9._~-]{1,128}$/);
    // And one after it is over, without a gap in between.
    pbx.pass(9 * DAY);
    const third = meeting({ subject: 'Other', start: '2026-07-09T09:00:00', end: '2026-07-09T10:00:00' });
    expect(pbx.look([third, meeting({ id: '8' })]).events).toMatchObject([{ operation: 'scheduled' }]);
    expect(new Set([first, second?.uid, pbx.known.get('7')?.uid]).size).toBe(3);
  });

  it('revives the same meeting under its uid with a higher sequence', () => {
    const pbx = watch();
    const other = meeting({ id: '8' });
    const [first] = pbx.look([meeting(), other]).events;
    pbx.look([other]);
    const [cancelled] = pbx.look([other]).events;
    const [revived] = pbx.look([meeting(), other]).events;
    expect(revived).toMatchObject({ operation: 'scheduled', uid: first?.uid });
    expect(revived?.sequence).toBeGreaterThan(cancelled?.sequence ?? Infinity);
  });

  it('counts upwards within a second, and is never behind the clock, so that a lost folder does no harm', () => {
    const pbx = watch();
    const sequences = ['a', 'b', 'c'].map((subject) => pbx.look([meeting({ subject })]).events[0]?.sequence ?? 0);
    expect(sequences[0]).toBe(Math.floor(NOW / 1_000));
    expect(sequences).toEqual([0, 1, 2].map((step) => (sequences[0] ?? 0) + step));
    const lost = watch();
    lost.pass(10 * MINUTE);
    expect(lost.look([meeting({ subject: 'c' })]).events[0]?.sequence).toBeGreaterThan(sequences[2] ?? Infinity);
  });

  it('publishes a moved occurrence under the uid of its series, and takes it back when the PBX does', () => {
    const pbx = watch();
    const series = weekly();
    const moved = meeting({
      id: '9',
      seriesId: '7',
      originalStart: '2026-06-10T10:00:00',
      start: '2026-06-11T15:00:00',
      end: '2026-06-11T16:00:00',
    });
    const first = pbx.look([moved, series]);
    expect(first.events.map((event) => [event.operation, event.uid, event.data['occurrence']])).toEqual([
      ['scheduled', '7', null],
      ['updated', '7', '2026-06-10T10:00:00'],
    ]);
    expect(first.events[0]?.data['recurrence']).toEqual({ rrule: 'FREQ=WEEKLY', excluded: [] });
    expect(operations(pbx.look([series]))).toEqual([]);
    const back = pbx.look([series]).events;
    expect(back).toMatchObject([
      {
        operation: 'updated',
        data: { occurrence: '2026-06-10T10:00:00', start: '2026-06-10T10:00:00', end: '2026-06-10T11:00:00' },
      },
    ]);
    expect(operations(pbx.look([series, moved]))).toEqual(['updated']);
  });

  it('cancels a moved occurrence that its series leaves out', () => {
    const pbx = watch();
    const moved = meeting({
      id: '9',
      seriesId: '7',
      originalStart: '2026-06-10T10:00:00',
      start: '2026-06-11T15:00:00',
      end: '2026-06-11T16:00:00',
    });
    pbx.look([weekly(), moved]);
    const gone = weekly({}, ['2026-06-10T10:00:00']);
    expect(operations(pbx.look([gone]))).toEqual(['updated']);
    expect(pbx.look([gone]).events).toMatchObject([
      { operation: 'cancelled', uid: '7', data: { occurrence: '2026-06-10T10:00:00' } },
    ]);
  });

  it('lets the occurrences go with their series', () => {
    const pbx = watch();
    const moved = meeting({ id: '9', seriesId: '7', originalStart: '2026-06-10T10:00:00' });
    pbx.look([weekly(), moved, meeting({ id: '8' })]);
    pbx.look([meeting({ id: '8' })]);
    expect(operations(pbx.look([meeting({ id: '8' })]))).toEqual(['cancelled']);
    expect([...pbx.known.values()].map((item) => item.state)).toEqual(['cancelled', 'present', 'cancelled']);
  });

  it('holds back what it cannot place: an occurrence without series or without its original start', () => {
    const pbx = watch();
    const orphan = meeting({ id: '9', seriesId: '99', originalStart: '2026-06-10T10:00:00' });
    const vague = meeting({ id: '10', seriesId: '7' });
    const result = pbx.look([weekly(), orphan, vague]);
    expect(operations(result)).toEqual(['scheduled']);
    expect(codes(result).sort()).toEqual(['occurrence-without-series', 'occurrence-without-start']);
  });

  it('publishes an unknown repetition as a single meeting only where that takes nothing away', () => {
    const pbx = watch();
    const unknown: PbxMeeting['repeat'] = { kind: 'unknown' };
    const fresh = pbx.look([meeting({ repeat: unknown }), weekly({ id: '8' })]);
    expect(fresh.events.map((event) => event.data['recurrence'])).toEqual([
      null,
      { rrule: 'FREQ=WEEKLY', excluded: [] },
    ]);
    expect(codes(fresh)).toEqual(['repeat-unknown']);
    const changed = pbx.look([meeting({ repeat: unknown }), weekly({ id: '8', repeat: unknown, subject: 'Other' })]);
    expect(changed.events).toEqual([]);
    expect(codes(changed)).toEqual(['repeat-unknown', 'repeat-unknown-held']);
  });

  it('takes the word of a PBX that keeps cancelled meetings, and says so once', () => {
    const pbx = watch();
    pbx.look([meeting()]);
    expect(operations(pbx.look([meeting({ cancelled: true })]))).toEqual(['cancelled']);
    expect(operations(pbx.look([meeting({ cancelled: true })]))).toEqual([]);
    expect(operations(pbx.look([meeting()]))).toEqual(['scheduled']);
  });

  it('waits where no zone is known until the meeting is in the future everywhere', () => {
    const pbx = watch();
    const soon = meeting({ zone: '', start: '2026-06-01T20:00:00', end: '2026-06-01T21:00:00' });
    const other = meeting({ id: '8' });
    expect(operations(pbx.look([soon, other]))).toEqual(['scheduled', 'scheduled']);
    pbx.look([other]);
    expect(operations(pbx.look([other]))).toEqual([]);
  });

  it('never cancels a meeting that the PBX still has, whatever lists come', () => {
    const ids = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ shown: fc.subarray(ids), honest: fc.boolean(), minutes: fc.integer({ min: 0, max: 90 }) }),
          {
            minLength: 2,
            maxLength: 20,
          },
        ),
        (lists) => {
          const pbx = watch();
          const real = ids.map((id) => meeting({ id, start: '2026-08-01T10:00:00', end: '2026-08-01T11:00:00' }));
          pbx.look(real);
          for (const { shown, honest, minutes } of lists) {
            pbx.pass(minutes * MINUTE);
            // A PBX that leaves meetings out of its list but shows them when asked.
            const listed = honest ? real : real.filter((one) => shown.includes(one.id));
            const asked = new Map(ids.map((id) => [id, 'there' as const]));
            expect(operations(pbx.look(listed, { asked }))).not.toContain('cancelled');
          }
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });
});

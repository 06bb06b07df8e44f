import { describe, expect, it } from 'vitest';
import { DEVICE, type EngineBench, openEngineBench } from '../fakes/engine-bench.ts';
import { cancellation, meetingEvent } from '../fakes/meeting-event.ts';

/** Mistakes that the search through interleavings found: what an answer that never came leaves behind. */

const BEFORE = Date.parse('2027-01-01T00:00:00Z');
const guest = (name: string) => ({ extension: null, name, email: `${name}@example.com` });
const bench = () => openEngineBench({ now: '2026-01-01T00:00:00Z' });

async function say(on: EngineBench, sequence: number, guests: string[], change: Record<string, unknown> = {}) {
  const data = { uid: 'm', sequence, start: '2026-07-06T10:00:00', end: '2026-07-06T11:00:00', host: null };
  await on.publish('scheduled', meetingEvent({ data: { ...data, invitees: guests.map(guest), ...change } }));
}

const invited = (on: EngineBench) => on.calendar.seen('m', BEFORE).map((item) => item.guests.join('+'));

describe('guests of a write whose answer was lost', () => {
  it('leave with the next change, as ours, not as guests that people added', async () => {
    await using on = await bench();
    await say(on, 1, ['one']);
    await on.drain();
    // Carried out, then the process ends: the ledger never hears of it.
    on.fates.push('lost', 'crash');
    await say(on, 2, ['two']);
    await on.turn();
    await say(on, 3, ['three']);
    await on.drain();
    expect(invited(on)).toEqual(['three@example.com']);
  });

  it('leave a changed occurrence as well', async () => {
    await using on = await bench();
    const series = { recurrence: { rrule: 'FREQ=WEEKLY;COUNT=2', excluded: [] } };
    const occurrence = { occurrence: '2026-07-13T10:00:00', start: '2026-07-13T12:00:00', end: '2026-07-13T13:00:00' };
    await say(on, 1, ['one'], series);
    await on.drain();
    on.fates.push('lost');
    await say(on, 2, ['two'], occurrence);
    await on.turn();
    await say(on, 3, ['three'], occurrence);
    await on.drain();
    expect(invited(on)).toEqual(['one@example.com', 'three@example.com']);
  });

  it('are not brought back when the entry is revived for others', async () => {
    await using on = await bench();
    await say(on, 1, ['one', 'two']);
    await on.drain();
    await on.publish('cancelled', cancellation('m', 2));
    await on.drain();
    await say(on, 3, ['two']);
    await on.drain();
    expect(invited(on)).toEqual(['two@example.com']);
  });
});

describe('a write whose outcome was never noted', () => {
  it('is taken back when the PBX goes back to what was before, with no mail for nothing', async () => {
    await using on = await bench();
    await say(on, 1, ['one'], { subject: 'A' });
    await on.drain();
    on.fates.push('lost');
    await say(on, 2, ['one'], { subject: 'B' });
    await on.turn();
    await say(on, 3, ['one'], { subject: 'A' });
    await on.drain();
    expect(on.calendar.seen('m', BEFORE)).toMatchObject([{ summary: 'A' }]);

    const mails = on.calendar.world.mails.length;
    on.fates.push('refused');
    await say(on, 4, ['one'], { subject: 'B' });
    await on.turn();
    await say(on, 5, ['one'], { subject: 'A' });
    await on.drain();
    expect(on.calendar.seen('m', BEFORE)).toMatchObject([{ summary: 'A' }]);
    expect(on.calendar.world.mails).toHaveLength(mails);
  });

  it('is not taken for what a person did, where such changes are left alone', async () => {
    await using on = await bench();
    on.settings.changedInCalendar = 'leave';
    await say(on, 1, [], { subject: 'A' });
    await on.drain();
    on.fates.push('lost', 'crash');
    await say(on, 2, [], { subject: 'B' });
    await on.turn();
    await say(on, 3, [], { subject: 'C' });
    await on.drain();
    expect(on.calendar.seen('m', BEFORE)).toMatchObject([{ summary: 'C' }]);
  });

  it('may be a removal: the entry is back when the meeting is scheduled anew', async () => {
    await using on = await bench();
    await say(on, 1, []);
    await on.drain();
    on.fates.push('done', 'crash');
    await on.publish('cancelled', cancellation('m', 2));
    await on.turn();
    await say(on, 3, []);
    await on.drain();
    expect(on.calendar.seen('m', BEFORE)).toHaveLength(1);
  });

  it('may be a revival: the entry goes when the meeting is cancelled again', async () => {
    await using on = await bench();
    await say(on, 1, []);
    await on.drain();
    await on.publish('cancelled', cancellation('m', 2));
    await on.drain();
    on.fates.push('lost', 'crash');
    await say(on, 3, []);
    await on.turn();
    await on.publish('cancelled', cancellation('m', 4));
    await on.drain();
    expect(on.calendar.seen('m', BEFORE)).toEqual([]);
  });
});

describe('a changed occurrence', () => {
  const series = { recurrence: { rrule: 'FREQ=WEEKLY;COUNT=3', excluded: [] } };
  const moved = { occurrence: '2026-07-13T10:00:00', start: '2026-07-13T12:00:00', end: '2026-07-13T13:00:00' };

  it('that the calendar dropped with a change of the series is no change of a person', async () => {
    await using on = await bench();
    on.settings.changedInCalendar = 'leave';
    await say(on, 1, [], series);
    await say(on, 2, [], moved);
    await on.drain();
    await say(on, 3, [], { ...series, start: '2026-06-29T10:00:00', end: '2026-06-29T11:00:00' });
    await on.drain();
    expect(on.calendar.seen('m', BEFORE).map((item) => item.start)).toContain('2026-07-13T11:00:00Z');
  });

  it('that the calendar dropped keeps its own guests, without those of the series', async () => {
    await using on = await bench();
    await say(on, 1, [], series);
    await say(on, 2, [], moved);
    await on.drain();
    await say(on, 3, ['one'], { ...series, start: '2026-06-29T10:00:00', end: '2026-06-29T11:00:00' });
    await on.drain();
    expect(on.calendar.seen('m', BEFORE).find((item) => item.start === '2026-07-13T11:00:00Z')?.guests).toEqual([]);
  });

  it('that was cancelled comes back with its own guests, without those of the series', async () => {
    await using on = await bench();
    await say(on, 1, ['one'], series);
    await on.publish('cancelled', cancellation('m', 2, moved.occurrence));
    await on.drain();
    await say(on, 3, [], moved);
    await on.drain();
    expect(invited(on)).toEqual(['one@example.com', '', 'one@example.com']);
  });

  it('that was cancelled and cannot be brought back fails alone, and is not tried for ever', async () => {
    await using on = await bench();
    on.calendar.world.switches.reviveOccurrence = 404;
    await say(on, 1, [], series);
    await on.publish('cancelled', cancellation('m', 2, moved.occurrence));
    await on.drain();
    await say(on, 3, [], moved);
    await on.drain();
    const found = await on.ledger.meeting({ device: DEVICE, uid: 'm' });
    expect(JSON.parse(found?.result ?? '{}').occurrences).toMatchObject([
      { occurrence: moved.occurrence, state: 'failed', error: { code: 'meeting-refused' } },
    ]);
    expect(await on.ledger.nextDueAt()).toBeNull();
  });
});

describe('a cancelled occurrence whose answer was lost', () => {
  it('comes back when the series is scheduled anew', async () => {
    await using on = await bench();
    const series = { recurrence: { rrule: 'FREQ=WEEKLY;COUNT=2', excluded: [] } };
    await say(on, 1, [], series);
    await on.drain();
    on.fates.push('lost', 'crash');
    await on.publish('cancelled', cancellation('m', 2, '2026-07-13T10:00:00'));
    await on.turn();
    await on.publish('cancelled', cancellation('m', 3));
    await say(on, 4, [], series);
    await on.drain();
    expect(on.calendar.seen('m', BEFORE)).toHaveLength(2);
  });
});

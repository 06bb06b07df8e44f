import { describe, expect, it } from 'vitest';
import { type EngineBench, openEngineBench } from '../fakes/engine-bench.ts';
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

describe('a cancelled occurrence whose answer was lost', () => {
  it('comes back when the series is scheduled anew', async () => {
    await using on = await bench();
    const series = { recurrence: { rrule: 'FREQ=WEEKLY;COUNT=2', excluded: [] } };
    await say(on, 1, [], series);
    await on.drain();
    on.fates.push('lost', 'crash');
    await on.publish('cancelled', cancellation('m', 2, '2026-07-13T10:00:00'));
    await on.publish('cancelled', cancellation('m', 3));
    await say(on, 4, [], series);
    await on.drain();
    expect(on.calendar.seen('m', BEFORE)).toHaveLength(2);
  });
});

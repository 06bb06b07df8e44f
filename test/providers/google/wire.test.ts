import { describe, expect, it } from 'vitest';
import { heldEntry, insertBody, patchBody } from '../../../src/providers/google/wire.ts';
import { entry } from './harness.ts';

const unchanged = { guests: null, revive: false };

describe('an entry on its way to Google', () => {
  it('carries wall clock, offset and zone, the mark, and both members of the reminders', () => {
    expect(insertBody(entry(), 'abc123')).toEqual({
      id: 'abc123',
      summary: 'Weekly_Meeting',
      description: 'Room 6500',
      location: '6500',
      start: { dateTime: '2026-12-01T10:00:00+01:00', timeZone: 'Etc/GMT-1' },
      end: { dateTime: '2026-12-01T11:00:00+01:00', timeZone: 'Etc/GMT-1' },
      visibility: 'default',
      reminders: { useDefault: false, overrides: [{ method: 'email', minutes: 60 }] },
      extendedProperties: {
        private: { pbxDevice: 'c074ad123456', pbxMeeting: '6500-1', pbxSequence: '0', pbxAgent: 'agent' },
      },
    });
    expect(insertBody(entry({ reminders: [] }), 'abc123').reminders).toEqual({ useDefault: false, overrides: [] });
  });

  it('leaves the offset of a series to its zone', () => {
    const start = { local: '2026-12-01T10:00:00', zone: 'Europe/Berlin', offset: null };
    const body = insertBody(entry({ start, recurrence: ['RRULE:FREQ=DAILY'] }), 'abc123');
    expect(body).toMatchObject({
      start: { dateTime: '2026-12-01T10:00:00', timeZone: 'Europe/Berlin' },
      recurrence: ['RRULE:FREQ=DAILY'],
    });
  });

  it('names guests with an address, and with a name where there is one', () => {
    const guests = [
      { email: 'a@example.com', displayName: 'A' },
      { email: 'b@example.com', displayName: null },
    ];
    expect(insertBody(entry({ guests }), 'abc123').attendees).toEqual([
      { email: 'a@example.com', displayName: 'A' },
      { email: 'b@example.com' },
    ]);
  });

  it('as a change touches the guests only when they are given, and then row by row as they were', () => {
    const guests = [{ email: 'a@example.com', responseStatus: 'accepted', comment: 'yes', resource: false }];
    expect(patchBody({ entry: entry(), ...unchanged }, false)).not.toHaveProperty('attendees');
    expect(patchBody({ entry: entry(), guests, revive: false }, false).attendees).toBe(guests);
  });

  it('as a change clears the rule of what is no series, but sends none for an occurrence', () => {
    expect(patchBody({ entry: entry(), ...unchanged }, false).recurrence).toBeNull();
    expect(patchBody({ entry: entry(), ...unchanged }, true)).not.toHaveProperty('recurrence');
  });

  it('as a change clears the date of an entry that a person made last all day', () => {
    expect(patchBody({ entry: entry(), ...unchanged }, false)).toMatchObject({
      start: { date: null },
      end: { date: null },
    });
  });

  it('speaks of its status only to revive', () => {
    expect(patchBody({ entry: entry(), ...unchanged }, false)).not.toHaveProperty('status');
    expect(patchBody({ entry: entry(), guests: null, revive: true }, false).status).toBe('confirmed');
  });
});

describe('an event of Google', () => {
  const event = { id: 'abc123', status: 'confirmed', etag: '"1"' };

  it('may be a bare tombstone', () => {
    expect(heldEntry({ id: 'abc123', status: 'cancelled' }, 'primary')).toMatchObject({
      status: 'cancelled',
      startsAt: null,
      endsAt: null,
      guests: [],
      reminders: [],
      marker: null,
    });
  });

  it('may last all day, or name a zone that nobody knows', () => {
    expect(heldEntry({ ...event, start: { date: '2026-12-01' } }, 'x').startsAt).toBeNull();
    expect(
      heldEntry({ ...event, start: { dateTime: '2026-12-01T10:00:00+02:00', timeZone: 'GMT+02:00' } }, 'x'),
    ).toMatchObject({ startsAt: Date.parse('2026-12-01T08:00:00Z'), startZone: 'GMT+02:00' });
  });

  it('keeps everything that stands in a guest’s row, and skips rows without address', () => {
    const row = { email: 'a@example.com', responseStatus: 'accepted', optional: true, comment: 'yes' };
    expect(heldEntry({ ...event, attendees: [row, { displayName: 'A room' }] }, 'x').guests).toEqual([row]);
  });

  it('is ours only with the device and the meeting in its mark', () => {
    const marked = (own: Record<string, string>) =>
      heldEntry({ ...event, extendedProperties: { private: own } }, 'x').marker;
    expect(marked({ pbxDevice: 'd' })).toBeNull();
    expect(marked({ pbxMeeting: 'm' })).toBeNull();
    expect(marked({ pbxDevice: 'd', pbxMeeting: 'm' })).toEqual({
      pbxDevice: 'd',
      pbxMeeting: 'm',
      pbxSequence: '',
      pbxAgent: '',
    });
  });

  it('tells the calendar’s own reminders from none', () => {
    expect(heldEntry({ ...event, reminders: { useDefault: true } }, 'x').reminders).toBe('default');
    expect(heldEntry({ ...event, reminders: { useDefault: false } }, 'x').reminders).toEqual([]);
  });

  it.each([undefined, null, '', '<html>', {}, { id: 'abc123' }])('%j is none, and counts as no answer', (answer) => {
    expect(() => heldEntry((answer ?? {}) as object, 'x')).toThrow(
      expect.objectContaining({ code: 'google-unavailable' }),
    );
  });
});

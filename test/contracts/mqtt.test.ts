import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PAYLOAD_BYTES, maskDocument, readIdentityPayload, readMeetingEvent } from '../../src/contracts/mqtt.ts';
import { cancellation, meetingEvent } from '../fakes/meeting-event.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const read = (value: unknown, operation: 'scheduled' | 'updated' | 'cancelled' = 'scheduled') =>
  readMeetingEvent({ device: 'pbx1', operation, payload: bytes(value) });
const rejection = (value: unknown, operation: 'scheduled' | 'updated' | 'cancelled' = 'scheduled') => {
  const found = read(value, operation);
  return found.ok ? null : found.rejection;
};
const event = (data: Record<string, unknown>) => {
  const found = read(meetingEvent({ data }));
  if (!found.ok) throw new Error(JSON.stringify(found.rejection.errors));
  return found.event;
};

describe('reading a meeting event', () => {
  it('takes the example of the contract, without the host password', () => {
    const found = event({});
    expect(found).toMatchObject({ uid: '6500-20240429-1', sequence: 0, occurrence: null, warnings: [] });
    expect(JSON.stringify(found)).not.toMatch(/5021|hostPassword/);
  });

  it('reads a cancellation, which needs only uid and sequence', () => {
    expect(read(cancellation('a', 3), 'cancelled')).toMatchObject({ ok: true, event: { meeting: null, sequence: 3 } });
  });

  it.each(['uid', 'sequence', 'subject', 'start', 'end', 'timeZone', 'syncToGoogleCalendar'])(
    'is rejected without %s, which it names',
    (name) => {
      const document = meetingEvent();
      delete (document['data'] as Record<string, unknown>)[name];
      delete document['subject'];
      expect(rejection(document)).toMatchObject({
        code: 'schema',
        errors: [expect.objectContaining({ path: `/data/${name}` })],
      });
    },
  );

  it.each([
    ['an end before the start', { end: '2024-04-29T09:00:00' }, '/data/end'],
    ['a day that does not exist', { start: '2024-02-30T10:00:00' }, '/data/start'],
    ['an offset', { start: '2024-04-29T10:00:00Z' }, '/data/start'],
    ['a sequence beyond 2^53', { sequence: 2 ** 53 }, '/data/sequence'],
    ['a uid with a slash', { uid: 'a/b' }, '/data/uid'],
    ['an occurrence that is no time', { occurrence: 'tomorrow' }, '/data/occurrence'],
  ])('is rejected for %s', (_name, data, path) => {
    expect(rejection({ ...meetingEvent({ data }), subject: undefined })?.errors.map((item) => item.path)).toContain(
      path,
    );
  });

  it('tells a topic of another type, and a subject of another meeting', () => {
    expect(rejection(meetingEvent(), 'updated')).toMatchObject({ code: 'topic-mismatch' });
    expect(rejection({ ...meetingEvent(), subject: 'other' })).toMatchObject({ code: 'topic-mismatch' });
  });

  it.each([
    ['no JSON', 'hello', 'invalid-json'],
    ['a list', [], 'invalid-json'],
    ['the bare data of binary mode', meetingEvent()['data'], 'schema'],
    ['another version', { ...meetingEvent(), specversion: '0.3' }, 'schema'],
    ['too much', ' '.repeat(MAX_PAYLOAD_BYTES + 1), 'too-large'],
  ])('is rejected as %s', (_name, value, code) => expect(rejection(value)?.code).toBe(code));

  it('leaves out what is not needed and wrong, with a warning that names it', () => {
    const found = event({
      emailReminderMinutes: 'soon',
      joinUrl: 7,
      host: 'Arthur',
      recurrence: { rrule: 5 },
      invitees: [{ extension: 1001, name: '', email: 'no address' }, 'nobody'],
      unknownMember: { deep: true },
    });
    expect(found.warnings.map((warning) => warning.path).sort()).toEqual([
      '/data/emailReminderMinutes',
      '/data/host',
      '/data/invitees/0/email',
      '/data/invitees/1',
      '/data/joinUrl',
      '/data/recurrence',
    ]);
    expect(found.meeting?.invitees).toEqual([{ extension: '1001', name: null, email: null }]);
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.uint8Array({ maxLength: 40 }), (text, noise) => {
        read(text);
        readMeetingEvent({ device: 'd', operation: 'cancelled', payload: noise });
        const value: unknown = (() => {
          try {
            return JSON.parse(text);
          } catch {
            return text;
          }
        })();
        read({ ...meetingEvent(), data: value });
        readIdentityPayload(bytes(value));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('masks every password in what is kept of a rejected message', () => {
    expect(maskDocument({ a: { hostPassword: '1', PASSWORD: ['x'] }, b: [{ password: null }] })).toEqual({
      a: { hostPassword: '***', PASSWORD: '***' },
      b: [{ password: '***' }],
    });
  });
});

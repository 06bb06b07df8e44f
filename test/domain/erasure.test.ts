import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeEntry, sameContent } from '../../src/domain/entry.ts';
import { eraserOf } from '../../src/domain/erasure.ts';
import type { Meeting } from '../../src/domain/meeting.ts';

const { text, meeting } = eraserOf('Jane.Roe@Example.com');

describe('erasing an address from text', () => {
  it.each([
    ['jane.roe@example.com', '[erased]'],
    ['Ask JANE.ROE@example.COM.', 'Ask [erased].'],
    ['<jane.roe@example.com>, "jane.roe@example.com"', '<[erased]>, "[erased]"'],
    ['mailto:jane.roe@example.com?subject=x', 'mailto:[erased]?subject=x'],
    ['https://x.example/?to%3Djane.roe%40example.com&y', 'https://x.example/?to%3D[erased]&y'],
    ['...jane.roe@example.com', '...[erased]'],
    ["of jane.roe@example.com's", "of [erased]'s"],
  ])('finds it in %s', (from, to) => {
    expect(text(from)).toBe(to);
  });

  it.each([
    'mary-jane.roe@example.com',
    'xjane.roe@example.com',
    'mary.jane.roe@example.com',
    'jane.roe@example.com.au',
    'jane.roe@example.company',
    'jane.roe@example.com-x.org',
    'janeXroe@example.com',
  ])('leaves another address alone: %s', (other) => {
    expect(text(other)).toBe(other);
  });

  it('finds an apostrophe and signs of its own in HTML as well', () => {
    const eraser = eraserOf("o'brien+a&b@example.com");
    expect(eraser.text('O&#39;Brien+a&amp;b@example.com')).toBe('[erased]');
    expect(eraser.text("o'brien+a&b@example.com")).toBe('[erased]');
  });

  it('finds it in the names of members and at any depth', () => {
    const eraser = eraserOf('a@b.cc');
    expect(eraser.value({ 'A@b.cc': [{ x: 'to a@b.cc' }], n: 1, z: null })).toEqual({
      '[erased]': [{ x: 'to [erased]' }],
      n: 1,
      z: null,
    });
  });
});

describe('erasing an address from a meeting', () => {
  const wish: Meeting = {
    uid: 'm',
    sequence: 3,
    subject: 'Jane',
    start: '2026-03-09T10:00:00',
    end: '2026-03-09T11:00:00',
    timeZone: 'Europe/Berlin',
    recurrence: null,
    host: { extension: '1000', name: 'Jane Roe', email: 'jane.roe@example.com' },
    invitees: [
      { extension: '1001', name: 'Jane Roe', email: 'JANE.roe@example.com' },
      { extension: '1002', name: null, email: null },
      { extension: null, name: 'Other', email: 'other@example.com' },
    ],
    room: null,
    publicRoom: false,
    joinUrl: null,
    password: null,
    emailReminderMinutes: null,
    agenda: '',
    syncToGoogleCalendar: true,
  };

  it('takes the invitee whole and leaves of the host the extension', () => {
    expect(meeting(wish)).toEqual({
      ...wish,
      host: { extension: '1000', name: null, email: null },
      invitees: wish.invitees.slice(1),
    });
    expect(
      meeting({ ...wish, host: { extension: null, name: 'Jane', email: 'jane.roe@example.com' } }).host,
    ).toBeNull();
  });

  it('gives the same entry whether the wish or what was written from it loses the address', () => {
    const address = fc.constantFrom("o'hara@example.com", 'ann@example.com', 'a&b+c@example.com', 'other@example.org');
    const around = fc.constantFrom('', ' ', '<', '>', '"', "'", '&', ';', '.', 'x', '-', '=', '\n', '%20', 'é');
    const saying = fc
      .array(fc.tuple(around, fc.oneof(address, fc.constant('words')), around), { maxLength: 4 })
      .map((parts) => parts.flat().join(''));
    const person = fc.record({
      extension: fc.constantFrom(null, '1001'),
      name: fc.oneof(fc.constant(null), saying),
      email: fc.oneof(
        fc.constant(null),
        address,
        address.map((text) => text.toUpperCase()),
      ),
    });
    const wishes = fc.record({
      host: fc.oneof(fc.constant(null), person),
      invitees: fc.array(person, { maxLength: 5 }),
      subject: saying,
      agenda: saying,
      room: saying,
      joinUrl: fc.oneof(
        fc.constant(null),
        saying.map((text) => `https://x.example/?${text}`),
        address.map((to) => `sip:${to}`),
      ),
      password: saying,
    });
    const policy = {
      agentId: 'agent',
      reminders: null,
      visibility: 'default' as const,
      includePassword: true,
      organizerAddress: 'other@example.org',
    };
    const compose = (from: Meeting) =>
      composeEntry(from, { device: 'd', zone: 'Europe/Berlin', occurrence: null, policy }).entry;
    fc.assert(
      fc.property(wishes, address, (change, email) => {
        const eraser = eraserOf(email);
        const from: Meeting = { ...wish, ...change };
        const erased = eraser.meeting(from);
        expect(sameContent(compose(erased), eraser.entry(compose(from)))).toBe(true);
        expect(eraser.value(erased)).toEqual(erased);
      }),
      { numRuns: 400, seed: 20_260_302 },
    );
  });

  it('may have hyphens on both sides of its @', () => {
    expect(eraserOf('mary-ann@mail-host.example.org').text('Ask mary-ann@mail-host.example.org.')).toBe(
      'Ask [erased].',
    );
    expect(eraserOf('ann@x.example').text('Ask mary-ann@x.example.')).toBe('Ask mary-ann@x.example.');
  });
});

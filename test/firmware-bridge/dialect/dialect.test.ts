import { describe, expect, it } from 'vitest';
import { allowedActions } from '../../../firmware-bridge/device/allow.ts';
import { keyPaths } from '../../../firmware-bridge/dialect/key-paths.ts';
import { chooseDialect, loadDialect, shippedDialects } from '../../../firmware-bridge/dialect/load.ts';
import { readMeeting } from '../../../firmware-bridge/dialect/read.ts';
import type { Dialect } from '../../../firmware-bridge/dialect/schema.ts';
import { readPbxIdentity } from '../../../firmware-bridge/pbx/identity.ts';
import { renamedDialect } from '../harness.ts';

function shipped(id: string): Dialect {
  const found = shippedDialects().find((item) => item.id === id);
  if (found === undefined) throw new Error(`no dialect ${id}`);
  return found;
}
const reservation = shipped('reservation-1');
const meetme = shipped('meetme-1');

const row = {
  reservation_id: 12,
  subject: 'A',
  start_time: '2026-06-03 10:00:00',
  end_time: '2026-06-03 11:00',
  timezone: '(UTC+01:00) Etc/GMT-1',
  repeat: 'No Repeat',
  open_calendar: '1',
};
const read = (change: Record<string, unknown>, dialect = reservation, deviceZone: string | null = 'Europe/Paris') => {
  const result = readMeeting({ row: { ...row, ...change }, detail: null }, dialect, deviceZone);
  if (!result.ok) throw new Error(result.missing.join());
  return result.meeting;
};

describe('a dialect', () => {
  it.each([
    ['UCM6304', '1.0.33.30', 'reservation-1'],
    ['UCM6302A', '1.0.25.7', 'reservation-1'],
    ['GCC6010W', '1.0.25.11', 'reservation-1'],
    ['CloudUCM', '1.0.25.13', 'reservation-1'],
    ['UCM6202', '1.0.20.38', 'meetme-1'],
    ['UCM6510', '1.0.2.5', 'meetme-1'],
    ['HT801', '1.0.1.1', null],
  ])('is chosen for %s with %s: %s', (model, firmware, id) => {
    const identity = readPbxIdentity({ 'product-model': model, 'prog-version': firmware }, {});
    expect(identity === null ? undefined : (chooseDialect(shippedDialects(), identity)?.id ?? null)).toBe(id);
  });

  it('of a site says what differs, and is checked member by member', () => {
    const own = loadDialect('{"extends":"reservation-1","fields":{"googleSync":["gcal_on"]}}', 'own.json');
    expect(own.fields.googleSync).toEqual(['gcal_on']);
    expect(own.fields.subject).toEqual(reservation.fields.subject);
    const fault = (text: string) => {
      try {
        loadDialect(text, 'own.json');
        return 'taken';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    expect(fault('{')).toContain('own.json is no dialect');
    expect(fault('{"extends":"nothing"}')).toContain('/extends: expects one of meetme-1, reservation-1');
    expect(fault('{"extends":"meetme-1","fields":{"subject":"confname"}}')).toContain('/fields/subject');
    expect(fault('{"extends":"meetme-1","fields":{"sbject":["confname"]}}')).toMatch(/\/fields/);
    expect(fault('{"extends":"meetme-1","list":{"action":"deleteMeetme"}}')).toContain('/list/action');
    expect(fault('{"extends":"meetme-1","values":{"repeat":{"rules":{"FREQ=HOURLY":["h"]}}}}')).toContain('HOURLY');
    expect(fault('{"extends":"meetme-1","fields":{"googleSync":[]}}')).toContain('/fields/googleSync');
  });

  it('opens only reading actions, and one writing action where it was confirmed and switched on', () => {
    const reading = ['getSystemGeneralStatus', 'getSystemStatus'];
    expect([...allowedActions(null, { write: true, lookUpAddresses: true })].sort()).toEqual(reading);
    expect(allowedActions(reservation, { write: true, lookUpAddresses: false })).not.toContain(
      'addMultimediaConferenceReservation',
    );
    expect(allowedActions(meetme, { write: false, lookUpAddresses: true })).toEqual(
      new Set([...reading, 'listMeetmeInfo', 'getMeetme', 'listUser']),
    );
    expect(allowedActions(meetme, { write: true, lookUpAddresses: false })).toContain('addMeetme');
  });
});

describe('a row of the list', () => {
  it.each([
    ['yes', true],
    ['1', true],
    [1, true],
    [true, true],
    ['no', false],
    [0, false],
    ['maybe', false],
  ])('with the tick %j is ticked: %s', (value, ticked) => {
    const meeting = read({ open_calendar: value });
    expect(meeting.ticked).toBe(ticked);
    expect(meeting.notes.map((note) => note.code)).toEqual(value === 'maybe' ? ['tick-unknown'] : []);
  });

  it.each([
    ['2026-06-03 10:00:00', '2026-06-03T10:00:00'],
    ['2026-06-03 10:00', '2026-06-03T10:00:00'],
    ['2026-06-03T09:00:00Z', '2026-06-03T10:00:00'],
    ['1780477200', '2026-06-03T10:00:00'],
    [1780477200000, '2026-06-03T10:00:00'],
  ])('starts, written %j, at %s', (written, start) => {
    expect(read({ start_time: written }).start).toBe(start);
  });

  it.each(['2026-02-30 10:00:00', '2026-06-03 24:00:00', '03.06.2026 10:00', '10', '', null])(
    'without a readable start (%j) is refused with its keys, never its values',
    (written) => {
      const result = readMeeting({ row: { ...row, start_time: written }, detail: null }, reservation, null);
      expect(result).toMatchObject({ ok: false, missing: expect.arrayContaining(['start']) });
      expect(result.ok ? [] : result.keys).toEqual(Object.keys(row).sort());
    },
  );

  it('takes the zone from the label, the name, the device, in this order', () => {
    expect(read({}).zone).toBe('(UTC+01:00) Etc/GMT-1');
    expect(read({ timezone: 'Asia/Tokyo' }).zone).toBe('Asia/Tokyo');
    expect(read({ timezone: '+0800' }).zone).toBe('+0800');
    expect(read({ timezone: 'GMT+8' }).zone).toBe('Europe/Paris');
    const nowhere = read({ timezone: '' }, reservation, null);
    expect([nowhere.zone, nowhere.notes.map((note) => note.code)]).toEqual(['', ['zone-unknown']]);
    // The older generation's own field is not to be trusted.
    const legacy = {
      bookid: '1',
      confname: 'A',
      starttime: row.start_time,
      endtime: '2026-06-03 11:00:00',
      open_calendar: 'yes',
    };
    const meeting = readMeeting(
      { row: { ...legacy, timezone: '+0800', recurringevent: 'Hwednesday' }, detail: null },
      meetme,
      'Etc/GMT-1',
    );
    expect(meeting).toMatchObject({
      ok: true,
      meeting: {
        zone: 'Etc/GMT-1',
        repeat: { kind: 'rule', rrule: 'FREQ=WEEKLY;BYDAY=WE' },
        notes: [{ code: 'zone-fixed' }],
      },
    });
  });

  it.each([
    [{ repeat: 'Every Day' }, { kind: 'rule', rrule: 'FREQ=DAILY', excluded: [] }],
    [
      { repeat: 'weekly', repeat_days: 'MO,WE' },
      { kind: 'rule', rrule: 'FREQ=WEEKLY;BYDAY=MO,WE', excluded: [] },
    ],
    [
      { repeat: 'daily', repeat_until: '2026-07-01' },
      { kind: 'rule', rrule: 'FREQ=DAILY;UNTIL=20260701T235959', excluded: [] },
    ],
    [
      { repeat: 'daily', repeat_count: '5' },
      { kind: 'rule', rrule: 'FREQ=DAILY;COUNT=5', excluded: [] },
    ],
    [
      { repeat: 'daily', excluded_dates: '2026-06-05,2026-06-06' },
      { kind: 'rule', rrule: 'FREQ=DAILY', excluded: ['2026-06-05T10:00:00', '2026-06-06T10:00:00'] },
    ],
    [{ rrule: 'RRULE:FREQ=MONTHLY;BYDAY=1MO' }, { kind: 'rule', rrule: 'FREQ=MONTHLY;BYDAY=1MO', excluded: [] }],
    [{ repeat: 'EVERY_FULL_MOON' }, { kind: 'unknown' }],
    [{ repeat: 'weekly', repeat_days: 'MO,Someday' }, { kind: 'unknown' }],
    [{ repeat: 'daily', repeat_until: 'soon' }, { kind: 'unknown' }],
    [{ repeat: 'daily', excluded_dates: 'tomorrow' }, { kind: 'unknown' }],
    [{ repeat: undefined }, { kind: 'unknown' }],
    [{ repeat: null }, { kind: 'none' }],
  ])('repeats exactly as written or not at all: %j', (change, repeat) => {
    const given = Object.fromEntries(Object.entries({ ...row, ...change }).filter(([, value]) => value !== undefined));
    const result = readMeeting({ row: given, detail: null }, reservation, null);
    expect(result.ok ? result.meeting.repeat : result).toEqual(repeat);
  });

  it('reads participants as text and as list, whoever the host is', () => {
    const members = [
      { member_extension: '1000', member_name: 'Host', email: '', is_admin: 'yes' },
      { member_extension: '', member_name: 'Guest', email: 'guest@example.com', is_admin: 'no' },
      { member_extension: '', member_name: '', email: '' },
    ];
    const expected = {
      host: { extension: '1000', name: 'Host', email: null },
      invitees: [{ extension: null, name: 'Guest', email: 'guest@example.com' }],
    };
    expect(read({ members })).toMatchObject(expected);
    expect(read({ members: JSON.stringify(members) })).toMatchObject(expected);
    expect(read({ members: '1001, ann@example.com' }).invitees).toEqual([
      { extension: '1001', name: null, email: null },
      { extension: null, name: null, email: 'ann@example.com' },
    ]);
    expect(read({ members: '[broken' }).notes.map((note) => note.code)).toEqual(['members-unreadable']);
  });

  it('of quite another shape is read with a dialect file alone', () => {
    const other = {
      info: { mtg_key: 'x/1', headline: 'Planning' },
      from_ts: '1780477200',
      to_ts: '1780480800',
      tz: 'Europe/Berlin',
      recur: '2',
      gcal: 1,
    };
    expect(readMeeting({ row: other, detail: null }, renamedDialect(), null)).toMatchObject({
      ok: true,
      meeting: {
        id: 'x/1',
        subject: 'Planning',
        start: '2026-06-03T11:00:00',
        repeat: { rrule: 'FREQ=WEEKLY' },
        ticked: true,
      },
    });
  });
});

describe('the key paths of an answer', () => {
  it('show names and kinds and no value', () => {
    const paths = keyPaths({
      '6500': [{ bookid: '1764000000000', confname: 'Merger with ACME', starttime: '2026-06-03 10:00:00' }],
      'ann@example.com': null,
      members: '[{"email":"ann@example.com"}]',
      host_password: '5021',
      pincode: '',
      total_item: '12',
      zone: '(UTC+01:00) Etc/GMT-1',
    });
    expect(paths).toEqual([
      '<number>[].bookid: text of 13 digits',
      '<number>[].confname: text',
      '<number>[].starttime: text like 9999-99-99 99:99:99',
      '<text>: null',
      'host_password: hidden',
      'members(json)[].email: text like an address',
      'members: text with JSON',
      'pincode: empty text',
      'total_item: text of 2 digits',
      'zone: text like (UTC+99:99) zone',
    ]);
    expect(paths.join()).not.toMatch(/6500|ACME|ann|1764/);
  });
});

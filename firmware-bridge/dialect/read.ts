import type { Person, WallClock } from '../../src/domain/meeting.ts';
import type { Note, PbxMeeting } from '../meeting.ts';
import { isMembers, type Members } from '../pbx/transport.ts';
import type { Dialect, FieldName } from './schema.ts';
import { isOneOf, readFlag, readList, readRepeat, readText, readTime, readZone } from './values.ts';

export type ReadMeeting =
  | { ok: true; meeting: PbxMeeting }
  /** The fields that could not be found or read, and the keys that were there. Never a value. */
  | { ok: false; missing: string[]; keys: string[] };

const ADDRESS = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+$/;

/** Follows a dotted name; undefined when it leads nowhere. */
export function lookUp(source: Members | null, path: string): unknown {
  let value: unknown = source;
  for (const part of path.split('.')) {
    if (!isMembers(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The first alias that the row has. */
export function aliasIn(source: Members, aliases: readonly string[]): string | null {
  return aliases.find((name) => lookUp(source, name) !== undefined) ?? null;
}

/** One row of the list and, where the dialect asks for it, its detail, whose members win. */
export function readMeeting(
  sources: { row: Members; detail: Members | null },
  dialect: Dialect,
  deviceZone: string | null,
): ReadMeeting {
  const { row, detail } = sources;
  const field = (name: FieldName): unknown => {
    for (const source of detail === null ? [row] : [detail, row]) {
      const alias = aliasIn(source, dialect.fields[name]);
      if (alias !== null) return lookUp(source, alias);
    }
    return undefined;
  };
  const { values } = dialect;
  const missing: string[] = [];
  const notes: Note[] = [];

  const id = readText(field('id'));
  if (id === null) missing.push('id');
  const subject = field('subject');
  if (subject === undefined) missing.push('subject');
  const tick = field('googleSync');
  if (tick === undefined) missing.push('googleSync');
  const ticked = readFlag(tick, values);
  if (tick !== undefined && ticked === null) {
    notes.push({
      code: 'tick-unknown',
      message: 'the tick has a value that the dialect does not know; taken as not ticked',
    });
  }

  const { zone, fixed } = readZone(field('zone'), values, deviceZone);
  if (zone === '') {
    notes.push({
      code: 'zone-unknown',
      message: 'neither the meeting nor the device names a time zone; set PBX_TIME_ZONE',
    });
  }
  const start = readTime(field('start'), values, zone);
  if (start === null) missing.push('start');
  const end = readTime(field('end'), values, zone) ?? endAfter(start, field('durationMinutes'));
  if (end === null || (start !== null && end <= start)) missing.push('end');
  if (missing.length > 0 || id === null || start === null || end === null) {
    return { ok: false, missing, keys: [...new Set([...Object.keys(row), ...Object.keys(detail ?? {})])].sort() };
  }

  const repeat = readRepeat(
    {
      repeat: field('repeat'),
      rrule: field('rrule'),
      until: field('repeatUntil'),
      count: field('repeatCount'),
      weekdays: field('weekdays'),
      excluded: field('excluded'),
    },
    values,
    { start, zone },
  );
  if (fixed) {
    notes.push({
      code: 'zone-fixed',
      message: 'only the present offset of the PBX is known, so summer time will move this meeting; set PBX_TIME_ZONE',
    });
  }
  const people = readMembers(field('members'), dialect, notes);
  const seriesId = readText(field('seriesId'));
  const original = field('originalStart');
  return {
    ok: true,
    meeting: {
      id,
      seriesId: seriesId === null || seriesId === id || seriesId === '0' ? null : seriesId,
      originalStart: original === undefined ? null : readTime(original, values, zone),
      subject: readText(subject) ?? '',
      agenda: readText(field('agenda')) ?? '',
      room: readText(field('room')),
      publicRoom: readFlag(field('publicRoom'), values) ?? false,
      joinUrl: readText(field('joinUrl')),
      password: readText(field('password')),
      start,
      end,
      zone,
      repeat,
      host: readHost(field, people.host),
      invitees: people.invitees,
      reminderMinutes: readMinutes(field('reminder')),
      ticked: ticked ?? false,
      cancelled: isOneOf(field('status'), values.cancelled),
      notes,
    },
  };
}

function endAfter(start: WallClock | null, duration: unknown): WallClock | null {
  const minutes = readMinutes(duration);
  if (start === null || minutes === null || minutes === 0) return null;
  return new Date(Date.parse(`${start}Z`) + minutes * 60_000).toISOString().slice(0, 19);
}

function readMinutes(value: unknown): number | null {
  const text = readText(value);
  return text !== null && /^\d{1,5}$/.test(text) && Number(text) <= 40_320 ? Number(text) : null;
}

function readMembers(value: unknown, dialect: Dialect, notes: Note[]): { host: Person | null; invitees: Person[] } {
  const list = readList(value);
  if (list === null) notes.push({ code: 'members-unreadable', message: 'the list of participants cannot be read' });
  let host: Person | null = null;
  const invitees: Person[] = [];
  for (const item of list ?? []) {
    if (!isMembers(item)) {
      // A plain extension, or a plain address.
      const text = readText(item);
      if (text !== null) invitees.push(personOf(ADDRESS.test(text) ? { email: text } : { extension: text }));
      continue;
    }
    const member = (name: keyof Dialect['member']): unknown => {
      const alias = aliasIn(item, dialect.member[name]);
      return alias === null ? undefined : lookUp(item, alias);
    };
    const person = personOf({
      extension: readText(member('extension')),
      name: readText(member('name')),
      email: readText(member('email')),
    });
    if (person.extension === null && person.name === null && person.email === null) continue;
    if (readFlag(member('isHost'), dialect.values) === true && host === null) host = person;
    else invitees.push(person);
  }
  return { host, invitees };
}

function readHost(field: (name: FieldName) => unknown, fromMembers: Person | null): Person | null {
  const plain = readText(field('host'));
  const email = readText(field('hostEmail'));
  const name = readText(field('hostName'));
  if (plain === null && email === null && name === null) return fromMembers;
  const isNumber = plain !== null && /^[0-9*#+]+$/.test(plain);
  return personOf({
    extension: isNumber ? plain : (fromMembers?.extension ?? null),
    name: name ?? (plain !== null && !isNumber && !ADDRESS.test(plain) ? plain : null),
    email: email ?? (plain !== null && ADDRESS.test(plain) ? plain : null),
  });
}

function personOf(given: Partial<Person>): Person {
  const email = given.email ?? null;
  return {
    extension: given.extension ?? null,
    name: given.name ?? null,
    email: email !== null && ADDRESS.test(email) ? email : null,
  };
}

import { invitableAddress } from './address.ts';
import type { Meeting, Person } from './meeting.ts';

/** Whose address an extension is; the name stands in where the PBX names nobody. */
export interface DirectoryAddress {
  name: string | null;
  email: string;
}

/** Addresses made from the number: `{extension}@example.com`. */
export interface DirectoryPattern {
  address: string;
  /** `1000-1999, 2*, 3001`; empty = every extension of 2 to 8 digits. */
  extensions: string;
}

export interface Directory {
  /** By extension; what is here counts before the pattern. */
  entries: Readonly<Record<string, DirectoryAddress>>;
  pattern: DirectoryPattern | null;
}

/** Which meetings go to the calendar. */
export interface Selection {
  selector: 'tick' | 'all' | 'tag';
  tag: string;
}

/** What a meeting is taken in under. A part that is not named stays as the meeting has it. */
export interface Taking {
  directory?: Directory;
  selection?: Selection;
}

export const emptyDirectory: Directory = { entries: {}, pattern: null };

const EXTENSION = /^\d{2,8}$/;
const PLACE = '{extension}';
const MOST_PARTS = 100;

export function isExtension(text: string): boolean {
  return EXTENSION.test(text);
}

export function addressOf(directory: Directory, extension: string): DirectoryAddress | null {
  const entry = Object.hasOwn(directory.entries, extension) ? directory.entries[extension] : undefined;
  if (entry !== undefined) return entry;
  const { pattern } = directory;
  if (pattern === null || !isExtension(extension)) return null;
  const parts = readExtensions(pattern.extensions);
  const covered = parts.length === 0 || parts.some((part) => part !== null && covers(part, extension));
  return covered ? { name: null, email: pattern.address.replaceAll(PLACE, extension) } : null;
}

/**
 * A meeting as it is taken in: with the directory's addresses and the choice of that moment. They are kept with the
 * meeting, so that a later change of either concerns later meetings alone, whatever wakes this one, until somebody
 * wants it taken in again.
 */
export function takeMeeting(meeting: Meeting, { directory, selection }: Taking): Meeting {
  const person = <P extends Person | null>(from: P): P =>
    from === null || directory === undefined ? from : (withAddress(from, directory) as P);
  return {
    ...meeting,
    host: person(meeting.host),
    invitees: meeting.invitees.map(person),
    ...(selection === undefined ? {} : { selection }),
  };
}

function withAddress(person: Person, directory: Directory): Person {
  const { directory: _before, ...own } = person;
  // An address of the PBX that nobody can be invited at is as good as none.
  if (own.extension === null || (own.email !== null && invitableAddress(own.email) !== null)) return own;
  const found = addressOf(directory, own.extension.trim());
  return found === null ? own : { ...own, directory: found };
}

/** The same directory where the address is nobody's. */
export function withoutAddress(directory: Directory, email: string): Directory {
  const form = (text: string) => (invitableAddress(text) ?? text.trim()).toLowerCase();
  const kept = Object.entries(directory.entries).filter(([, entry]) => form(entry.email) !== form(email));
  return kept.length === Object.keys(directory.entries).length
    ? directory
    : { ...directory, entries: Object.fromEntries(kept) };
}

/** Whether the settings choose a meeting for the calendar. */
export function isChosen(meeting: Meeting, selection: Selection): boolean {
  if (selection.selector === 'all') return true;
  if (selection.selector === 'tick') return meeting.syncToGoogleCalendar;
  const tag = selection.tag.toLowerCase();
  return meeting.subject.toLowerCase().includes(tag) || meeting.agenda.toLowerCase().includes(tag);
}

/** What is wrong with a pattern, by member; null = nothing. */
export function patternFaults({ address, extensions }: DirectoryPattern): Record<string, string> | null {
  const faults: Record<string, string> = {};
  if (!address.includes(PLACE))
    faults['address'] = `expects ${PLACE} where the number goes, such as ${PLACE}@example.com`;
  else if (invitableAddress(address.replaceAll(PLACE, '10')) === null)
    faults['address'] = `expects an e-mail address once ${PLACE} is a number, such as ${PLACE}@example.com`;
  const parts = readExtensions(extensions);
  const bad = extensions.split(',').map((part) => part.trim())[parts.indexOf(null)];
  if (parts.includes(null))
    faults['extensions'] =
      `expects ranges of equal length, beginnings or numbers, such as 1000-1999, 2*, 3001; "${bad}" is none`;
  else if (parts.length > MOST_PARTS) faults['extensions'] = `expects at most ${MOST_PARTS} parts`;
  return Object.keys(faults).length === 0 ? null : faults;
}

type Part = { from: string; to: string } | { start: string };

/** One for each part, null where it cannot be read. */
function readExtensions(text: string): (Part | null)[] {
  if (text.trim() === '') return [];
  return text.split(',').map((item) => {
    const part = item.trim();
    const range = /^(\d{2,8})\s*-\s*(\d{2,8})$/.exec(part);
    if (range !== null) {
      const [, from = '', to = ''] = range;
      return from.length === to.length && from <= to ? { from, to } : null;
    }
    if (/^\d{1,7}\*$/.test(part)) return { start: part.slice(0, -1) };
    return isExtension(part) ? { from: part, to: part } : null;
  });
}

/** Extensions of one length compare as texts do. */
function covers(part: Part, extension: string): boolean {
  if ('start' in part) return extension.startsWith(part.start);
  return extension.length === part.from.length && part.from <= extension && extension <= part.to;
}

import { invitableAddress } from './address.ts';
import { addressKey, type CalendarEntry, safeLink } from './entry.ts';
import type { Meeting, Person } from './meeting.ts';

/** What stands where an address stood. It must pass through an entry unchanged: no white space, no quotes, no HTML. */
const ERASED = '[erased]';

/**
 * Takes one person's address out of what is kept. A wish and the record of what was written from it lose it in the same
 * way, so that the next plan finds no difference between them.
 */
export interface Eraser {
  /** Quickly: certainly nowhere in this text, nor in JSON written like it. */
  absent(text: string): boolean;
  text(text: string): string;
  /** Every text in a JSON value, names of members too. */
  value<T>(value: T): T;
  /** An invitee goes whole; of a host the extension stays. */
  meeting(meeting: Meeting): Meeting;
  entry(entry: CalendarEntry): CalendarEntry;
  /** Whether the address is among these. */
  among(people: readonly { email: string | null }[]): boolean;
}

export function eraserOf(email: string): Eraser {
  const key = addressKey(email);
  // An international domain stands in the calendar as punycode.
  const ascii = sentForm(key);
  const pattern = patternOf([...new Set([key, ascii])]);
  const domain = key.slice(key.lastIndexOf('@') + 1);
  // Most texts do not name the domain at all, and that is quicker seen.
  const plain = /^[a-z0-9.-]+$/.test(domain);
  const absent = (from: string): boolean => plain && !from.toLowerCase().includes(domain);
  const text = (from: string): string => (absent(from) ? from : from.replace(pattern, ERASED));
  const isThem = ({ email, directory }: Reachable): boolean =>
    [email, directory?.email].some((own) => typeof own === 'string' && sentForm(addressKey(own)) === ascii);
  const value = <T>(from: T): T => mapTexts(from, text) as T;
  const host = (person: Person | null): Person | null => {
    if (person === null || !isThem(person)) return person;
    return person.extension === null ? null : { extension: person.extension, name: null, email: null };
  };
  const entry = (from: CalendarEntry): CalendarEntry =>
    value({
      ...from,
      guests: from.guests.filter((guest) => !isThem(guest)),
      ...(from.tried === undefined ? {} : { tried: from.tried.map(entry) }),
    });
  return {
    absent,
    text,
    value,
    meeting: (meeting) =>
      value({
        ...meeting,
        host: host(meeting.host),
        // A link that was unfit for the entry must not become fit by what is taken out of it.
        joinUrl:
          meeting.joinUrl === null || text(meeting.joinUrl) === meeting.joinUrl
            ? meeting.joinUrl
            : safeLink(meeting.joinUrl),
        invitees: meeting.invitees.filter((person) => !isThem(person)),
      }),
    entry,
    among: (people) => people.some(isThem),
  };
}

interface Reachable {
  email: string | null;
  directory?: { email: string };
}

function sentForm(key: string): string {
  return invitableAddress(key) ?? key;
}

/**
 * The address as it stands in text, in escaped HTML and in links, and not as a part of a longer one: "ann@x.org" is not
 * in "mary-ann@x.org" or "ann@x.org.uk".
 */
function patternOf(keys: readonly string[]): RegExp {
  const formsOf = (key: string) => {
    const html = key.replaceAll('&', '&amp;').replaceAll("'", '&#39;');
    return [key, html, key.replace('@', '%40'), encodeURIComponent(key)];
  };
  const forms = [...new Set(keys.flatMap(formsOf))];
  const either = forms.map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
  const before = '(?:(?<![\\p{L}\\p{N}][._%+-]?)|(?<=%[0-9A-Fa-f]{2}))';
  const after = '(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])';
  return new RegExp(`${before}(?:${either})${after}`, 'giu');
}

function mapTexts(value: unknown, text: (from: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [text(name), mapTexts(item, text)]));
}

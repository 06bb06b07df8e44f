import { invitableAddress } from './address.ts';
import type { Meeting, Person, WallClock, Warning } from './meeting.ts';
import { toCalendarSeries } from './recurrence.ts';
import { clockState, offsetAt, spanOf, toInstant, toWallClock } from './zone.ts';

/** A time as it goes to a calendar: wall clock in `zone`; `offset` ('+01:00') pins it where zone data or overlaps may differ. */
export interface EntryTime {
  local: WallClock;
  zone: string;
  offset: string | null;
}

export interface Guest {
  email: string;
  displayName: string | null;
}

export interface Reminder {
  method: 'email' | 'popup';
  minutes: number;
}

/** Google's limit for the guests of one entry (Calendar Help, "Invite people to your Calendar event"). */
const MOST_GUESTS = 200;

/** Who made an entry, for whom, and at which sequence it was last written. */
export interface Marker {
  pbxDevice: string;
  pbxMeeting: string;
  pbxSequence: string;
  pbxAgent: string;
}

/** What a calendar shall hold for a meeting or one occurrence, free of any provider's words. */
export interface CalendarEntry {
  summary: string;
  /** HTML, every value from outside escaped. */
  description: string;
  location: string;
  start: EntryTime;
  end: EntryTime;
  /** RFC 5545 lines with their property names; empty for a single meeting and for an occurrence. */
  recurrence: string[];
  /** Ours, without duplicates; the list never holds the organizer of a primary calendar. */
  guests: Guest[];
  reminders: Reminder[];
  visibility: 'default' | 'public' | 'private' | 'confidential';
  marker: Marker;
  /** Only in what the ledger keeps: writes whose outcome is not known. Any of them may be what the calendar holds. */
  tried?: CalendarEntry[];
}

/** What a calendar was seen to hold. */
export interface HeldEntry {
  calendarId: string;
  eventId: string;
  etag: string;
  status: 'confirmed' | 'tentative' | 'cancelled';
  htmlLink: string | null;
  summary: string;
  description: string;
  location: string;
  /** Milliseconds since the epoch; null where the entry is a bare tombstone or lasts all day. */
  startsAt: number | null;
  endsAt: number | null;
  startZone: string | null;
  recurrence: string[];
  /** Attendee rows as held, with answers and whatever else the calendar keeps there. */
  guests: { email: string; [member: string]: unknown }[];
  reminders: Reminder[] | 'default';
  visibility: string;
  /** null when the entry was not made by an agent. */
  marker: Marker | null;
}

export interface EntryPolicy {
  agentId: string;
  reminders: Reminder[] | null;
  visibility: CalendarEntry['visibility'];
  includePassword: boolean;
  /** The organizer's own address where it must not stand among the guests (an account's primary calendar). */
  organizerAddress: string | null;
}

/**
 * Writes a meeting, or one changed occurrence of it, as a calendar entry.
 * @param zone the resolved IANA name
 */
export function composeEntry(
  meeting: Meeting,
  context: { device: string; zone: string; occurrence: WallClock | null; policy: EntryPolicy },
): { entry: CalendarEntry; warnings: Warning[] } {
  const { device, zone, occurrence, policy } = context;
  const warnings: Warning[] = [];
  const recurrence = occurrence === null ? meeting.recurrence : null;
  const series = recurrence === null ? null : toCalendarSeries({ ...meeting, recurrence }, zone);
  const times = entryTimes(series ?? meeting, zone, series !== null);
  return {
    entry: {
      summary: oneLine(meeting.subject) || '(no subject)',
      description: describe(meeting, policy),
      location: oneLine(meeting.room ?? ''),
      ...times,
      recurrence: series?.lines ?? [],
      guests: guestsOf(meeting, policy.organizerAddress, warnings),
      reminders: remindersOf(meeting, policy),
      visibility: policy.visibility,
      marker: {
        pbxDevice: device,
        pbxMeeting: meeting.uid,
        pbxSequence: String(meeting.sequence),
        pbxAgent: policy.agentId,
      },
    },
    warnings,
  };
}

/**
 * Start and end as they are sent, so that a calendar cannot read them in another way: a single meeting with the offset
 * that zone.ts gives, a series with the offset only where its clock shows the time twice (elsewhere the calendar's own,
 * perhaps newer, zone data are to decide). An end that the clock skips is written as the clock shows that instant; one
 * that would come to lie before the start keeps the length that the clock faces give.
 */
function entryTimes(
  { start, end }: { start: WallClock; end: WallClock },
  zone: string,
  series: boolean,
): { start: EntryTime; end: EntryTime } {
  const { endsAt } = spanOf(start, end, zone);
  const skipped = endsAt !== toInstant(end, zone) || (series && clockState(end, zone) === 'skipped');
  const shown = skipped ? toWallClock(endsAt, zone) : end;
  const time = (local: WallClock): EntryTime => ({
    local,
    zone,
    offset: !series || clockState(local, zone) === 'twice' ? offsetAt(local, zone) : null,
  });
  return { start: time(start), end: time(shown) };
}

/** Equal in everything that people can see; the marker's sequence alone is no reason to write. */
export function sameContent(left: CalendarEntry, right: CalendarEntry): boolean {
  const { marker: _left, ...a } = left;
  const { marker: _right, ...b } = right;
  return JSON.stringify(a) === JSON.stringify(b);
}

export function sameGuests(left: readonly Guest[], right: readonly Guest[]): boolean {
  const addresses = (guests: readonly Guest[]) =>
    guests
      .map((guest) => addressKey(guest.email))
      .sort()
      .join('\n');
  return addresses(left) === addresses(right);
}

/** Addresses are compared without regard to case. */
export function addressKey(email: string): string {
  return email.trim().toLowerCase();
}

function guestsOf(meeting: Meeting, organizerAddress: string | null, warnings: Warning[]): Guest[] {
  const seen = new Set(organizerAddress === null ? [] : [addressKey(organizerAddress)]);
  const guests: Guest[] = [];
  const beyond: string[] = [];
  /** Answers whether the person has an address, one that serves or not. */
  const add = (person: Person, path: string): boolean => {
    const wished = guestOf(person);
    if (wished === null) return false;
    const email = invitableAddress(wished.email);
    if (email === null) {
      const message = `${wished.email} is an address that no calendar takes; it was not invited.`;
      warnings.push({ code: 'invalid-address', path, message });
      return true;
    }
    if (seen.has(addressKey(email))) return true;
    seen.add(addressKey(email));
    if (guests.length < MOST_GUESTS) guests.push({ email, displayName: wished.displayName });
    else beyond.push(email);
    return true;
  };
  if (meeting.host !== null) add(meeting.host, '/data/host/email');
  for (const [index, invitee] of meeting.invitees.entries()) {
    const path = `/data/invitees/${index}/email`;
    if (add(invitee, path)) continue;
    const name = invitee.extension ?? invitee.name ?? `number ${index + 1}`;
    const message = `Invitee ${name} has no e-mail address and was not invited.`;
    warnings.push({ code: 'invitee-without-address', path, message });
  }
  if (beyond.length > 0) {
    const message = `A calendar entry takes ${MOST_GUESTS} guests. The first ${MOST_GUESTS} are invited, these ${beyond.length} are not: ${beyond.join(', ')}.`;
    warnings.push({ code: 'too-many-guests', path: '/data/invitees', message });
  }
  return guests;
}

/** The PBX's own address where it serves, else what the directory gave for the extension. */
function guestOf(person: Person): Guest | null {
  const { email, name, directory } = person;
  if (directory !== undefined) return { email: directory.email, displayName: name ?? directory.name };
  return email === null ? null : { email, displayName: name };
}

function remindersOf(meeting: Meeting, policy: EntryPolicy): Reminder[] {
  if (policy.reminders !== null) return policy.reminders;
  const minutes = meeting.emailReminderMinutes;
  return minutes === null || minutes <= 0 ? [] : [{ method: 'email', minutes }];
}

/** Lines of escaped HTML: calendars show the description as HTML and keep its line breaks. */
function describe(meeting: Meeting, policy: EntryPolicy): string {
  const lines: string[] = [];
  if (meeting.agenda.trim() !== '') lines.push(escapeHtml(meeting.agenda.trim()), '');
  if (meeting.room) lines.push(`Meeting room: ${escapeHtml(meeting.room)}`);
  const link = safeLink(meeting.joinUrl);
  if (link !== null) lines.push(`Join: <a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`);
  if (policy.includePassword && meeting.password) lines.push(`Password: ${escapeHtml(meeting.password)}`);
  return lines.join('\n').trim();
}

/** Only links that open a meeting pass; `javascript:` and the like do not. */
export function safeLink(text: string | null): string | null {
  return text !== null && /^(https?|sips?):[^\s<>"']+$/i.test(text.trim()) ? text.trim() : null;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
  return text.replace(/[\u0000-\u001f\u007f\s]+/g, ' ').trim();
}

import type { Asked, Entry } from './read.ts';

/** The fields of a meeting in which the recorded entry says something else than the PBX asked for. */
export type ProofField = 'subject' | 'time' | 'zone' | 'repeat' | 'room' | 'guests';

/** @param organizer the account's address: on its own calendar it is the organizer and stands in no list of guests */
export function differencesOf(asked: Asked, entry: Entry, organizer: string | null): Set<ProofField> {
  const found = new Set<ProofField>();
  const check = (field: ProofField, same: boolean): void => {
    if (!same) found.add(field);
  };
  const series = asked.rrule !== null;
  check('subject', oneLine(asked.subject) === entry.summary || oneLine(asked.subject) === '');
  // A series begins at the first start that its rule produces, which may be later than the start that was asked for.
  check('time', series || (asked.start === entry.start && asked.end === entry.end));
  // The PBX names a zone by its label, "(UTC+01:00) Etc/GMT-1"; '' leaves it to the device.
  check('zone', asked.timeZone === '' || asked.timeZone.includes(entry.zone) || !asked.timeZone.includes('/'));
  check('repeat', series === entry.recurrence.length > 0);
  check('room', oneLine(asked.room ?? '') === entry.location);
  check('guests', sameAddresses(invited(asked), entry.guests, organizer));
  return found;
}

function invited({ host, invitees }: Asked): string[] {
  return [host, ...invitees].flatMap((person) => person?.email ?? []);
}

function sameAddresses(left: string[], right: string[], organizer: string | null): boolean {
  const own = organizer?.toLowerCase();
  const key = (addresses: string[]) =>
    [...new Set(addresses.map((address) => address.trim().toLowerCase()))]
      .filter((address) => address !== own)
      .sort()
      .join('\n');
  return key(left) === key(right);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

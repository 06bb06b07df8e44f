import { ACCOUNT } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import type { Mail, StoredEvent } from '../fakes/google/types.ts';
import type { Pbx } from '../fakes/pbx.ts';
import { OPERATIONS, type OperationName } from './operations.ts';

/** What the calendar holds, read once for many meetings. */
export interface Held {
  byMeeting: Map<string, StoredEvent[]>;
  mailsByEntry: Map<string, Mail[]>;
}

export function readHeld(google: GoogleStandIn): Held {
  const events = google.events(ACCOUNT.email);
  const meetingOf = new Map<string, string>();
  for (const event of events) {
    const uid = event.extendedProperties?.private?.['pbxMeeting'];
    if (uid !== undefined) meetingOf.set(event.id, uid);
  }
  const byMeeting = Map.groupBy(
    events,
    (event) => meetingOf.get(event.id) ?? meetingOf.get(event.recurringEventId ?? '') ?? '?',
  );
  return { byMeeting, mailsByEntry: Map.groupBy(google.mails, (mail) => mail.eventId) };
}

/** What is lost, doubled, mailed needlessly or told wrongly of one meeting; nothing when all is well. */
export function violationsOf(meeting: { uid: string; operation: OperationName }, held: Held, pbx: Pbx): string[] {
  const { end } = OPERATIONS[meeting.operation];
  const rows = held.byMeeting.get(meeting.uid) ?? [];
  const live = rows.filter((row) => row.status !== 'cancelled');
  const found: string[] = [];
  const expect = (what: string, is: unknown, should: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(should))
      found.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
  };
  expect('live entries', live.map((row) => row.summary ?? '').toSorted(), [...end.live].toSorted());
  const main = live.find((row) => row.recurringEventId === undefined);
  if (end.guests !== undefined && main !== undefined)
    expect('guests', (main.attendees ?? []).map((guest) => guest.email).toSorted(), [...end.guests].toSorted());
  const occurrences = rows.filter((row) => row.recurringEventId !== undefined);
  const count = (status: string) => occurrences.filter((row) => row.status === status).length;
  expect(
    'occurrences',
    { confirmed: count('confirmed'), cancelled: count('cancelled') },
    end.occurrences ?? { confirmed: 0, cancelled: 0 },
  );
  const mails = rows.flatMap((row) => held.mailsByEntry.get(row.id) ?? []);
  expect('mails', letters(mails.map((mail) => mail.kind.charAt(0)).join('')), letters(end.mails));
  const result = pbx.results.get(meeting.uid);
  expect('result', [result?.state, result?.error ?? null], [end.state, null]);
  return found;
}

const letters = (text: string) => text.split('').toSorted().join('');

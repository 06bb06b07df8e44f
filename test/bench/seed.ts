import { join } from 'node:path';
import { readMeetingEvent } from '../../src/contracts/mqtt.ts';
import { composeEntry } from '../../src/domain/entry.ts';
import type { Meeting } from '../../src/domain/meeting.ts';
import { openLedger } from '../../src/ledger/sqlite.ts';
import { resultPayload } from '../../src/sync/result.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';

const DEVICE = 'c074ad123456';
const BATCH = 1_000;
/** Most meetings of a ledger that is kept for more than a year are over. */
const DAYS = { from: -390, to: 60 };

/** Fills the ledger of a stopped agent with meetings that are in the calendar and whose results are published. */
export async function seed(dataDir: string, numbers: { from: number; to: number }): Promise<void> {
  await using ledger = openLedger({ file: join(dataDir, 'ledger.db'), clock: Date.now });
  for (let first = numbers.from; first < numbers.to; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, numbers.to - first) }, (_, index) => meetingOf(first + index));
    await Promise.all(
      batch.map((meeting, index) =>
        ledger.accept({
          device: DEVICE,
          operation: 'scheduled',
          source: `/pbx/${DEVICE}`,
          eventId: `${meeting.uid}-0`,
          uid: meeting.uid,
          sequence: 0,
          occurrence: null,
          meeting,
          warnings: [],
          contentHash: `${first + index}`.padStart(64, '0'),
          startsAt: Date.parse(`${meeting.start}Z`),
          endsAt: Date.parse(`${meeting.end}Z`),
        }),
      ),
    );
    const claims = await ledger.claim(BATCH, 60_000, 'seed');
    await Promise.all(claims.map((claim) => ledger.settle(outcomeOf(claim))));
    await Promise.all((await ledger.unpublishedResults(BATCH)).map((result) => ledger.resultPublished(result)));
  }
}

function meetingOf(number: number): Meeting {
  const uid = `seeded-${number}`;
  const times = ahead(DAYS.from + (number % (DAYS.to - DAYS.from)));
  const payload = Buffer.from(JSON.stringify(meetingEvent({ data: { uid, subject: `Meeting ${number}`, ...times } })));
  const read = readMeetingEvent({ device: DEVICE, operation: 'scheduled', payload });
  if (!read.ok || read.event.meeting === null) throw new Error('the example meeting cannot be read');
  return read.event.meeting;
}

function outcomeOf(claim: { device: string; uid: string; version: number; main: { meeting: Meeting | null } | null }) {
  const meeting = claim.main?.meeting;
  if (meeting === undefined || meeting === null) throw new Error('the ledger gave back another meeting');
  const { entry } = composeEntry(meeting, {
    device: DEVICE,
    zone: 'Etc/GMT-1',
    occurrence: null,
    policy: { agentId: 'agent', reminders: null, visibility: 'default', includePassword: true, organizerAddress: null },
  });
  const main = {
    occurrence: null,
    account: '1001',
    calendarId: 'primary',
    eventId: Buffer.from(claim.uid.padEnd(20)).toString('hex'),
    generation: 0,
    state: 'live' as const,
    etag: '"3543421234567000"',
    htmlLink: `https://www.google.com/calendar/event?eid=${claim.uid}`,
    sequence: 0,
    entry,
  };
  const outcome = {
    device: claim.device,
    uid: claim.uid,
    version: claim.version,
    state: 'synced' as const,
    error: null,
    warnings: [],
    occurrences: [],
    nextAttemptAt: null,
    attempt: 0,
    removal: null,
    invited: 0,
  };
  const result = resultPayload(outcome, { sequence: 0, main, now: Date.now() });
  return { ...outcome, recorded: [main], history: [{ action: 'calendar create', detail: 'new' }], result };
}

import { readMeetingEvent } from '../../src/contracts/mqtt.ts';
import type { DesiredState, Meeting } from '../../src/domain/meeting.ts';
import { plan } from '../../src/domain/plan.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { now } from './clock.ts';
import { type Figure, paired } from './figure.ts';
import type { Stage } from './stage.ts';
import { spreadOf } from './statistics.ts';

const EXCEPTIONS = 200;
const DEVICE = 'c074ad123456';
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

/** (h) What planning and reading cost by themselves: a series with many exceptions, and payloads that mean harm. */
export async function thinking(stage: Stage): Promise<Figure[]> {
  const rounds = stage.quick ? 3 : 9;
  const plain = series(0);
  const long = series(EXCEPTIONS);
  const planning = measured(rounds, {
    subject: () => planOf(long) / (EXCEPTIONS + 1),
    reference: () => planOf(plain),
  });
  const good = bytes(meetingEvent({ data: ahead(7) }));
  const hostile = HOSTILE.map(bytes);
  const reading = measured(rounds, {
    subject: () => readAll(hostile),
    reference: () => readAll(hostile.map(() => good)),
  });
  return [
    paired(
      { name: `h  planning a series with ${EXCEPTIONS} exceptions, for each of them`, unit: 'ms', aim: null },
      planning,
      spreadOf,
    ),
    paired(
      { name: 'h  hostile payloads read in a second, against good ones', unit: '1/s', aim: null },
      reading,
      spreadOf,
    ),
  ];
}

const HOSTILE: unknown[] = [
  '{"specversion":"1.0"'.repeat(10_000),
  '['.repeat(100_000),
  `{"data":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  meetingEvent({ data: { ...ahead(7), subject: 'x'.repeat(200_000) } }),
  meetingEvent({ data: { ...ahead(7), invitees: Array.from({ length: 5_000 }, () => ({ email: 'a@b' })) } }),
  meetingEvent({
    data: { ...ahead(7), recurrence: { rrule: `FREQ=DAILY;BYDAY=${'MO,'.repeat(20_000)}MO`, excluded: [] } },
  }),
  meetingEvent({ data: { ...ahead(7), timeZone: `(UTC+01:00) ${'A/'.repeat(50_000)}` } }),
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}',
];

function measured(rounds: number, one: { subject: () => number; reference: () => number }) {
  const found: { subject: number; reference: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair = { reference: one.reference(), subject: one.subject() };
    if (round > 0) found.push(pair);
  }
  return found;
}

/** Milliseconds for one plan. */
function planOf(wishes: { main: DesiredState; occurrences: DesiredState[] }): number {
  const times = 10;
  const began = now();
  for (let time = 0; time < times; time += 1) {
    const made = plan({
      device: DEVICE,
      deviceZone: null,
      ...wishes,
      recorded: [],
      deviceCode: null,
      now: Date.parse('2026-01-01T00:00:00Z'),
      policy: {
        agentId: 'agent',
        target: { ok: true, account: 'sub', address: 'a@example.com', calendarId: 'a@example.com' },
        sendUpdates: 'all',
        selector: 'all',
        tag: '',
        reminders: null,
        visibility: 'default',
        includePassword: true,
        deletedInCalendar: 'leave',
      },
    });
    if (made.steps.length === 0) throw new Error(`nothing was planned: ${made.reason}`);
  }
  return (now() - began) / times;
}

/** Payloads in a second. */
function readAll(payloads: Uint8Array[]): number {
  const times = 5;
  const began = now();
  for (let time = 0; time < times; time += 1)
    for (const payload of payloads) readMeetingEvent({ device: DEVICE, operation: 'scheduled', payload });
  return (payloads.length * times * 1_000) / (now() - began);
}

function series(exceptions: number): { main: DesiredState; occurrences: DesiredState[] } {
  const read = readMeetingEvent({
    device: DEVICE,
    operation: 'scheduled',
    payload: bytes(
      meetingEvent({
        data: {
          uid: 'series',
          start: '2026-01-05T10:00:00',
          end: '2026-01-05T11:00:00',
          timeZone: 'Europe/Berlin',
          recurrence: { rrule: 'FREQ=DAILY', excluded: [] },
        },
      }),
    ),
  });
  if (!read.ok || read.event.meeting === null) throw new Error('the series cannot be read');
  const meeting: Meeting = read.event.meeting;
  const state = (occurrence: string | null, own: Meeting): DesiredState => ({
    occurrence,
    sequence: 1,
    cancelled: false,
    contentHash: '',
    meeting: own,
    warnings: [],
  });
  const occurrences = Array.from({ length: exceptions }, (_, index) => {
    const day = new Date(Date.UTC(2026, 0, 6 + index)).toISOString().slice(0, 10);
    const own = { ...meeting, recurrence: null, start: `${day}T14:00:00`, end: `${day}T15:00:00` };
    return state(`${day}T10:00:00`, own);
  });
  return { main: state(null, meeting), occurrences };
}

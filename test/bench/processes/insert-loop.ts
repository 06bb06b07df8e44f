import { calendar } from '@googleapis/calendar';
import { readMeetingEvent } from '../../../src/contracts/mqtt.ts';
import { composeEntry } from '../../../src/domain/entry.ts';
import { insertBody } from '../../../src/providers/google/wire.ts';
import { ahead, meetingEvent } from '../../fakes/meeting-event.ts';
import { now } from '../clock.ts';
import { serve } from './call.ts';

/** The bare loop: the very entries that the agent would make, ready beforehand, and nothing done but to insert them. */

const DEVICE = 'c074ad123456';

function bodyOf(name: string, number: number) {
  const uid = `${name}-${number}`;
  const payload = Buffer.from(
    JSON.stringify(meetingEvent({ data: { uid, subject: uid, ...ahead(2 + (number % 60)) } })),
  );
  const read = readMeetingEvent({ device: DEVICE, operation: 'scheduled', payload });
  if (!read.ok || read.event.meeting === null) throw new Error('the example meeting cannot be read');
  const { entry } = composeEntry(read.event.meeting, {
    device: DEVICE,
    zone: 'Etc/GMT-1',
    occurrence: null,
    policy: { agentId: 'agent', reminders: null, visibility: 'default', includePassword: true, organizerAddress: null },
  });
  // Ids of the same length and alphabet as the agent's.
  return insertBody(entry, Buffer.from(uid.padEnd(20)).toString('hex').slice(0, 40));
}

const methods = {
  /** Milliseconds from the first request to the last answer. */
  async run(work: { url: string; token: string; name: string; count: number; concurrency: number }): Promise<number> {
    const api = calendar({ version: 'v3', rootUrl: work.url });
    const headers = { Authorization: `Bearer ${work.token}` };
    const bodies = Array.from({ length: work.count }, (_, number) => bodyOf(work.name, number));
    const first = now();
    let next = 0;
    const lane = async () => {
      for (let requestBody = bodies[next++]; requestBody !== undefined; requestBody = bodies[next++]) {
        await api.events.insert({ calendarId: 'primary', sendUpdates: 'all', requestBody }, { headers, retry: false });
      }
    };
    await Promise.all(Array.from({ length: work.concurrency }, lane));
    return now() - first;
  },
};

export type InsertLoopMethods = typeof methods;

serve(methods);

import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';

const EVERY_MS = 20_000;
const SUBJECTS = [
  'Weekly meeting',
  'Budget review',
  'Interview',
  'Planning for spring',
  'Call with the supplier',
  'Retrospective',
];

/** A PBX that identifies itself and schedules, changes and cancels meetings now and then. */
export async function simulatePbx(mqttUrl: string): Promise<AsyncDisposable> {
  const pbx = await connectPbx(mqttUrl);
  await pbx.client.publishAsync(`pbx/${pbx.device}/availability`, 'online', { qos: 1, retain: true });
  await pbx.identify();
  let count = 0;
  const step = async (): Promise<void> => {
    const number = count;
    count += 1;
    const uid = `6500-${number}`;
    const data = {
      uid,
      subject: SUBJECTS[number % SUBJECTS.length],
      ...ahead(1 + (number % 10), 9 + (number % 7)),
      timeZone: '(UTC+01:00) Etc/GMT-1',
    };
    await pbx.send(meetingEvent({ data }));
    if (number % 3 === 2) {
      const changed = {
        ...data,
        uid: `6500-${number - 1}`,
        sequence: 1,
        subject: `${SUBJECTS[(number - 1) % SUBJECTS.length]} (moved)`,
      };
      await pbx.send(meetingEvent({ type: 'pbx.meeting.updated.v1', data: changed }), 'updated');
    }
    if (number % 5 === 4) await pbx.send(cancellation(`6500-${number - 2}`, 2), 'cancelled');
  };
  for (let index = 0; index < 3; index += 1) await step();
  const timer = setInterval(() => void step().catch(() => {}), EVERY_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await pbx[Symbol.asyncDispose]();
    },
  };
}

import { expect, it } from 'vitest';
import { defaultCalendarSettings } from '../../src/sync/ports.ts';
import { startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';
import { clockEnv, createTestClock } from './clock.ts';
import { FAST_CLOCK } from './world.ts';

it('an outage of Google uses up the invitations of the hour once for each meeting, not with each attempt', async () => {
  const clock = createTestClock(10);
  await using google = await startCalendar({ now: clock.now });
  await using agent = await startAgentProcess({ google, env: clockEnv(clock), imports: [FAST_CLOCK] });
  await agent.authorize(google);
  await agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, guestsPerHour: 6 });
  await using pbx = await connectPbx(agent.mqttUrl);
  await pbx.identify();
  const send = (uid: string) => pbx.send(meetingEvent({ data: { uid, ...ahead(7) } }));
  const synced = (uid: string) =>
    pbx.result(uid, (result) => {
      expect(result.error?.code).not.toBe('invitations-capped');
      return result.state === 'synced';
    });
  google.faults.add({ match: { method: 'POST', path: /\/events$/ }, kind: '503-json', times: 4 });
  await send('first');
  await synced('first');
  await send('second');
  await synced('second');
  expect(google.mails).toHaveLength(4);
});

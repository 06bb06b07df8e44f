import { expect, it } from 'vitest';
import { ACCOUNT, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';
import { type ClockMessage, clockEnv, createTestClock } from './clock.ts';
import { FAST_CLOCK } from './world.ts';

it('a write that is under way while the clock leaps ahead is not begun a second time', async () => {
  const clock = createTestClock(1);
  await using google = await startCalendar({ now: clock.now });
  await using agent = await startAgentProcess({ google, env: clockEnv(clock), imports: [FAST_CLOCK] });
  await agent.authorize(google);
  await using pbx = await connectPbx(agent.mqttUrl);
  await pbx.identify();
  const send = (uid: string) => pbx.send(meetingEvent({ data: { uid, ...ahead(7) } }));
  const writes = () => google.requests.filter((call) => JSON.stringify(call.body ?? null).includes('"slow-one"'));

  const held = Promise.withResolvers<void>();
  const met = Promise.withResolvers<void>();
  google.faults.add({
    match: { method: 'POST', path: /\/events$/ },
    kind: 'slow',
    delayMs: 0,
    until: held.promise,
    onHit: met.resolve,
  });
  await send('slow-one');
  await met.promise;
  // Longer than any lease: a machine that slept, or a clock that was set.
  agent.child.send({ clock: 'set', ahead: 10 * 60_000 } satisfies ClockMessage);
  await send('another');
  await pbx.result('another', (result) => result.state === 'synced');
  expect(writes()).toHaveLength(1);
  held.resolve();
  await pbx.result('slow-one', (result) => result.state === 'synced');
  await send('a-third');
  await pbx.result('a-third', (result) => result.state === 'synced');
  expect(writes()).toHaveLength(1);
  expect(google.events(ACCOUNT.email)).toHaveLength(3);
  const told = pbx.seen
    .filter(({ topic }) => topic.endsWith('/slow-one/result'))
    .map(({ payload }) => JSON.parse(payload).state);
  expect(told).toEqual(['synced']);
});

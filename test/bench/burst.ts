import { defaultCalendarSettings } from '../../src/sync/ports.ts';
import type { Figure } from './figure.ts';
import type { Stage } from './stage.ts';
import { spreadOf } from './statistics.ts';

/** Google's quota for one account. */
const PER_MINUTE = 600;

/**
 * (g) A burst that is larger than Google's quota for a minute: how long it takes to drain, against the least that the
 * quota allows. The stand-in counts over a sliding minute and refuses what is over it; one refusal ends the benchmark.
 */
export async function burst(stage: Stage): Promise<Figure[]> {
  const minutes = stage.quick ? 1 : 3;
  const count = PER_MINUTE * minutes + PER_MINUTE / 2;
  await using agent = await stage.agent();
  const settings = { ...defaultCalendarSettings, guestsPerHour: 100_000, requestsPerMinute: PER_MINUTE };
  const saved = await agent.process.api('PUT', '/api/v1/google/settings', settings);
  if (saved.status !== 200) throw new Error(`the settings were answered ${saved.status}`);
  await stage.google.call.limit(PER_MINUTE);
  await stage.google.call.begin();
  stage.say(`${count} meetings at ${PER_MINUTE} requests a minute: ${minutes} minutes at least`);
  const { first } = await stage.pbx.call.burst({ prefix: 'pbx', name: 'burst', count, window: 100 });
  const seconds = ((await stage.google.call.inserted(count)) - first) / 1_000;
  await stage.google.call.limit(null);
  const least = minutes * 60;
  return [
    {
      name: `g  draining ${count} meetings, against what the quota allows (refused: 0)`,
      unit: 's',
      subject: spreadOf([seconds]),
      reference: spreadOf([least]),
      ratio: spreadOf([seconds / least]),
      aim: { of: 'ratio', bound: 'at most', value: 1.05 },
    },
  ];
}

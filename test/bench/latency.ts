import type { Figure } from './figure.ts';
import { paired } from './figure.ts';
import { SCRIPT_PREFIX, type Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';

/** (b) Milliseconds from the publish until the whole request has arrived at Google, against the script. */
export async function latency(stage: Stage): Promise<Figure[]> {
  const count = stage.quick ? 100 : 300;
  const rounds = stage.quick ? 2 : 5;
  const pauseMs = 15;
  await using agent = await stage.agent();
  await using script = await stage.script();
  stage.say(`agent ${agent.pid}, script ${script.pid}: one meeting every ${pauseMs} ms`);

  const once = async (prefix: string, name: string) => {
    await stage.google.call.begin();
    const sent = await stage.pbx.call.paced({ prefix, name, count, pauseMs });
    await stage.google.call.inserted(count);
    const arrived = await stage.google.call.arrivals();
    return [...sent].map(([subject, at]) => (arrived.get(subject) ?? Number.NaN) - at);
  };

  const agents: number[][] = [];
  const scripts: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const ofScript = await once(SCRIPT_PREFIX, `script-${round}`);
    const ofAgent = await once('pbx', `agent-${round}`);
    if (round === 0) continue;
    scripts.push(ofScript);
    agents.push(ofAgent);
  }
  const figure = (percent: number, aim: Figure['aim']): Figure =>
    paired(
      {
        name: percent === 50 ? 'b  publish to request, median' : `b  publish to request, p${percent}`,
        unit: 'ms',
        aim,
      },
      agents.map((subject, round) => ({
        subject: percentile(subject, percent),
        reference: percentile(scripts[round] ?? [], percent),
      })),
      spreadOf,
    );
  const typical = figure(50, { of: 'subject', bound: 'at most', value: 4 });
  const worst = figure(99, null);
  const below = percentile(scripts.flat(), 99);
  return [
    typical,
    worst,
    {
      ...typical,
      name: 'b  median against the p99 of the script',
      reference: { median: below, least: below, most: below },
      ratio: spreadOf(agents.map((subject) => percentile(subject, 50) / below)),
      aim: { of: 'ratio', bound: 'at most', value: 1 },
    },
  ];
}

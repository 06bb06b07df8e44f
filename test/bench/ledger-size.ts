import { type Figure, paired } from './figure.ts';
import { seed } from './seed.ts';
import { processorMs, type Stage, type TimedProcess } from './stage.ts';
import { spreadOf } from './statistics.ts';

const FEW = 1_000;

/** (d) What one more meeting costs with many meetings in the ledger, against the same with few. */
export async function ledgerSize(stage: Stage): Promise<Figure[]> {
  const many = stage.quick ? 10_000 : 100_000;
  const count = stage.quick ? 200 : 500;
  const rounds = stage.quick ? 3 : 9;
  await using small = stage.folder();
  await using large = stage.folder();
  for (const [folder, prefix] of [
    [small, 'few'],
    [large, 'many'],
  ] as const) {
    // Authorized with nothing in the ledger yet: an authorization looks at every meeting anew. And known to the broker,
    // or it would be taken for one that lost the session, and every result be published again.
    await using agent = await stage.agent({ dataDir: folder.path, prefix });
    await agent.process.kill();
  }
  await seed(small.path, { from: 0, to: FEW });
  stage.say(`filling a ledger with ${many} meetings`);
  await seed(large.path, { from: 0, to: many });

  // Both are up on one broker under topics of their own.
  await using little = await stage.agent({ dataDir: small.path, authorize: false, prefix: 'few' });
  await using much = await stage.agent({ dataDir: large.path, authorize: false, prefix: 'many' });
  stage.say(
    `agent ${little.pid} has ${FEW} meetings, agent ${much.pid} has ${many}; ready after ${Math.round(much.readyMs)} ms`,
  );

  const cost = async (agent: TimedProcess, prefix: string, name: string) => {
    await stage.google.call.begin();
    await stage.pbx.call.countResults(prefix, name);
    const before = processorMs(agent.pid);
    const { first } = await stage.pbx.call.burst({ prefix, name, count, window: 100 });
    await stage.google.call.inserted(count);
    const last = await stage.pbx.call.results(count);
    return { processor: (processorMs(agent.pid) - before) / count, wall: (last - first) / count };
  };
  const processor: { subject: number; reference: number }[] = [];
  const wall: { subject: number; reference: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const reference = await cost(little, 'few', `few-${round}`);
    const subject = await cost(much, 'many', `many-${round}`);
    if (round === 0) continue;
    processor.push({ subject: subject.processor, reference: reference.processor });
    wall.push({ subject: subject.wall, reference: reference.wall });
  }
  const aim = { of: 'ratio', bound: 'at most', value: 1.1 } as const;
  const name = `with ${many} meetings in the ledger, against ${FEW}`;
  return [
    paired({ name: `d  a meeting's processor time ${name}`, unit: 'ms', aim }, processor, spreadOf),
    paired({ name: `d  a meeting's time in a burst ${name}`, unit: 'ms', aim }, wall, spreadOf),
  ];
}

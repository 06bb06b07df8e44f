import { type Figure, paired } from './figure.ts';
import { residentMegabytes, SCRIPT_PREFIX, type Stage, type TimedProcess } from './stage.ts';
import { spreadOf } from './statistics.ts';

const REST_MS = 2_000;

/** (c) Start to ready, memory at rest and after 4,000 meetings, against the script. */
export async function footprint(stage: Stage): Promise<Figure[]> {
  const starts = stage.quick ? 2 : 7;
  const rounds = stage.quick ? 1 : 3;
  const meetings = stage.quick ? 500 : 4_000;

  const ready: { subject: number; reference: number }[] = [];
  const embedded: { subject: number; reference: number }[] = [];
  const sources: { subject: number; reference: number }[] = [];
  for (let start = 0; start < starts; start += 1) {
    await using script = await stage.script();
    await using agent = await stage.agent({ authorize: false });
    await using alone = await stage.agent({ authorize: false, embedded: true });
    await using unbuilt = await stage.agent({ authorize: false, sources: true, embedded: true });
    ready.push({ subject: agent.readyMs, reference: script.readyMs });
    embedded.push({ subject: alone.readyMs, reference: script.readyMs });
    sources.push({ subject: unbuilt.readyMs, reference: script.readyMs });
  }

  const idle: { subject: number; reference: number }[] = [];
  const after: { subject: number; reference: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const script = await loaded(stage, { start: () => stage.script(), prefix: SCRIPT_PREFIX, meetings });
    const agent = await loaded(stage, { start: () => stage.agent(), prefix: 'pbx', meetings });
    idle.push({ subject: agent.idle, reference: script.idle });
    after.push({ subject: agent.after, reference: script.after });
    stage.say(`memory, round ${round + 1} of ${rounds}`);
  }
  const atMost = (value: number) => ({ of: 'subject', bound: 'at most', value }) as const;
  return [
    paired({ name: 'c  start to ready', unit: 's', aim: atMost(0.6) }, ready.map(inSeconds), spreadOf),
    paired({ name: 'c  the same, embedded broker', unit: 's', aim: atMost(0.6) }, embedded.map(inSeconds), spreadOf),
    paired({ name: 'c  the same, run from the sources', unit: 's', aim: null }, sources.map(inSeconds), spreadOf),
    paired({ name: 'c  memory at rest', unit: 'MB', aim: atMost(110) }, idle, spreadOf),
    paired({ name: `c  memory after ${meetings} meetings`, unit: 'MB', aim: atMost(150) }, after, spreadOf),
  ];
}

const inSeconds = ({ subject, reference }: { subject: number; reference: number }) => ({
  subject: subject / 1_000,
  reference: reference / 1_000,
});

async function loaded(
  stage: Stage,
  work: { start(): Promise<TimedProcess>; prefix: string; meetings: number },
): Promise<{ idle: number; after: number }> {
  await using subject = await work.start();
  await rest();
  const idle = residentMegabytes(subject.pid);
  await stage.google.call.begin();
  const name = `memory-${subject.pid}`;
  await stage.pbx.call.burst({ prefix: work.prefix, name, count: work.meetings, window: 100 });
  await stage.google.call.inserted(work.meetings);
  await rest();
  return { idle, after: residentMegabytes(subject.pid) };
}

/** What a process needs to come to rest; no event tells of it. */
async function rest(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
}

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { now } from './clock.ts';
import { type Figure, paired } from './figure.ts';
import { startWorker } from './processes/call.ts';
import type { PromptSubscriberMethods } from './processes/prompt-subscriber.ts';
import type { Stage } from './stage.ts';
import { spreadOf } from './statistics.ts';

const LOOK_MS = 20;
/** Google's usual time for an insert: the agent delivers while it takes in, as it does in earnest. */
const GOOGLE_MS = 100;
const WINDOW = 200;

/** (e) Messages per second from the publisher until they are acknowledged, against a subscriber that keeps nothing. */
export async function inbox(stage: Stage): Promise<Figure[]> {
  const count = stage.quick ? 2_000 : 10_000;
  const rounds = stage.quick ? 2 : 5;
  await stage.google.call.answerAfter(GOOGLE_MS);
  await using prompt = await startWorker<PromptSubscriberMethods>('./prompt-subscriber.ts');
  const live: { subject: number; reference: number }[] = [];
  const backlog: { subject: number; reference: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const reference = await ofPrompt(stage, prompt.call, { name: `prompt-${round}`, count });
    const subject = await ofAgent(stage, { name: `agent-${round}`, count });
    live.push({ subject: subject.live, reference: reference.live });
    backlog.push({ subject: subject.backlog, reference: reference.backlog });
    stage.say(`inbox, round ${round + 1} of ${rounds}`);
  }
  await stage.google.call.answerAfter(0);
  return [
    paired(
      { name: 'e  inbox, as published', unit: 'acks/s', aim: { of: 'ratio', bound: 'at least', value: 0.5 } },
      live,
      spreadOf,
    ),
    paired({ name: 'e  inbox, a backlog after being away', unit: 'acks/s', aim: null }, backlog, spreadOf),
  ];
}

interface Rates {
  live: number;
  backlog: number;
}

async function ofPrompt(
  stage: Stage,
  subscriber: Awaited<ReturnType<typeof startWorker<PromptSubscriberMethods>>>['call'],
  { name, count }: { name: string; count: number },
): Promise<Rates> {
  const prefix = 'prompt';
  const topic = `${prefix}/+/meetings/scheduled`;
  await subscriber.connect(stage.broker.url, topic);
  const { first } = await stage.pbx.call.burst({ prefix, name: `${name}-live`, count, window: WINDOW });
  const live = count / ((await subscriber.received(count)) - first);
  await subscriber.leave();
  await stage.pbx.call.burst({ prefix, name: `${name}-backlog`, count, window: WINDOW });
  const from = now();
  await subscriber.connect(stage.broker.url, topic);
  const backlog = count / ((await subscriber.received(count)) - from);
  await subscriber.leave();
  return { live: live * 1_000, backlog: backlog * 1_000 };
}

async function ofAgent(stage: Stage, { name, count }: { name: string; count: number }): Promise<Rates> {
  await using folder = stage.folder();
  let live: number;
  {
    await using agent = await stage.agent({ dataDir: folder.path });
    const durable = watch(folder.path);
    const { first } = await stage.pbx.call.burst({ prefix: 'pbx', name: `${name}-live`, count, window: WINDOW });
    live = count / ((await durable.reaches(count)).at - first);
    await agent.process.kill('SIGKILL');
  }
  await stage.pbx.call.burst({ prefix: 'pbx', name: `${name}-backlog`, count, window: WINDOW });
  const durable = watch(folder.path);
  const started = durable.reaches(count + 1);
  await using agent = await stage.agent({ dataDir: folder.path, authorize: false });
  const begun = await started;
  const ended = await durable.reaches(2 * count);
  const backlog = (ended.count - begun.count) / (ended.at - begun.at);
  await agent.process.kill('SIGKILL');
  return { live: live * 1_000, backlog: backlog * 1_000 };
}

/** Looks at the ledger from outside: what is in it is durable, and its acknowledgement is on the way. */
function watch(dataDir: string) {
  const db = new DatabaseSync(join(dataDir, 'ledger.db'), { readOnly: true });
  const count = db.prepare('SELECT count(*) AS count FROM seen');
  return {
    async reaches(wanted: number): Promise<{ count: number; at: number }> {
      for (;;) {
        const { count: found } = count.get() as { count: number };
        if (found >= wanted) return { count: found, at: now() };
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
  };
}

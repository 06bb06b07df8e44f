import { type Figure, paired } from './figure.ts';
import { startWorker } from './processes/call.ts';
import type { InsertLoopMethods } from './processes/insert-loop.ts';
import { CONCURRENCY, type Stage } from './stage.ts';
import { spreadOf } from './statistics.ts';

/** (a) Meetings per second from publish to entry, against a bare loop of `events.insert`. */
export async function throughput(stage: Stage): Promise<Figure[]> {
  const count = stage.quick ? 300 : 1_500;
  const rounds = stage.quick ? 2 : 7;
  await using loop = await startWorker<InsertLoopMethods>('./insert-loop.ts');
  await using agent = await stage.agent();
  stage.say(`agent ${agent.pid}, loop ${loop.pid}, stand-in ${stage.google.pid}, PBX ${stage.pbx.pid}`);
  const { google, pbx } = stage;

  const ofAgent = async (name: string, meetings: number) => {
    await google.call.begin();
    const { first } = await pbx.call.burst({ prefix: 'pbx', name, count: meetings, window: 100 });
    return meetings / ((await google.call.inserted(meetings)) - first);
  };
  const ofLoop = async (name: string, meetings: number) => {
    await google.call.begin();
    const { calendarUrl: url, token } = stage;
    const ms = await loop.call.run({ url, token, name, count: meetings, concurrency: CONCURRENCY });
    await google.call.inserted(meetings);
    return meetings / ms;
  };

  const figures: Figure[] = [];
  for (const answerMs of [0, 100]) {
    await google.call.answerAfter(answerMs);
    const meetings = answerMs === 0 ? count : Math.ceil(count / 5);
    const measured: { subject: number; reference: number }[] = [];
    // The first round warms both up and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      const reference = await ofLoop(`loop-${answerMs}-${round}`, meetings);
      const subject = await ofAgent(`agent-${answerMs}-${round}`, meetings);
      if (round > 0) measured.push({ subject: subject * 1_000, reference: reference * 1_000 });
    }
    const name = answerMs === 0 ? 'a  publish to entry' : `a  the same, Google answers after ${answerMs} ms`;
    figures.push(
      paired({ name, unit: 'meetings/s', aim: { of: 'ratio', bound: 'at least', value: 0.85 } }, measured, spreadOf),
    );
  }
  await google.call.answerAfter(0);
  return figures;
}

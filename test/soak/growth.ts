import { readdirSync, readFileSync } from 'node:fs';
import { defaultCalendarSettings } from '../../src/sync/ports.ts';
import { startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';
import { clockEnv, createTestClock } from '../faults/clock.ts';
import { FAST_CLOCK, within } from '../faults/world.ts';

/** What one process holds at one moment. */
export interface Sample {
  meetings: number;
  rssMb: number;
  files: number;
}

/** So many meetings before the first sample counts: code is compiled, caches are filled. */
const WARM_UP = 600;
const BETWEEN_SAMPLES = 100;
/** More than the garbage collector's moods explain. */
const RSS_MB = 48;
const FILES = 8;
/** So little that what is no longer needed must be given back: what then grows is a leak, or ends the process. */
const HEAP_MB = 96;

/** One process, never killed, under load for a while: meetings come, change and go, and Google fails now and then. */
export async function watchGrowth(untilMs: number): Promise<{ samples: Sample[]; violations: string[] }> {
  const clock = createTestClock(30);
  await using google = await startCalendar({ now: clock.now });
  await using agent = await startAgentProcess({ google, env: clockEnv(clock), imports: [FAST_CLOCK], heapMb: HEAP_MB });
  await agent.authorize(google);
  await agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, guestsPerHour: 100_000 });
  await using pbx = await connectPbx(agent.mqttUrl);
  await pbx.identify();

  async function live(uid: string, index: number): Promise<void> {
    const day = ahead(7 + (index % 20));
    const state = (sequence: number, wanted: string) =>
      within(
        pbx.result(uid, (result) => result.sequence === sequence && result.state === wanted),
        () => `${uid} ${wanted}: ${JSON.stringify(pbx.results.get(uid))}`,
        60_000,
      );
    await pbx.send(meetingEvent({ data: { uid, ...day } }));
    await state(0, 'synced');
    const change = { uid, sequence: 1, subject: 'Changed', ...day };
    await pbx.send(meetingEvent({ type: 'pbx.meeting.updated.v1', data: change }), 'updated');
    await state(1, 'synced');
    if (index % 10 !== 0) return;
    await pbx.send(cancellation(uid, 2), 'cancelled');
    await state(2, 'cancelled');
  }

  const samples: Sample[] = [];
  for (let meetings = BETWEEN_SAMPLES; Date.now() < untilMs || samples.length < 6; meetings += BETWEEN_SAMPLES) {
    for (const kind of ['503-json', 'reset-before', 'commit-then-drop', 'hang', 'truncated-json'] as const)
      google.faults.add({ match: { method: 'POST', path: /\/events$/ }, kind, times: 2 });
    google.faults.add({ match: { method: 'PATCH' }, kind: 'commit-then-drop', times: 2 });
    await Promise.all(Array.from({ length: BETWEEN_SAMPLES }, (_, index) => live(`load-${meetings}-${index}`, index)));
    for (const path of ['/', '/metrics', '/api/v1/status', '/api/v1/meetings?limit=50']) await agent.api('GET', path);
    google.faults.clear();
    // What this side remembers of a long run would slow it down; it is not the agent's.
    google.requests.length = 0;
    google.mails.length = 0;
    pbx.seen.length = 0;
    if (meetings >= WARM_UP) samples.push({ meetings, ...read(agent.child.pid ?? 0) });
  }
  return { samples, violations: judge(samples) };
}

function read(pid: number): { rssMb: number; files: number } {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { rssMb: Math.round(Number(kilobytes) / 1_024), files: readdirSync(`/proc/${pid}/fd`).length };
}

/** The last third against the first one: medians, so that one collection more or less does not matter. */
function judge(samples: Sample[]): string[] {
  const third = Math.ceil(samples.length / 3);
  const grown = (of: (sample: Sample) => number) =>
    median(samples.slice(-third).map(of)) - median(samples.slice(0, third).map(of));
  const memory = grown((sample) => sample.rssMb);
  const files = grown((sample) => sample.files);
  return [
    ...(memory > RSS_MB ? [`memory grew by ${memory} MB`] : []),
    ...(files > FILES ? [`open files grew by ${files}`] : []),
  ];
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

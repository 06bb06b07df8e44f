import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCalendarSettings } from '../../src/sync/ports.ts';
import { type AgentProcess, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { freePort } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { type ClockMessage, clockEnv, createTestClock, type TestClock } from './clock.ts';
import { REQUESTS } from './requests.ts';
import { readHeld } from './verify.ts';

/** How much faster than the real clock: a call that hangs for 20 s is over in two thirds of a second. */
const SPEED = 30;
export const FAST_CLOCK = new URL('./fast-clock.ts', import.meta.url).pathname;
/** Meetings that nothing is done to: a change that removes a few of many is not held up, and they must stay as they are. */
const BYSTANDERS = 120;
/** Real time within which anything must come about. */
const PATIENCE_MS = 25_000;

/** One agent, one PBX and one Google that outlive each other's ends. */
export interface World extends AsyncDisposable {
  readonly google: GoogleStandIn;
  readonly clock: TestClock;
  readonly pbx: Pbx;
  agent: AgentProcess;
  kill(): Promise<void>;
  /** `ahead`: milliseconds by which the machine's clock is wrong. */
  start(ahead?: number): Promise<void>;
  setClock(ahead: number): void;
  advance(ms: number): void;
  /** The agent's process with a session of its administrator. */
  signedIn(): Promise<AgentProcess>;
  authorize(): Promise<void>;
  /** Resolves when the retained status names the problem (or no longer does), after a given message. */
  problem(id: string, options: { since: number; open?: boolean }): Promise<void>;
  /** Bystanders that did not stay as they were. */
  touched(): string[];
  /** A position in what the PBX has heard. */
  heard(): number;
}

export async function startWorld(): Promise<World> {
  const clock = createTestClock(SPEED);
  const google = await startCalendar({ now: clock.now });
  const dataDir = mkdtempSync(join(tmpdir(), 'matrix-'));
  const embeddedPort = await freePort();
  const start = (wrongBy: number) =>
    startAgentProcess({ google, dataDir, embeddedPort, env: clockEnv(clock, wrongBy), imports: [FAST_CLOCK] });
  let agent = await start(0);
  await agent.authorize(google);
  let session: AgentProcess = agent;
  // A pass of the matrix invites more people than a PBX does in an hour, and its hours are short.
  await agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, guestsPerHour: 100_000 });
  const pbx = await connectPbx(agent.mqttUrl);
  await pbx.identify();
  const bystanders = Array.from({ length: BYSTANDERS }, (_, index) => `bystander-${index}`);
  await Promise.all(
    bystanders.map(async (uid) => {
      await pbx.send(meetingEvent({ data: { uid, subject: 'Bystander', ...ahead(20), host: null, invitees: [] } }));
      await pbx.result(uid, (result) => result.state === 'synced');
    }),
  );
  const tell = (message: ClockMessage) => void agent.child.send(message);
  const world: World = {
    google,
    clock,
    pbx,
    get agent() {
      return agent;
    },
    kill: async () => void (await agent.kill('SIGKILL')),
    async start(wrongBy = 0) {
      agent = await start(wrongBy);
    },
    setClock: (wrongBy) => tell({ clock: 'set', ahead: wrongBy }),
    advance(ms) {
      clock.advance(ms);
      tell({ clock: 'advance', ms });
    },
    async signedIn() {
      // Too many sign-ins are slowed down, so a process gets one.
      if (session !== agent) await agent.signIn();
      session = agent;
      return agent;
    },
    async authorize() {
      const { status } = await REQUESTS['authorize: exchange'].run(await world.signedIn(), google);
      if (status !== 200) throw new Error(`authorizing again answered ${status}`);
    },
    touched() {
      const { byMeeting } = readHeld(google);
      return bystanders.filter((uid) => {
        const [entry, ...more] = byMeeting.get(uid) ?? [];
        return entry === undefined || more.length > 0 || entry.status !== 'confirmed' || entry.sequence !== 0;
      });
    },
    heard: () => pbx.seen.length,
    problem: (id, { since, open = true }) =>
      within(
        pbx.until(() => {
          const status = pbx.seen.slice(since).findLast((message) => message.topic === 'calendar-agent/agent/status');
          if (status === undefined) return false;
          const { problems } = JSON.parse(status.payload) as { problems: { id: string }[] };
          return problems.some((problem) => problem.id === id) === open;
        }),
        `the problem ${id} ${open ? 'opens' : 'closes'}`,
      ).then(() => undefined),
    async [Symbol.asyncDispose]() {
      await pbx[Symbol.asyncDispose]();
      await agent[Symbol.asyncDispose]();
      await google[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

/** Raises an Error that says what did not come about. */
export async function within<T>(work: Promise<T>, what: string | (() => string), ms = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not within ${ms / 1_000} s: ${typeof what === 'string' ? what : what()}`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

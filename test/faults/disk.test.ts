import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { freePort, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { limitFileSize, mountSmallDisk, withoutMount } from '../fakes/small-disk.ts';
import { clockEnv, createTestClock } from './clock.ts';
import { FAST_CLOCK } from './world.ts';

const SOON = { timeout: 15_000 };
const eventOf = (uid: string) => meetingEvent({ data: { uid, ...ahead(7) } });

/** What is told at most every ten seconds is told every second here. */
const clock = createTestClock(10);

describe('a disk at fault', () => {
  let google: GoogleStandIn;
  let folder: string;
  let dataDir: string;

  beforeEach(async () => {
    google = await startCalendar({ now: clock.now });
    folder = mkdtempSync(join(tmpdir(), 'disk-'));
    dataDir = join(folder, 'data');
  });
  afterEach(async () => {
    await google[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const problems = async (agent: AgentProcess): Promise<{ id: string; cause: string; action: string }[]> =>
    (await agent.api('GET', '/api/v1/status')).body.problems;
  const ids = async (agent: AgentProcess) => (await problems(agent)).map((problem) => problem.id);
  const entries = () => google.events(ACCOUNT.email).map((entry) => entry.extendedProperties?.private?.['pbxMeeting']);
  const settingsOf = async (agent: AgentProcess) => (await agent.api('GET', '/api/v1/google/settings')).body;

  const start = (dir: string, more: { mqttUrl?: string; embeddedPort?: number } = {}) =>
    startAgentProcess({ google, dataDir: dir, env: clockEnv(clock), imports: [FAST_CLOCK], ...more });

  /** An agent that has worked, with one meeting in its ledger. */
  async function startWorking(dir: string, broker: { mqttUrl: string } | { embeddedPort: number }) {
    const agent = await start(dir, broker);
    await agent.authorize(google);
    const pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await pbx.send(eventOf('first'));
    await pbx.result('first', (result) => result.state === 'synced');
    return { agent, pbx };
  }

  /** While the disk is full nothing is acknowledged and nothing changed; with room again everything goes on. */
  async function survivesFull(agent: AgentProcess, pbx: Pbx, disk: { fill(): void; empty(): void }): Promise<void> {
    const settings = await settingsOf(agent);
    await using bystander = await connectPbx(agent.mqttUrl, 'bystander');
    disk.fill();
    let acknowledged = false;
    const sent = pbx.send(eventOf('second')).then(() => {
      acknowledged = true;
    });
    await expect.poll(() => ids(agent), SOON).toContain('ledger-unavailable');
    const problem = (await problems(agent)).find((item) => item.id === 'ledger-unavailable');
    expect(problem?.action).toMatch(/room on the disk/);
    // The status topic says it, too, although it cannot be kept on this disk.
    await bystander.until(() =>
      bystander.seen.some(({ topic, payload }) => topic.endsWith('/status') && payload.includes('ledger-unavailable')),
    );
    expect((await agent.api('GET', '/readyz')).status).toBe(503);
    const refused = await agent.api('PUT', '/api/v1/google/settings', { ...settings, tag: '[x]' });
    expect([refused.status, refused.body.code]).toEqual([503, 'settings-unavailable']);
    expect(await settingsOf(agent)).toEqual(settings);
    expect(entries()).toEqual(['first']);
    disk.empty();
    await sent;
    await pbx.result('second', (result) => result.state === 'synced');
    expect(acknowledged).toBe(true);
    expect(entries().toSorted()).toEqual(['first', 'second']);
    await expect.poll(() => ids(agent), SOON).not.toContain('ledger-unavailable');
    expect(google.mails).toHaveLength(4);
  }

  it('that lets no file grow any more stops the taking of meetings, is told, and loses none', {
    timeout: 60_000,
  }, async () => {
    const { agent, pbx } = await startWorking(dataDir, { embeddedPort: await freePort() });
    await using _agent = agent;
    await using _pbx = pbx;
    const pid = agent.child.pid ?? 0;
    await survivesFull(agent, pbx, {
      fill: () => limitFileSize(pid, 1),
      empty: () => limitFileSize(pid, undefined),
    });
  });

  describe.skipIf(withoutMount)('of its own', () => {
    it.skipIf(withoutMosquitto)(
      'that is full leaves meetings with the broker until there is room',
      { timeout: 60_000 },
      async () => {
        using disk = mountSmallDisk(4);
        await using broker = await startMosquitto();
        const { agent, pbx } = await startWorking(disk.path, { mqttUrl: broker.url });
        await using _agent = agent;
        await using _pbx = pbx;
        const settings = await settingsOf(agent);
        disk.fill();
        // The broker takes it at once; the agent does not take it from there.
        await pbx.send(eventOf('second'));
        await expect.poll(() => ids(agent), SOON).toContain('ledger-unavailable');
        const refused = await agent.api('PUT', '/api/v1/google/settings', { ...settings, tag: '[x]' });
        expect([refused.status, refused.body.code]).toEqual([503, 'settings-unavailable']);
        expect(entries()).toEqual(['first']);
        // Killed in this state it has lost nothing either.
        await agent.kill('SIGKILL');
        disk.empty();
        await using again = await start(disk.path, { mqttUrl: broker.url });
        await again.signIn();
        await pbx.result('second', (result) => result.state === 'synced');
        expect(entries().toSorted()).toEqual(['first', 'second']);
        expect(await settingsOf(again)).toEqual(settings);
        expect(google.mails).toHaveLength(4);
      },
    );

    it('that is full, or read-only, at the start ends it with code 2 and says what to do; nothing is changed', async () => {
      using disk = mountSmallDisk(4);
      const { agent, pbx } = await startWorking(disk.path, { embeddedPort: await freePort() });
      await pbx[Symbol.asyncDispose]();
      await agent.kill('SIGTERM');
      const before = contentsOf(disk.path);
      disk.fill();
      await expect(start(disk.path)).rejects.toThrow(/ended with 2: .*DATA_DIR.*room on the disk/s);
      disk.empty();
      disk.readOnly(true);
      await expect(start(disk.path)).rejects.toThrow(
        /ended with 2: .*(DATA_DIR|settings\.json).*may (be written|write)/s,
      );
      disk.readOnly(false);
      expect(contentsOf(disk.path)).toEqual(before);
      await using again = await start(disk.path);
      await again.signIn();
      expect((await again.api('GET', '/api/v1/google/authorization')).body.state).toBe('authorized');
    });
  });

  describe('with a damaged file', () => {
    let left: string;

    /** Killed, so that the write-ahead log is still there and must not be taken into a damaged file. */
    beforeAll(async () => {
      left = mkdtempSync(join(tmpdir(), 'left-'));
      google = await startCalendar({ now: clock.now });
      const { agent, pbx } = await startWorking(left, { embeddedPort: await freePort() });
      for (let index = 0; index < 30; index += 1) await pbx.send(eventOf(`more-${index}`));
      await pbx.result('more-29', (result) => result.state === 'synced');
      await pbx[Symbol.asyncDispose]();
      await agent.kill('SIGKILL');
      await google[Symbol.asyncDispose]();
    });
    afterAll(() => rmSync(left, { recursive: true, force: true }));

    const damage: Record<string, { file: string; harm(path: string): void; says: RegExp }> = {
      'settings cut off': {
        file: 'settings.json',
        harm: (path) => writeFileSync(path, readFileSync(path).subarray(0, 200)),
        says: /settings\.json cannot be read as settings: it is no JSON.*settings\.json\.bak/s,
      },
      'settings with a member of another kind': {
        file: 'settings.json',
        harm: (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"selector": "tick"', '"selector": 7')),
        says: /settings\.json cannot be read as settings: \/calendar\/selector.*settings\.json\.bak/s,
      },
      'a ledger without its header': {
        file: 'ledger.db',
        harm(path) {
          checkpointed(path);
          overwrite(path, 0, 64);
        },
        says: /ledger\.db cannot be read as the agent's ledger.*left as it is.*backup/s,
      },
      'a ledger with a broken page': {
        file: 'ledger.db',
        harm(path) {
          checkpointed(path);
          overwrite(path, 4096 * 3, 4096 * 6);
        },
        says: /ledger\.db cannot be read as the agent's ledger.*left as it is.*backup/s,
      },
      'a ledger cut off': {
        file: 'ledger.db',
        harm(path) {
          checkpointed(path);
          writeFileSync(path, readFileSync(path).subarray(0, 4096 * 5));
        },
        says: /ledger\.db cannot be read as the agent's ledger.*left as it is.*backup/s,
      },
    };

    it.each(Object.keys(damage))(
      'ends the start with code 2 and an instruction, and overwrites nothing: %s',
      async (name) => {
        const { file, harm, says } = damage[name] ?? { file: '', harm() {}, says: /never/ };
        cpSync(left, dataDir, { recursive: true });
        harm(join(dataDir, file));
        const before = contentsOf(dataDir);
        const started = start(dataDir);
        await expect(started).rejects.toThrow(/ended with 2/);
        await expect(started).rejects.toThrow(says);
        expect(contentsOf(dataDir)).toEqual(before);
        // The instruction is followed: what was kept is put back.
        rmSync(dataDir, { recursive: true });
        cpSync(left, dataDir, { recursive: true });
        await using again = await start(dataDir);
        await again.signIn();
        expect((await again.api('GET', '/api/v1/meetings?limit=100')).body.items).toHaveLength(31);
      },
    );
  });
});

/** Every file byte for byte, but for what SQLite makes anew each time: the index of its log, and a log without content. */
function contentsOf(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path)
      .filter((name) => !name.endsWith('-shm') && !name.startsWith('agent.lock') && name !== 'filler')
      .map((name) => [name, readFileSync(join(path, name)).toString('base64')] as const)
      .filter(([name, content]) => !(name.endsWith('-wal') && content === '')),
  );
}

function overwrite(path: string, from: number, length: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, from);
  closeSync(file);
}

/** The log taken into the file, so that a page of the file is what is read. */
function checkpointed(path: string): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

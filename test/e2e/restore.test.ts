import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { freePort, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

const UPDATED = 'pbx.meeting.updated.v1';

/** What each uid is for: the state at the backup, and what came after it. */
const KEPT = 'kept';
const MOVED = 'moved-after';
const LATE = 'made-after';
const CANCELLED = 'pending-then-cancelled';
const WAITING = 'pending-then-written';

describe('an agent that is restored from a backup', () => {
  let google: GoogleStandIn;
  let folder: string;
  const live = () => google.events(ACCOUNT.email).filter((entry) => entry.status !== 'cancelled');

  beforeEach(async () => {
    google = await startCalendar();
    folder = mkdtempSync(join(tmpdir(), 'restore-'));
  });
  afterEach(async () => {
    await google[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  function command(name: 'backup' | 'restore', dataDir: string): void {
    const script = new URL(`../../src/commands/${name}-main.ts`, import.meta.url).pathname;
    const { status, stderr } = spawnSync(process.execPath, [script, join(folder, 'agent.backup')], {
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir, BACKUP_PASSPHRASE: 'a long enough passphrase' },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  }

  /** Backup in the middle of the work, more work, the machine is lost, restore elsewhere, resync. */
  async function story(start: (dataDir: string) => Promise<AgentProcess>, connect: () => Promise<Pbx>): Promise<void> {
    const old = join(folder, 'old');
    const fresh = join(folder, 'fresh');
    const state = (uid: string, change: Record<string, unknown> = {}) =>
      meetingEvent({
        id: `${uid}-${change['sequence'] ?? 0}`,
        ...(change['sequence'] === undefined ? {} : { type: UPDATED }),
        data: { uid, subject: uid, ...ahead(7), ...change },
      });
    {
      await using agent = await start(old);
      await agent.authorize(google);
      await using pbx = await connect();
      await pbx.identify();
      for (const uid of [KEPT, MOVED]) await pbx.send(state(uid));
      for (const uid of [KEPT, MOVED]) await pbx.result(uid, (result) => result.state === 'synced');
      const fault = { match: { method: 'POST', path: /\/events/ }, kind: '500' as const };
      google.faults.add({ ...fault, times: 2 });
      for (const uid of [CANCELLED, WAITING]) await pbx.send(state(uid));
      for (const uid of [CANCELLED, WAITING]) await pbx.result(uid, (result) => result.error !== null);
      command('backup', old);

      for (const uid of [CANCELLED, WAITING]) await pbx.result(uid, (result) => result.state === 'synced');
      await pbx.send(state(MOVED, { sequence: 1, subject: 'moved' }), 'updated');
      await pbx.send(state(LATE));
      await pbx.send(cancellation(CANCELLED, 1), 'cancelled');
      await pbx.result(MOVED, (result) => result.sequence === 1 && result.state === 'synced');
      await pbx.result(LATE, (result) => result.state === 'synced');
      await pbx.result(CANCELLED, (result) => result.state === 'cancelled');
      await agent.kill('SIGKILL');
    }
    const before = live().map((entry) => [entry.id, entry.summary, entry.etag]);
    const mails = google.mails.length;
    const writes = () => google.requests.filter((request) => request.method !== 'GET' && /\/events/.test(request.path));

    command('restore', fresh);
    await using agent = await start(fresh);
    await using pbx = await connect();
    await pbx.identify();
    await pbx.until(() => pbx.commands.some((item) => item.name === 'resync'));
    // What a PBX answers: every meeting that it still has, with the sequences that it had before.
    pbx.results.clear();
    await pbx.send(state(KEPT));
    await pbx.send(state(MOVED, { sequence: 1, subject: 'moved' }), 'updated');
    await pbx.send(state(LATE));
    await pbx.send(state(WAITING));
    await pbx.result(MOVED, (result) => result.sequence === 1 && result.state === 'synced');
    await pbx.result(LATE, (result) => result.state === 'synced');
    await pbx.result(WAITING, (result) => result.state === 'synced');

    expect(live().map((entry) => [entry.id, entry.summary, entry.etag])).toEqual(before);
    expect(
      live()
        .map((entry) => entry.summary)
        .sort(),
    ).toEqual([KEPT, LATE, 'moved', WAITING].sort());
    expect(google.mails.length).toBe(mails);
    expect(writes().length).toBeGreaterThan(0);

    // The one that nobody confirmed is not written, and is shown with what to do.
    await agent.signIn();
    const held = await agent.api('GET', `/api/v1/meetings/${pbx.device}/${CANCELLED}`);
    expect(held.body).toMatchObject({
      state: 'held',
      error: { code: 'restored', fix: expect.stringContaining('Resync') },
    });
    const status = await agent.api('GET', '/api/v1/status');
    expect(status.body.google).toMatchObject({ state: 'authorized', account: ACCOUNT.email });
    expect(status.body.problems.map((problem: { id: string }) => problem.id)).toContain('restored');

    // Asked once, whatever it says and however often the agent starts.
    await agent.kill();
    await using again = await start(fresh);
    await using same = await connect();
    await same.identify();
    await same.send(state('last'));
    await same.result('last', (result) => result.state === 'synced');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(same.commands).toEqual([]);
    await again.kill();
  }

  it('fills the gap, doubles nothing and mails nobody, over the embedded broker', { timeout: 60_000 }, async () => {
    const embeddedPort = await freePort();
    await story(
      (dataDir) => startAgentProcess({ google, embeddedPort, dataDir }),
      () => connectPbx(`mqtt://127.0.0.1:${embeddedPort}`),
    );
  });

  it.skipIf(withoutMosquitto)('does the same over Mosquitto', { timeout: 60_000 }, async () => {
    await using broker = await startMosquitto();
    await story(
      (dataDir) => startAgentProcess({ google, mqttUrl: broker.url, dataDir }),
      () => connectPbx(broker.url),
    );
  });
});

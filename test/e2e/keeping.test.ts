import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { meetingEvent } from '../fakes/meeting-event.ts';
import { freePort, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { connectPbx } from '../fakes/pbx.ts';
import { ACCOUNT, startAgentProcess, startCalendar } from './harness.ts';

const UID = '6500-20240429-1';
const TOPIC = `pbx/c074ad123456/meetings/${UID}/result`;

/** The example meeting was over in April 2024, so the first start after its result is out empties it. */
describe('the result of a meeting that is long over', () => {
  let google: GoogleStandIn;
  let dataDir: string;

  beforeEach(async () => {
    google = await startCalendar();
    dataDir = mkdtempSync(join(tmpdir(), 'keeping-'));
  });
  /** Asks again and again, without keeping the machine busy. */
  async function until(probe: () => Promise<boolean>): Promise<void> {
    while (!(await probe())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  afterEach(async () => {
    await google[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.skipIf(withoutMosquitto)(
    'is emptied once on an external broker, although broker and agent are away in turn, and its meeting goes',
    async () => {
      await using broker = await startMosquitto();
      const start = (env: Record<string, string> = {}) =>
        startAgentProcess({ google, mqttUrl: broker.url, dataDir, env });
      const keep = { RETENTION_DAYS: '36500' };
      await using pbx = await connectPbx(broker.url);
      {
        await using agent = await start(keep);
        await agent.authorize(google);
        await pbx.identify();
        await pbx.send(meetingEvent());
        await pbx.result(UID, (result) => result.state === 'synced');
        await agent.kill();
      }
      const empties = () => pbx.seen.filter((item) => item.topic === TOPIC && item.payload === '').length;
      await broker.stop();
      {
        // The purge runs while there is no broker, and then the agent is gone as well.
        await using agent = await start(keep);
        await agent.signIn();
        const path = `/api/v1/meetings/c074ad123456/${UID}`;
        await until(async () => (await agent.api('GET', path)).body.result === null);
        await agent.kill('SIGKILL');
      }
      await broker.start();
      {
        await using agent = await start(keep);
        await pbx.until(() => empties() === 1);
        await agent.kill();
      }
      {
        await using agent = await start();
        await agent.signIn();
        await until(async () => (await agent.api('GET', '/api/v1/meetings')).body.items.length === 0);
        // Whatever this start had to publish about the meeting would be out before its status is.
        await pbx.until(() => pbx.seen.some((item) => item.topic === 'calendar-agent/agent/status'));
        await agent.kill();
      }
      expect(empties()).toBe(1);
      await using late = await connectPbx(broker.url, 'c074ad123456');
      await late.client.publishAsync('pbx/c074ad123456/commands/end', '{}', { qos: 1 });
      await late.until(() => late.commands.some((command) => command.name === 'end'));
      expect(late.results.size).toBe(0);
      expect(google.events(ACCOUNT.email)).toHaveLength(1);
      expect(google.mails).toEqual([]);
    },
  );

  it('is not there any more on the embedded broker after the next start', async () => {
    const embeddedPort = await freePort();
    const start = () => startAgentProcess({ google, embeddedPort, dataDir, env: { RETENTION_DAYS: '36500' } });
    {
      await using agent = await start();
      await agent.authorize(google);
      await using pbx = await connectPbx(agent.mqttUrl);
      await pbx.identify();
      await pbx.send(meetingEvent());
      await pbx.result(UID, (result) => result.state === 'synced');
      await agent.kill();
    }
    for (let round = 0; round < 2; round += 1) {
      await using agent = await start();
      await agent.signIn();
      await until(async () => (await agent.api('GET', `/api/v1/meetings/c074ad123456/${UID}`)).body.result === null);
      await using pbx = await connectPbx(agent.mqttUrl);
      await pbx.client.publishAsync('pbx/c074ad123456/commands/end', '{}', { qos: 1 });
      await pbx.until(() => pbx.commands.some((command) => command.name === 'end'));
      expect(pbx.results.has(UID)).toBe(false);
      await agent.kill();
    }
  });
});

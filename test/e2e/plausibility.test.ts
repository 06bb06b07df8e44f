import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

const MEETINGS = 30;
const PROBLEM = 'removals-stopped';

describe('a change that would remove many entries', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  let dataDir: string;
  const uid = (index: number) => `m-${index}`;
  const live = () => google.events(ACCOUNT.email).filter((entry) => entry.status !== 'cancelled');
  const mailed = (kind: string) => google.mails.filter((mail) => mail.kind === kind).length;
  const cancel = (count: number, sequence = 1) =>
    Promise.all(Array.from({ length: count }, (_, index) => pbx.send(cancellation(uid(index), sequence), 'cancelled')));
  const problem = async () =>
    (await agent.api('GET', '/api/v1/status')).body.problems.find((item: { id: string }) => item.id === PROBLEM);
  const all = (state: string, count: number) =>
    pbx.until(() => [...pbx.results.values()].filter((result) => result.state === state).length === count);

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'agent-'));
    google = await startCalendar();
    agent = await startAgentProcess({ google, dataDir });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
    await Promise.all(
      Array.from({ length: MEETINGS }, (_, index) =>
        pbx.send(meetingEvent({ data: { ...ahead(7), uid: uid(index), subject: `Meeting ${index} [keep]` } })),
      ),
    );
    await all('synced', MEETINGS);
  });
  afterEach(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('goes on by itself as long as it removes no more than ten', async () => {
    await cancel(10);
    await all('cancelled', 10);
    expect(live()).toHaveLength(MEETINGS - 10);
    expect(await problem()).toBeUndefined();
  });

  it('waits whole for a confirmation, also over a restart, and names the counts', async () => {
    await cancel(11);
    await all('held', 11);
    expect(pbx.results.get(uid(3))?.error).toMatchObject({ code: PROBLEM, link: '/' });
    expect(live()).toHaveLength(MEETINGS);
    expect(mailed('cancellation')).toBe(0);
    await vi.waitFor(async () =>
      expect(await problem()).toMatchObject({
        severity: 'danger',
        confirmable: true,
        cause: expect.stringContaining(`11 of ${MEETINGS} future entries`),
      }),
    );
    // Everything else goes on meanwhile.
    await pbx.send(meetingEvent({ data: { ...ahead(8), uid: 'other' } }));
    await pbx.result('other', (result) => result.state === 'synced');

    await pbx[Symbol.asyncDispose]();
    await agent.kill('SIGKILL');
    agent = await startAgentProcess({ google, dataDir });
    pbx = await connectPbx(agent.mqttUrl);
    await agent.signIn();
    await all('held', 11);
    expect(live()).toHaveLength(MEETINGS + 1);

    const answer = await agent.api('POST', `/api/v1/problems/${PROBLEM}/confirm`);
    expect([answer.status, answer.body]).toEqual([200, { released: 11 }]);
    await all('cancelled', 11);
    expect(live()).toHaveLength(MEETINGS + 1 - 11);
    await vi.waitFor(async () => expect(await problem()).toBeUndefined());
    expect((await agent.api('POST', `/api/v1/problems/${PROBLEM}/confirm`)).body.code).toBe('problem-unknown');
    const { items } = (await agent.api('GET', '/api/v1/activity')).body;
    expect(items).toContainEqual(
      expect.objectContaining({ actor: 'admin', action: 'stopped removals confirmed', detail: '11 meetings go on' }),
    );
  });

  it('made by a setting is undone by setting it back, without a write or a mail', async () => {
    const settings = (await agent.api('GET', '/api/v1/google/settings')).body;
    const writes = () => google.requests.filter((request) => !['GET', 'HEAD'].includes(request.method)).length;
    const [before, mails] = [writes(), google.mails.length];
    await agent.api('PUT', '/api/v1/google/settings', { ...settings, selector: 'tag', tag: '[gcal]' });
    await all('held', MEETINGS);
    expect(await agent.api('POST', '/api/v1/problems/nothing/confirm')).toMatchObject({ status: 404 });
    await agent.api('PUT', '/api/v1/google/settings', { ...settings, selector: 'tag', tag: '[keep]' });
    await all('synced', MEETINGS);
    expect([writes(), google.mails.length]).toEqual([before, mails]);
  });
});

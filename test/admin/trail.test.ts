import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { type ApiClient, apiClient, signedIn } from '../fakes/api-client.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';

const CLIENT_ADDRESS = '203.0.113.77';

describe('activity and log by the API', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;

  beforeEach(async () => {
    google = await startCalendar();
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  const forwarded = { 'x-forwarded-for': CLIENT_ADDRESS };
  const activity = async (client: ApiClient, query = '') =>
    (await client.call('GET', `/api/v1/activity${query}`)).body.items as Record<string, string>[];

  it('names the address of whoever asks: behind a proxy that is trusted the one it tells, else the own', async () => {
    agent = await startAgentProcess({ google, env: { TRUST_PROXY: '127.0.0.1' } });
    const behind = await signedIn(agent.url, 'admin', PASSWORD, forwarded);
    await behind.call('POST', '/api/v1/users', { name: 'ann', role: 'auditor', password: PASSWORD });
    expect(await activity(behind)).toMatchObject([
      { actor: 'admin', action: 'user added', subject: 'ann', detail: 'auditor', address: CLIENT_ADDRESS },
      { actor: 'admin', action: 'signed in', address: CLIENT_ADDRESS },
    ]);
    await agent.kill();
    agent = await startAgentProcess({ google });
    const straight = await signedIn(agent.url, 'admin', PASSWORD, forwarded);
    expect(await activity(straight)).toMatchObject([{ action: 'signed in', address: '127.0.0.1' }]);
  });

  it('notes refused sign-ins without what was typed into the wrong box', async () => {
    agent = await startAgentProcess({ google });
    for (const username of ['admin', 'my-secret-password'])
      await apiClient(agent.url).call('POST', '/api/v1/session', { username, password: 'not the password' });
    const admin = await signedIn(agent.url, 'admin', PASSWORD);
    expect(await activity(admin, '?action=sign-in%20refused')).toMatchObject([
      { actor: 'unknown user' },
      { actor: 'admin' },
    ]);
    expect(JSON.stringify(await activity(admin))).not.toContain('my-secret-password');
  });

  it('tells what was asked for and what was written to the calendar, and gives it all as CSV', async () => {
    agent = await startAgentProcess({ google });
    await agent.authorize(google);
    await using pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await pbx.send(meetingEvent({ data: ahead(3) }));
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    const admin = await signedIn(agent.url, 'admin', PASSWORD);
    const subject = `${pbx.device}/6500-20240429-1`;
    expect(await activity(admin, '?q=6500')).toMatchObject([
      { kind: 'meeting', actor: 'agent', action: 'calendar create', subject },
      { kind: 'meeting', actor: pbx.device, action: 'scheduled', subject },
    ]);
    await admin.call('POST', '/api/v1/tokens', { name: '=cmd|calc', scope: 'read' });

    const csv = await admin.open('/api/v1/activity/csv?actor=admin');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="activity-\d{4}-\d\d-\d\d\.csv"$/);
    const text = Buffer.from(await csv.arrayBuffer()).toString('utf8');
    const lines = text.split('\r\n');
    expect(lines[0]).toBe('\uFEFFwhen,who,from,what,subject,detail');
    expect(lines[1]).toMatch(/^\d{4}-.*Z,admin,127\.0\.0\.1,API token made,'=cmd\|calc,"read, never expires"$/);
    expect(text).toContain(`authorized,Google,${ACCOUNT.email}`);
    expect(text).not.toContain('calendar create');
    expect(lines.at(-1)).toBe('');
  });

  it('shows its own log: narrowed, in order, and to take along', async () => {
    agent = await startAgentProcess({ google });
    const admin = await signedIn(agent.url, 'admin', PASSWORD);
    await using pbx = await connectPbx(agent.mqttUrl);
    await pbx.send('not JSON at all');
    await pbx.until(() => pbx.rejected.length > 0);
    const page = (await admin.call('GET', '/api/v1/logs')).body;
    expect(page).toMatchObject({
      level: 'info',
      cut: false,
      components: expect.arrayContaining(['agent', 'meetings']),
    });
    expect(page.items.map((item: { message: string }) => item.message).join('\n')).toContain('ready: admin page');
    const warned = (await admin.call('GET', '/api/v1/logs?level=warn&component=meetings&q=could%20not')).body;
    expect(warned.items).toMatchObject([
      {
        level: 'warn',
        component: 'meetings',
        message: 'a message could not be taken',
        fields: { code: 'invalid-json' },
      },
    ]);
    expect((await admin.call('GET', `/api/v1/logs?after=${page.last}`)).body.items).toEqual([]);
    expect((await admin.call('GET', '/api/v1/logs?level=loud')).body.errors[0].path).toBe('/level');

    const download = await admin.open('/api/v1/logs/download?level=warn');
    expect(download.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await download.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).msg)).toContain('a message could not be taken');
    // What the log says is what the process prints.
    for (const line of lines) expect(agent.output).toContain(line);
  });
});

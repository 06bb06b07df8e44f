import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorityFile, certificate } from '../fakes/fixed-certificates.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { headerOf, type MailServer, partsOf, startMailServer } from '../fakes/mail-server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';
import { startWebhookReceiver, verifyHook, type WebhookReceiver } from '../fakes/webhook-receiver.ts';
import { type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

const account = { user: 'pbx', password: 'mail-password' };

describe('an agent in trouble', () => {
  let google: GoogleStandIn;
  let hooks: WebhookReceiver;
  let mails: MailServer;
  let dataDir: string;
  let agent: AgentProcess;
  let secret: string;

  const start = async () => {
    agent = await startAgentProcess({ google, dataDir, env: { NODE_EXTRA_CA_CERTS: authorityFile } });
    await agent.signIn();
  };
  beforeEach(async () => {
    google = await startCalendar();
    hooks = await startWebhookReceiver();
    mails = await startMailServer({ ...certificate('localhost'), account });
    dataDir = mkdtempSync(join(tmpdir(), 'alerts-'));
    await start();
    secret = (await agent.api('POST', '/api/v1/alerts/webhook/secret')).body.secret;
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await mails[Symbol.asyncDispose]();
    await hooks[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const settings = (change: object = {}) => ({
    includeMeetings: false,
    delaySeconds: 0,
    webhook: { enabled: true, url: hooks.url, severity: 'warning' },
    smtp: {
      enabled: true,
      host: 'localhost',
      port: mails.port,
      security: 'starttls',
      username: account.user,
      password: account.password,
      from: 'pbx@example.com',
      recipients: ['admin@example.com'],
      severity: 'warning',
    },
    ...change,
  });
  const configure = async (change: object = {}) =>
    expect((await agent.api('PUT', '/api/v1/alerts/settings', settings(change))).status).toBe(200);
  const events = () => hooks.received.map((hook) => JSON.parse(hook.body));
  const story = () => ({
    webhook: events().map((event) => `${event.type} ${event.data.problem?.id ?? ''}`.trim()),
    mail: mails.mails.map((mail) => headerOf(mail, 'Subject')),
  });
  /** Without a delay what is due goes out with the look that sees it, and a channel delivers in order: once a
   * test has arrived, nothing that was due before it is still to come. */
  const settle = async () => {
    for (const channel of ['webhook', 'smtp'])
      expect((await agent.api('POST', '/api/v1/alerts/test', { channel })).status, channel).toBe(200);
  };
  /** A meeting that cannot go out, for nobody has authorized an account. */
  const hold = async (uid: string) => {
    await using pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await pbx.send(meetingEvent({ id: uid, data: { ...ahead(3), uid } }));
    await pbx.result(uid, (result) => result.error?.code === 'not-authorized');
  };
  const problems = async () =>
    (await agent.api('GET', '/api/v1/status')).body.problems.map((item: { id: string }) => item.id);

  it('mails and calls once, not again within the day or after a restart, and once more when it is over', async () => {
    await configure();
    await hold('first-meeting');
    await Promise.all([hooks.until(1), mails.until(1)]);
    const opened = {
      webhook: ['calendar-agent.problem.opened.v1 not-authorized'],
      mail: ['[Calendar Agent agent] Warning: No Google account is authorized'],
    };
    expect(story()).toEqual(opened);
    for (const hook of hooks.received) verifyHook(hook, secret);
    expect(mails.mails[0]).toMatchObject({ secure: true, user: 'pbx', to: ['admin@example.com'] });
    const heard = hooks.received[0]?.body + JSON.stringify(partsOf(mails.mails[0] ?? ({ source: '' } as never)));
    expect(heard).not.toMatch(/Weekly|first-meeting|guest@|c074ad|Head office|UCM/);

    await agent.kill();
    await start();
    await expect.poll(problems).toContain('not-authorized');
    await settle();
    expect(story().webhook).toEqual([...opened.webhook, 'calendar-agent.test.v1']);
    expect(story().mail).toEqual([...opened.mail, '[Calendar Agent agent] Test of the alerts']);

    await agent.authorize(google);
    await Promise.all([hooks.until(3), mails.until(3)]);
    expect(story().webhook.at(-1)).toBe('calendar-agent.problem.closed.v1 not-authorized');
    expect(story().mail.at(-1)).toBe('[Calendar Agent agent] Ended: No Google account is authorized');
    expect(events()[2].data.opening).toBe(events()[0].id);
    expect(headerOf(mails.mails[2] ?? ({ source: '' } as never), 'In-Reply-To')).toBe(
      headerOf(mails.mails[0] ?? ({ source: '' } as never), 'Message-ID'),
    );

    await agent.api('DELETE', '/api/v1/google/authorization?revoke=false');
    await hold('second-meeting');
    await expect.poll(problems).toContain('not-authorized');
    await agent.authorize(google);
    await expect.poll(problems).not.toContain('not-authorized');
    await settle();
    expect(story().webhook.slice(3)).toEqual(['calendar-agent.test.v1']);
    expect(story().mail.slice(3)).toEqual(['[Calendar Agent agent] Test of the alerts']);
    for (const place of [agent.output.join('\n'), ...hooks.received.map((hook) => hook.body)])
      expect(place).not.toMatch(/mail-password|whsec_/);
  });

  it('shows a channel that does not work as a problem, tells the other one, and goes on when it works again', async () => {
    hooks.answer = (response) => response.writeHead(500).end();
    await configure();
    await hold('first-meeting');
    await expect.poll(problems, { timeout: 10_000 }).toContain('alerts-failed:webhook');
    await mails.until(2);
    expect(story().mail).toEqual([
      '[Calendar Agent agent] Warning: No Google account is authorized',
      '[Calendar Agent agent] Warning: Alerts do not reach the webhook',
    ]);
    hooks.answer = (response) => response.writeHead(204).end();
    await agent.api('POST', '/api/v1/alerts/test', { channel: 'webhook' });
    await expect.poll(() => story().webhook.at(-1)).toBe('calendar-agent.problem.opened.v1 not-authorized');
    expect(story().webhook.join()).not.toContain('alerts-failed');
    await expect.poll(problems).not.toContain('alerts-failed:webhook');
    await mails.until(3);
    expect(story().mail.at(-1)).toBe('[Calendar Agent agent] Ended: Alerts do not reach the webhook');
  });
});

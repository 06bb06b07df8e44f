import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertSettingsInput } from '../../src/contracts/http.ts';
import { type AgentProcess, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { startMailServer } from '../fakes/mail-server.ts';
import { startWebhookReceiver, verifyHook } from '../fakes/webhook-receiver.ts';

const SETTINGS = '/api/v1/alerts/settings';
const SECRET = '/api/v1/alerts/webhook/secret';
const TEST = '/api/v1/alerts/test';

const off: AlertSettingsInput = {
  includeMeetings: false,
  delaySeconds: 60,
  webhook: { enabled: false, url: '', severity: 'warning' },
  smtp: {
    enabled: false,
    host: '',
    port: 587,
    security: 'starttls',
    username: '',
    from: '',
    recipients: [],
    severity: 'warning',
  },
};
const smtp = {
  ...off.smtp,
  host: 'localhost',
  security: 'none' as const,
  from: 'pbx@example.com',
  recipients: ['admin@example.com'],
};

describe('Settings > Alerts', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  beforeAll(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    await agent.signIn();
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });
  const put = (change: Partial<AlertSettingsInput>) => agent.api('PUT', SETTINGS, { ...off, ...change });
  const errorPaths = (answer: { body: { errors?: { path: string }[] } }) =>
    answer.body.errors?.map((item) => item.path);

  it('need a session', async () => {
    for (const [method, path] of [
      ['GET', SETTINGS],
      ['PUT', SETTINGS],
      ['POST', SECRET],
      ['POST', TEST],
    ] as const) {
      expect((await fetch(agent.url + path, { method })).status, path).toBe(401);
    }
  });

  it('are off at first, and say what is missing where a test is asked for', async () => {
    expect((await agent.api('GET', SETTINGS)).body).toEqual({
      ...off,
      webhook: { ...off.webhook, secretHint: null, secretLost: false },
      smtp: { ...off.smtp, passwordStored: false, passwordLost: false },
      warnings: [],
    });
    for (const channel of ['webhook', 'smtp']) {
      const answer = await agent.api('POST', TEST, { channel });
      expect(answer).toMatchObject({ status: 409, body: { code: 'alerts-not-configured' } });
      expect(answer.body.detail).toMatch(/is missing/);
      expect(answer.body.fix).toMatch(/Settings > Alerts/);
    }
    expect((await agent.api('POST', TEST, { channel: 'pigeon' })).status).toBe(400);
  });

  it.each<[string, Partial<AlertSettingsInput>, string]>([
    ['a webhook without an address', { webhook: { ...off.webhook, enabled: true } }, '/webhook/url'],
    [
      'one without a secret',
      { webhook: { ...off.webhook, enabled: true, url: 'https://a.example.com/' } },
      '/webhook/secret',
    ],
    ['one over plain http', { webhook: { ...off.webhook, url: 'http://a.example.com/' } }, '/webhook/url'],
    ['one at a metadata service', { webhook: { ...off.webhook, url: 'https://169.254.169.254/' } }, '/webhook/url'],
    ['mail without a host', { smtp: { ...smtp, enabled: true, host: '' } }, '/smtp/host'],
    ['a host that is none', { smtp: { ...smtp, host: 'mail.example.com\r\nQUIT' } }, '/smtp/host'],
    ['mail without a sender', { smtp: { ...smtp, enabled: true, from: '' } }, '/smtp/from'],
    ['a sender with a name', { smtp: { ...smtp, from: 'PBX <pbx@example.com>' } }, '/smtp/from'],
    ['a sender with a line break', { smtp: { ...smtp, from: 'pbx@example.com\r\nBcc: a@example.com' } }, '/smtp/from'],
    ['mail to nobody', { smtp: { ...smtp, enabled: true, recipients: [] } }, '/smtp/recipients'],
    ['two recipients in one', { smtp: { ...smtp, recipients: ['a@example.com, b@example.com'] } }, '/smtp/recipients'],
    ['a password for nobody', { smtp: { ...smtp, password: 'x' } }, '/smtp/username'],
    ['a user without a password', { smtp: { ...smtp, enabled: true, username: 'pbx' } }, '/smtp/password'],
    ['a severity that is none', { smtp: { ...smtp, severity: 'error' as never } }, '/smtp/severity'],
    ['a port that is none', { smtp: { ...smtp, port: 70_000 } }, '/smtp/port'],
    ['a member that is not known', { smtp: { ...smtp, surprise: 1 } as never }, '/smtp/surprise'],
  ])('refuse %s, naming the field', async (_name, change, path) => {
    const answer = await put(change);
    expect(answer).toMatchObject({ status: 400, body: { code: 'schema' } });
    expect(errorPaths(answer)).toContain(path);
  });

  it('keep the password sealed, never show it, and send it to no other server than the one it is for', async () => {
    const saved = await put({ smtp: { ...smtp, username: 'pbx', password: 'mail-password' } });
    expect(saved).toMatchObject({ status: 200, body: { smtp: { passwordStored: true } } });
    const again = await put({ smtp: { ...smtp, username: 'pbx', recipients: ['b@example.com', 'B@example.com'] } });
    expect(again.body.smtp).toMatchObject({ passwordStored: true, recipients: ['B@example.com'] });
    for (const elsewhere of [
      { host: 'evil.example.com' },
      { port: 25 },
      { security: 'tls' as const },
      { username: 'x' },
    ]) {
      const answer = await put({ smtp: { ...smtp, username: 'pbx', ...elsewhere } });
      expect(errorPaths(answer)).toEqual(['/smtp/password']);
    }
    expect((await put({ smtp: { ...smtp, username: 'pbx', password: null } })).body.smtp.passwordStored).toBe(false);
    await put({ smtp: { ...smtp, username: 'pbx', password: 'mail-password' } });
    const file = readFileSync(join(agent.dataDir, 'settings.json'), 'utf8');
    for (const place of [JSON.stringify(saved.body), file, agent.output.join('\n')]) {
      expect(place).not.toContain('mail-password');
    }
  });

  it('warn of mail that travels unencrypted, but not on the machine itself', async () => {
    expect((await put({ smtp })).body.warnings).toEqual([]);
    const answer = await put({ smtp: { ...smtp, host: 'mail.lan' } });
    expect(answer.body.warnings).toEqual([{ path: '/smtp/security', message: expect.stringMatching(/unencrypted/) }]);
  });

  it('make a signing secret that is shown once, and test the webhook with it', async () => {
    await using receiver = await startWebhookReceiver();
    await put({ webhook: { ...off.webhook, url: receiver.url } });
    const made = await agent.api('POST', SECRET);
    expect(made).toMatchObject({ status: 201, body: { secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) } });
    const { secret } = made.body;
    const view = (await agent.api('GET', SETTINGS)).body;
    expect(view.webhook.secretHint).toBe(secret.slice(-4));
    expect(JSON.stringify(view)).not.toContain(secret);
    receiver.answer = (response) => response.writeHead(202).end('thank you');
    const tested = await agent.api('POST', TEST, { channel: 'webhook' });
    expect(tested).toMatchObject({
      status: 200,
      body: { channel: 'webhook', status: 202, answer: 'thank you', refused: [], tookMs: expect.any(Number) },
    });
    const [hook] = receiver.received;
    if (hook === undefined) throw new Error('nothing arrived');
    verifyHook(hook, secret);
    expect(JSON.parse(hook.body).type).toBe('calendar-agent.test.v1');

    receiver.answer = (response) => response.writeHead(500).end('out of order');
    const failed = await agent.api('POST', TEST, { channel: 'webhook' });
    expect(failed).toMatchObject({ status: 502, body: { code: 'webhook-refused' } });
    expect(failed.body.detail).toMatch(/500 out of order/);
    expect(failed.headers.get('content-type')).toContain('application/problem+json');

    const renewed = await agent.api('POST', SECRET);
    await agent.api('POST', TEST, { channel: 'webhook' });
    const last = receiver.received.at(-1);
    if (last === undefined) throw new Error('nothing arrived');
    verifyHook(last, renewed.body.secret);
    expect(() => verifyHook(last, secret)).toThrow();
    expect(agent.output.join('\n')).not.toMatch(/whsec_/);
  });

  it('test the mail', async () => {
    await using server = await startMailServer({ disabledCommands: ['STARTTLS', 'AUTH'] });
    await put({ smtp: { ...smtp, port: server.port } });
    const tested = await agent.api('POST', TEST, { channel: 'smtp' });
    expect(tested).toMatchObject({ status: 200, body: { channel: 'smtp', status: 250 } });
    expect(server.mails).toHaveLength(1);
    await put({ smtp: { ...smtp, port: server.port, security: 'starttls' } });
    expect(await agent.api('POST', TEST, { channel: 'smtp' })).toMatchObject({
      status: 502,
      body: { code: 'smtp-security', fix: expect.stringMatching(/587/) },
    });
  });

  it('leave changes and tests in the trail, by name and without values', async () => {
    const { items } = (await agent.api('GET', '/api/v1/activity?limit=200')).body;
    const lines = items
      .filter((item: { subject: string }) => item.subject === 'Alerts')
      .map((item: { actor: string; action: string; detail: string }) => `${item.actor}: ${item.action} ${item.detail}`);
    expect(lines).toContain('admin: signing secret of the webhook made ');
    expect(lines).toContainEqual(expect.stringMatching(/^admin: test alert sent webhook: 202 after \d+ ms$/));
    expect(lines).toContain('admin: test alert failed webhook: webhook-refused');
    expect(lines).toContainEqual(expect.stringMatching(/alert settings saved .*smtp\.password/));
    expect(lines.join('\n')).not.toMatch(/mail-password|whsec_|example\.com/);
  });

  it('stand in the API document, with the event that a webhook receives', async () => {
    const { body } = await agent.api('GET', '/api/v1/openapi.json');
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining([SETTINGS, SECRET, TEST]));
    expect(Object.keys(body.webhooks.alert.post.requestBody.content)).toEqual(['application/cloudevents+json']);
    expect(body.components.schemas.AlertEvent.properties.type.enum).toHaveLength(3);
  });
});

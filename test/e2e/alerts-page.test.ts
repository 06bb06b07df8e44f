import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBrowser, withoutBrowser } from '../fakes/browser.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { type MailServer, startMailServer } from '../fakes/mail-server.ts';
import { startWebhookReceiver, verifyHook, type WebhookReceiver } from '../fakes/webhook-receiver.ts';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from './harness.ts';

describe.skipIf(withoutBrowser)('Settings > Alerts in a browser', () => {
  let browser: Browser;
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let hooks: WebhookReceiver;
  let mails: MailServer;
  let page: Page;
  let violations: string[];

  beforeAll(async () => {
    await import('../../web/build-if-stale.ts');
    browser = await startBrowser();
  });
  afterAll(async () => browser?.close());

  beforeEach(async () => {
    google = await startCalendar();
    hooks = await startWebhookReceiver();
    mails = await startMailServer({ disabledCommands: ['STARTTLS', 'AUTH'], refuses: ['nobody@example.com'] });
    agent = await startAgentProcess({ google });
    violations = [];
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' });
    page = await context.newPage();
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/i.test(message.text())) violations.push(message.text());
    });
    page.on('pageerror', (error) => violations.push(error.message));
    await page.goto(agent.url);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByRole('heading', { level: 2, name: 'Alerts' }).waitFor();
  });
  afterEach(async () => {
    expect(violations).toEqual([]);
    await page.context().close();
    await agent[Symbol.asyncDispose]();
    await mails[Symbol.asyncDispose]();
    await hooks[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  const save = () => page.getByRole('button', { name: 'Save', exact: true }).click();

  it('sets up both channels, shows the secret once, and tests them', async () => {
    await page.getByLabel('Call a webhook').check();
    await page.getByLabel('Address').fill(hooks.url);
    await page.getByRole('button', { name: 'Make a secret' }).click();
    const secret = await page.getByLabel('Signing secret of the webhook', { exact: true }).inputValue();
    expect(secret).toMatch(/^whsec_/);
    expect(await page.getByLabel('Address').inputValue()).toBe(hooks.url);
    await page.getByLabel('Send mails').check();
    await page.getByLabel('Mail server', { exact: true }).fill('localhost');
    await page.getByRole('radio', { name: /^None/ }).check();
    await page.getByText('whoever is on the way can read').waitFor();
    expect(await page.getByLabel('Port', { exact: true }).inputValue()).toBe('25');
    await page.getByLabel('Port', { exact: true }).fill(String(mails.port));
    await page.getByLabel('From', { exact: true }).fill('pbx@example.com');
    await page.getByLabel('Recipients').fill('admin@example.com\nnobody@example.com');
    expect(await page.getByRole('button', { name: 'Send a test mail' }).isDisabled()).toBe(true);
    await save();
    await page.getByText('The settings are saved.').waitFor();

    await page.getByRole('button', { name: 'Call the webhook now' }).click();
    await page.getByText(/The webhook answered 204 after \d+ ms/).waitFor();
    const [hook] = hooks.received;
    if (hook === undefined) throw new Error('nothing arrived');
    verifyHook(hook, secret);
    await page.getByRole('button', { name: 'Send a test mail' }).click();
    await page.getByText('These recipients were refused: nobody@example.com').waitFor();
    expect(mails.mails).toHaveLength(1);

    await page.reload();
    await page.getByText(`stored, ends with ${secret.slice(-4)}`).waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(await page.getByLabel('Recipients').inputValue()).toBe('admin@example.com\nnobody@example.com');
  });

  it('says beside each field what is wrong with it, and leads there from the summary', async () => {
    await page.getByLabel('Call a webhook').check();
    await page.getByLabel('Address').fill('http://alerts.example.com/');
    await page.getByLabel('Send mails').check();
    await page.getByLabel('Recipients').fill('admin');
    await save();
    await page.getByText('4 fields need a correction').waitFor();
    await page.getByText('Address expects https').first().waitFor();
    expect(await page.getByLabel('Recipients').getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('link', { name: /^Recipients expects addresses/ }).click();
    expect(await page.getByLabel('Recipients').evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('explains a test that fails, and asks before a secret is replaced', async () => {
    hooks.answer = (response) => response.writeHead(401).end('who are you');
    await page.getByLabel('Address').fill(hooks.url);
    await page.getByRole('button', { name: 'Make a secret' }).click();
    await page.getByLabel('Signing secret of the webhook', { exact: true }).waitFor();
    await save();
    await page.getByRole('button', { name: 'Call the webhook now' }).click();
    await page.getByText('The webhook refuses the agent').waitFor();
    await page.getByText('401 who are you').waitFor();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The present one ends at once').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await agent.signIn();
    const trail = (await agent.api('GET', '/api/v1/activity')).body.items;
    expect(trail.filter((item: { action: string }) => item.action.includes('secret'))).toHaveLength(1);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Make a secret' }).click();
    await page.getByLabel('Signing secret of the webhook', { exact: true }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});

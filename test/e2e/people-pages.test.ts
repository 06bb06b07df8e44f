import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { faultsOf } from '../fakes/accessibility.ts';
import { startBrowser, withoutBrowser } from '../fakes/browser.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from './harness.ts';

const SECRET = 'a password of some length';

describe.skipIf(withoutBrowser)('users, tokens, activity and log in a browser', () => {
  let browser: Browser;
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let page: Page;
  let violations: string[];

  beforeAll(async () => {
    await import('../../web/build-if-stale.ts');
    browser = await startBrowser();
  });
  afterAll(async () => browser?.close());

  beforeEach(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    violations = [];
    page = await open();
    await enter(page, 'admin', PASSWORD);
  });
  afterEach(async () => {
    expect(violations).toEqual([]);
    for (const context of browser.contexts()) await context.close();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    const opened = await context.newPage();
    // Sooner than the test's own end, so that it is told which step waits in vain.
    opened.setDefaultTimeout(15_000);
    opened.on('console', (message) => {
      if (/Content Security Policy|Refused to/i.test(message.text())) violations.push(message.text());
    });
    opened.on('pageerror', (error) => violations.push(error.message));
    return opened;
  }

  async function enter(where: Page, user: string, password: string): Promise<void> {
    await where.goto(agent.url);
    await where.getByLabel('User').fill(user);
    await where.getByLabel('Password').fill(password);
    await where.getByRole('button', { name: 'Sign in' }).click();
    await where.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  /** What is said for a moment only is waited for from before on. */
  async function toldAfter(act: () => Promise<void>, words: string, where = page): Promise<void> {
    await Promise.all([where.getByText(words).waitFor(), act()]);
  }

  const go = (path: string, where = page) => where.goto(agent.url + path);

  it('adds a user, who then sees what the role lets it see and changes nothing else', async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a user' });
    await dialog.getByLabel('User', { exact: true }).fill('Ann@example.com');
    await dialog.getByLabel('New password').fill('short');
    await dialog.getByRole('radio', { name: 'Auditor' }).check();
    await dialog.getByRole('button', { name: 'Add a user' }).click();
    await dialog.getByText('2 fields need a correction').waitFor();
    await dialog.getByLabel('User', { exact: true }).fill('Ann');
    await dialog.getByLabel('New password').fill(SECRET);
    await toldAfter(() => dialog.getByRole('button', { name: 'Add a user' }).click(), 'ann may sign in now.');
    await dialog.waitFor({ state: 'detached' });

    const hers = await open();
    await enter(hers, 'ann', SECRET);
    await hers.getByText('ann, Auditor').first().waitFor();
    await hers.getByRole('link', { name: 'Settings', exact: true }).click();
    await hers.getByRole('heading', { name: 'Your password' }).waitFor();
    expect(await hers.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await go('/settings/users', hers);
    await hers.getByRole('heading', { name: 'There is no page here' }).waitFor();
    await go('/integrations/google', hers);
    await hers.getByText('Changing it needs an administrator.').waitFor();
    expect(await hers.getByLabel('OAuth2.0 Client ID').isDisabled()).toBe(true);
    expect(await hers.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);

    // The administrator sees the session come, and ends it.
    await page.getByText('1 session open').nth(1).waitFor();
    await page.getByRole('button', { name: 'Change ann' }).click();
    const change = page.getByRole('dialog', { name: 'Change ann' });
    await change.getByLabel('May sign in').uncheck();
    await change.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Disabled').waitFor();
    await hers.getByRole('button', { name: 'Sign in' }).waitFor({ timeout: 20_000 });

    await page.getByRole('button', { name: 'Remove ann' }).click();
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Remove' });
    await toldAfter(() => remove.click(), 'ann is removed.');
    await page.getByRole('button', { name: 'Remove ann' }).waitFor({ state: 'detached' });
  }, 60_000);

  it('makes a token, shows it once, follows its use, and revokes it', async () => {
    await go('/settings/tokens');
    await page.getByText('No tokens yet').waitFor();
    await page.getByRole('button', { name: 'Make a token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make a token' });
    await dialog.getByLabel('Name').fill('Wallboard');
    await dialog.getByLabel('Expires').selectOption({ label: 'In 30 days' });
    await dialog.getByRole('button', { name: 'Make a token' }).click();
    await page.getByText('The token “Wallboard” is made').waitFor();
    const token = await page.getByLabel('API token', { exact: true }).inputValue();
    const use = () => fetch(`${agent.url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    expect((await use()).status).toBe(200);
    await page.reload();
    await page.getByText('from 127.0.0.1').waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Revoke Wallboard' }).click();
    await page.getByRole('dialog').getByText('This cannot be undone').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No tokens yet').waitFor();
    expect((await use()).status).toBe(401);
  });

  it('changes the own password and asks for the present one', async () => {
    await agent.signIn();
    await agent.api('POST', '/api/v1/users', { name: 'ann', role: 'scheduler', password: SECRET });
    const hers = await open();
    await enter(hers, 'ann', SECRET);
    await go('/settings/personal', hers);
    await hers.getByLabel('Present password').fill('not this one');
    await hers.getByLabel('New password').fill('a newer password');
    await hers.getByRole('button', { name: 'Change the password' }).click();
    await hers.getByText('The present password is not right').waitFor();
    await hers.getByLabel('Present password').fill(SECRET);
    const change = hers.getByRole('button', { name: 'Change the password' });
    await toldAfter(() => change.click(), 'Your password is changed.', hers);
    await enter(await open(), 'ann', 'a newer password');
  });

  it('filters the audit trail, links to what it shows, exports and prints it', async () => {
    await using pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await pbx.send(meetingEvent());
    await pbx.until(() => pbx.results.size > 0);
    await go('/activity');
    const rows = page.getByRole('row');
    await page.getByRole('cell', { name: 'Signed in' }).first().waitFor();
    await page.getByRole('link', { name: '6500-20240429-1' }).first().waitFor();
    await page.getByLabel('Who').selectOption('admin');
    await expect.poll(() => page.getByRole('link', { name: '6500-20240429-1' }).count()).toBe(0);
    await expect.poll(() => page.url()).toContain('?actor=admin');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const csv = readFileSync(await (await download).path(), 'utf8');
    expect(csv.split('\r\n')[1]).toMatch(/,admin,127\.0\.0\.1,signed in,,$/);
    expect(csv).not.toContain('6500');
    await page.getByLabel('Search').fill('nothing of the kind');
    await page.getByText('Nothing fits the filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByLabel('From day').fill('2099-01-01');
    await page.getByText('Nothing fits the filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await expect.poll(() => rows.count()).toBeGreaterThan(2);

    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
    expect(await page.getByText(/^Printed .*\(Europe\/Berlin\)/).isVisible()).toBe(true);
    expect(await page.getByRole('cell', { name: 'Signed in' }).first().isVisible()).toBe(true);
  });

  it('follows the log without asking, stops for a pause, and narrows it', async () => {
    await using pbx = await connectPbx(agent.mqttUrl);
    await go('/logs');
    await page.getByText(/^ready: admin page/).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await pbx.send('not JSON');
    const line = page.getByText('a message could not be taken');
    await line.waitFor();
    expect(asked.some((url) => /\/api\/v1\/logs\?.*after=\d+/.test(url))).toBe(true);
    await line.click();
    await page.getByText('"code": "invalid-json"').waitFor();

    await page.getByRole('button', { name: 'Pause' }).click();
    await pbx.send('no JSON either');
    await page.getByText('Paused; one new line.').waitFor();
    expect(await line.count()).toBe(1);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => line.count()).toBe(2);

    await page.getByLabel('Level').selectOption('warn');
    await expect.poll(() => page.getByText(/^ready: admin page/).count()).toBe(0);
    await page.getByLabel('Search').fill('nothing of the kind');
    await page.getByText('No line fits the filters').waitFor();
    await page.getByLabel('Search').fill('');
    const download = page.waitForEvent('download');
    await page.getByLabel('Part').selectOption('meetings');
    await page.getByRole('link', { name: 'Download' }).click();
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((text) => JSON.parse(text).component)).toEqual(['meetings', 'meetings']);
  });

  it('says when changes are no longer told, asks by itself meanwhile, and comes back', async () => {
    await using pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    // The stream of the first page is open; this one never gets any.
    const cut = await open();
    await cut.route('**/api/v1/live', (route) => route.abort());
    await enter(cut, 'admin', PASSWORD);
    await cut.getByText('Changes are not told at present').waitFor();
    await go('/meetings', cut);
    await pbx.send(meetingEvent({ data: { subject: 'Found by asking' } }));
    await cut.getByRole('link', { name: 'Found by asking' }).waitFor({ timeout: 20_000 });
    await cut.unroute('**/api/v1/live');
    await cut.getByText('Changes are not told at present').waitFor({ state: 'detached' });

    const asked: string[] = [];
    cut.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await pbx.send(meetingEvent({ id: 'two', data: { uid: 'two', subject: 'Told' } }));
    await cut.getByRole('link', { name: 'Told' }).waitFor({ timeout: 5_000 });
    expect(asked).toContain('/api/v1/meetings');
  });

  it('writes times in the zone that is preferred in this browser', async () => {
    await go('/settings/personal');
    await page.getByLabel('Time zone').selectOption('Pacific/Kiritimati');
    const shown = async () => (await page.getByText(/^It is .* there\.$/).textContent()) ?? '';
    const hour = (zone: string) =>
      new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format();
    expect([await shown(), await shown()].some((text) => text.includes(hour('Pacific/Kiritimati')))).toBe(true);
    await page.getByLabel('Language').selectOption('en-US');
    await expect.poll(shown).toMatch(/It is \w+ \d+, \d{4}, \d+:\d\d\s[AP]M there\./);
    await page.reload();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Pacific/Kiritimati');
    await page.getByLabel('Time zone').selectOption('');
    await page.getByLabel('Language').selectOption('');
    await expect.poll(shown).toContain(hour('Europe/Berlin').slice(0, 2));
  });

  it('tries the connection to the broker and names what the agent is made of', async () => {
    await go('/settings/mqtt');
    await page.getByRole('button', { name: 'Try the connection' }).click();
    await page.getByText(/The broker took the status on/).waitFor();
    await page.getByRole('link', { name: 'About' }).click();
    await page.getByText('Show them').click();
    await page.getByRole('cell', { name: 'fastify', exact: true }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds, and fits every width, in %s',
    async (colorScheme) => {
      await agent.signIn();
      await agent.api('POST', '/api/v1/users', { name: 'ann', role: 'scheduler', password: SECRET });
      await agent.api('POST', '/api/v1/tokens', { name: 'Wallboard', scope: 'read' });
      const found: string[] = [];
      for (const width of [360, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        for (const path of [
          '/activity',
          '/logs',
          ...['users', 'tokens', 'mqtt', 'personal', 'about'].map((tab) => `/settings/${tab}`),
        ]) {
          await go(path);
          await page.locator('.card').first().waitFor();
          await page.getByText('Loading').waitFor({ state: 'detached' });
          found.push(...(await faultsOf(page)).map((fault) => `${width} ${path} ${fault}`));
          if ((await page.evaluate(() => document.documentElement.scrollWidth)) > width)
            found.push(`${width} ${path} is wider`);
        }
      }
      await go('/settings/users');
      await page.getByRole('button', { name: 'Add a user' }).click();
      found.push(...(await faultsOf(page)).map((fault) => `add a user: ${fault}`));
      expect(found).toEqual([]);
    },
    120_000,
  );
});

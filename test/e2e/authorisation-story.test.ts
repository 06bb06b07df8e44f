import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBrowser, withoutBrowser } from '../fakes/browser.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, CLIENT, PASSWORD, REDIRECT, startAgentProcess, startCalendar } from './harness.ts';

const SHOTS = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const keep = process.env['SCREENSHOTS'] === 'true';

describe.skipIf(withoutBrowser)('an administrator in a browser', () => {
  let browser: Browser;
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  let page: Page;
  let violations: string[];

  beforeAll(async () => {
    await import('../../web/build-if-stale.ts');
    browser = await startBrowser();
  });
  afterAll(async () => browser?.close());

  beforeEach(async () => {
    google = await startCalendar();
    google.switches.showCodePage = true;
    agent = await startAgentProcess({ google });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    violations = [];
    const context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    page = await context.newPage();
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/i.test(message.text())) violations.push(message.text());
    });
    page.on('pageerror', (error) => violations.push(error.message));
  });
  afterEach(async () => {
    expect(violations).toEqual([]);
    await page.context().close();
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  async function shot(name: string): Promise<void> {
    if (!keep) return;
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png` });
  }

  async function signIn(): Promise<void> {
    await page.goto(agent.url);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  async function saveClient(secret = CLIENT.clientSecret): Promise<void> {
    await page.getByRole('link', { name: 'Google Services' }).click();
    await page.getByLabel('OAuth2.0 Client ID').fill(CLIENT.clientId);
    await page.getByLabel('OAuth2.0 Client Secret').fill(secret);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
  }

  /** Through Google's pages in the second tab; returns the address that the vendor's page would have. */
  async function consent(decision: 'Allow' | 'Deny' = 'Allow', account?: string): Promise<string> {
    const opened = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Get Authorization Code' }).click();
    const tab = await opened;
    if (account !== undefined) await tab.getByRole('radio', { name: account }).check();
    await tab.getByRole('button', { name: decision }).click();
    const address = await tab.locator('#address').inputValue();
    await tab.close();
    return address;
  }

  it('walks the whole story: sign in, credentials, consent, paste, test entry, a synced meeting', async () => {
    await signIn();
    await saveClient();
    const address = await consent();
    await page.getByLabel('Authorization Code').fill(address);
    await page.getByText('Recognised: the whole address.').waitFor();
    await page.getByRole('button', { name: 'Authorization', exact: true }).click();
    await page.getByText('Authorization successfully!').waitFor();
    expect(await page.getByText(ACCOUNT.email).count()).toBeGreaterThan(0);
    await page.evaluate(() => window.scrollTo(0, 0));
    await shot('google-services');

    await page.getByRole('button', { name: 'Send a test entry' }).click();
    await page.getByText('The calendar holds what was sent').waitFor();
    expect(google.events(ACCOUNT.email).filter((event) => event.status !== 'cancelled')).toEqual([]);

    await page.getByRole('link', { name: 'Google Calendar Settings' }).click();
    await page.getByLabel('Calendar', { exact: true }).waitFor();
    await shot('google-settings');

    await pbx.send(meetingEvent({ data: ahead(3) }));
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    await page.getByRole('link', { name: 'Meetings' }).click();
    await page.getByRole('link', { name: 'Weekly_Meeting' }).click();
    await page.getByText('What the calendar holds').waitFor();
    await page.getByText('Invitee 1002 has no e-mail address').waitFor();
    await shot('meeting');

    await page.getByRole('link', { name: 'Devices' }).click();
    await page.getByText('UCM6304A with firmware 1.0.25.7 is supported.').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('All is well').first().waitFor();
    await shot('overview');
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByRole('cell', { name: 'Credentials saved' }).first().waitFor();
  });

  it('explains a wrong secret, a refusal and a used code beside the box where they happen', async () => {
    await signIn();
    await saveClient('GOCSPX-wrong');
    await page.getByLabel('Authorization Code').fill(await consent());
    await page.getByRole('button', { name: 'Authorization', exact: true }).click();
    await page.getByText('The client secret is wrong').waitFor();
    await page.locator('#steps').getByText('Lies with: whoever runs this agent and its Google Cloud project').waitFor();
    await page.getByLabel('Authorization Code').fill(await consent('Deny'));
    await page.getByRole('button', { name: 'Authorization', exact: true }).click();
    await page.getByText('Google was told not to allow access').waitFor();
    await page.getByLabel('Authorization Code').fill('Error 400: redirect_uri_mismatch');
    await page.getByText("Google's error page: redirect_uri_mismatch").waitFor();
    await page.getByRole('button', { name: 'Authorization', exact: true }).click();
    await page.getByText('The redirect URI is not registered').waitFor();
  });

  it('shows when the permission of an app in testing ends, and why', async () => {
    google.addClient({
      clientId: CLIENT.clientId,
      clientSecrets: [CLIENT.clientSecret],
      redirectUris: [REDIRECT],
      testing: true,
    });
    await agent.authorize(google);
    await signIn();
    await page.getByText(/Permission ends on .*: the app is in testing/).waitFor();
    await page.getByRole('link', { name: 'Google Services' }).click();
    await page.getByText(/ends on .* \(in 7 days\), because the app is in testing/).waitFor();
    await page.getByText('Publish the app under Audience').waitFor();
  });

  it('shows on the Google page that a permission ends soon', async () => {
    google.switches.limitedAccessMs = 36 * 3_600_000;
    await agent.authorize(google);
    await signIn();
    await page.getByRole('link', { name: 'Google Services' }).click();
    await page.getByText('Google will soon end the permission').waitFor();
    await page.getByText('because access was granted for a limited time').waitFor();
  });

  it('warns that disconnecting at Google ends every client of the project', async () => {
    await agent.authorize(google);
    await signIn();
    await page.getByRole('link', { name: 'Google Services' }).click();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('other PBXs that share the project must be authorized again').waitFor();
    await dialog.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The account is disconnected.').waitFor();
    expect(google.requests.filter((request) => request.path === '/revoke')).toEqual([]);
  });

  it('asks what becomes of the entries when another account was chosen, and does as it is told', async () => {
    const sadie = 'sadie.adler@mycompanyabc.com';
    google.addAccount({ email: sadie, sub: '1002', hd: 'mycompanyabc.com' });
    await agent.authorize(google);
    await pbx.send(meetingEvent({ data: ahead(3) }));
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    await signIn();
    await page.getByRole('link', { name: 'Google Services' }).click();
    const dialog = page.getByRole('dialog');
    for (const [choice, account] of [
      [/^Stay with/, ACCOUNT.email],
      [/make coming meetings anew there/, sadie],
    ] as const) {
      await page.getByLabel('Authorization Code').fill(await consent('Allow', sadie));
      await page.getByRole('button', { name: 'Authorization', exact: true }).click();
      await dialog.getByText(`1 coming entry was made with ${ACCOUNT.email}`).waitFor();
      // Escape decides nothing; the question stays on the page.
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Decide' }).click();
      await dialog.getByRole('radio', { name: choice }).check();
      await dialog.getByRole('button', { name: 'Go on like this' }).click();
      await page.getByRole('button', { name: 'Decide' }).waitFor({ state: 'detached' });
      await page.getByRole('strong').getByText(account).first().waitFor();
    }
    await pbx.result('6500-20240429-1', (result) => result.calendarId === sadie && result.state === 'synced');
    await page.getByRole('link', { name: 'Meetings' }).click();
    await page.getByRole('link', { name: 'Weekly_Meeting' }).click();
    await page.getByText(`An earlier entry stays in the calendar ${ACCOUNT.email}`).waitFor();
  });

  it('asks before it resets, and says what will be lost', async () => {
    await signIn();
    await saveClient();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Google does not show the secret again').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await agent.signIn();
    expect((await agent.api('GET', '/api/v1/google/credentials')).body.clientId).toBe(CLIENT.clientId);
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await dialog.getByRole('button', { name: 'Reset' }).click();
    await page.getByText('The credentials were removed.').waitFor();
    expect((await agent.api('GET', '/api/v1/google/credentials')).body.clientId).toBeNull();
  });

  it('shows the code on its own redirect page and takes it out of the address bar', async () => {
    await page.goto(`${agent.url}/google?state=x&code=4/0Aabcdefghijklmnop&scope=email`);
    expect(await page.getByLabel('Authorization code').inputValue()).toBe('4/0Aabcdefghijklmnop');
    await expect.poll(() => page.url()).toBe(`${agent.url}/google`);
  });

  it('works on a phone: the tree is a drawer and nothing is wider than the screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await signIn();
    for (const name of ['Google Services', 'Meetings', 'Devices', 'Activity']) {
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
  });
});

import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { freePort } from '../fakes/mosquitto.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { type AgentProcess, CLIENT, REDIRECT, startAgentProcess } from './harness.ts';

const EMAIL = 'arthur@mycompanyabc.com';

/**
 * A second opinion on OAuth and `events.insert`, from an emulator that nobody of us wrote. Its limits: it knows no
 * `events.get`, `patch` or extended properties, gives an entry an id of its own instead of the one asked for, and
 * checks neither the redirect URI at the exchange nor any scope. So it witnesses the first write alone.
 */
describe('against an emulator of Google from elsewhere', () => {
  let emulator: Emulator;
  let agent: AgentProcess;
  let pbx: Pbx;
  let url: string;

  beforeAll(async () => {
    // The emulator names itself after `baseUrl`, so its port has to be known beforehand.
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    emulator = await createEmulator({
      service: 'google',
      port,
      // It signs its id tokens in this name.
      baseUrl: 'https://accounts.google.com',
      seed: {
        google: {
          users: [{ email: EMAIL, name: 'Arthur Morgan', hd: 'mycompanyabc.com' }],
          oauth_clients: [
            { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [REDIRECT] },
          ],
          calendars: [{ id: EMAIL, user_email: EMAIL, summary: EMAIL, primary: true, time_zone: 'Europe/Berlin' }],
        },
      },
    });
    const google = {
      authorizationUrl: `${url}/o/oauth2/v2/auth`,
      tokenUrl: `${url}/oauth2/token`,
      revocationUrl: `${url}/oauth2/revoke`,
      calendarUrl: url,
    };
    agent = await startAgentProcess({ google: google as GoogleStandIn });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.signIn();
  });
  afterAll(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await emulator.close();
  });

  /** What the emulator's page sends when a user is clicked. */
  async function consent(address: string): Promise<string> {
    const page = await fetch(address);
    expect(page.status).toBe(200);
    const form = new URLSearchParams();
    for (const [, name, value] of (await page.text()).matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
      form.set(name ?? '', (value ?? '').replaceAll('&amp;', '&'));
    const answer = await fetch(`${url}/o/oauth2/v2/auth/callback`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    });
    expect(answer.status).toBe(302);
    return answer.headers.get('location') ?? '';
  }

  it('authorizes with its consent page, PKCE and id token', async () => {
    expect((await agent.api('PUT', '/api/v1/google/credentials', CLIENT)).status).toBe(200);
    const attempt = await agent.api('POST', '/api/v1/google/authorization');
    const address = await consent(attempt.body.url);
    expect(address.startsWith(`${REDIRECT}?`)).toBe(true);
    const answer = await agent.api('PUT', '/api/v1/google/authorization', { code: address });
    expect(answer.body).toMatchObject({ state: 'authorized', account: EMAIL });
  });

  it('takes the insert of a meeting, and shows it at the right hour with its guests', async () => {
    const times = ahead(7);
    await pbx.send(meetingEvent({ data: times }));
    const result = await pbx.result('6500-20240429-1', (item) => item.state === 'synced');
    expect(result.calendarId).toBe(EMAIL);
    const held = await fetch(`${url}/calendar/v3/calendars/primary/events`, {
      headers: { authorization: `Bearer ${await ownToken()}` },
    });
    const { items } = (await held.json()) as { items: Record<string, unknown>[] };
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      summary: 'Weekly_Meeting',
      location: expect.stringContaining('6500'),
      start: { dateTime: expect.stringContaining(times.start) },
      end: { dateTime: expect.stringContaining(times.end) },
      attendees: [
        { email: 'arthur.morgan@mycompanyabc.com' },
        { email: 'ext1001@mycompanyabc.com' },
        { email: 'guest@example.com' },
      ],
    });
    expect(JSON.stringify(items)).not.toContain('5021');
    const calendars = await agent.api('GET', '/api/v1/google/calendars');
    expect(calendars.body).toMatchObject([{ id: EMAIL, primary: true }]);
  });

  /** A token of the test's own, to look at the calendar without the agent. */
  async function ownToken(): Promise<string> {
    const query = new URLSearchParams({
      client_id: CLIENT.clientId,
      redirect_uri: REDIRECT,
      scope: 'openid',
      state: 'own',
    });
    const code = new URL(await consent(`${url}/o/oauth2/v2/auth?${query}`)).searchParams.get('code') ?? '';
    const answer = await fetch(`${url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT,
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
      }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
});

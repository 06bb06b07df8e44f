import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBrowser, withoutBrowser } from '../fakes/browser.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from './harness.ts';

const UID = '6500-20240429-1';
const GUEST = 'guest@example.com';

describe('an address that is erased', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  const times = ahead(7);

  beforeAll(async () => {
    if (!withoutBrowser) await import('../../web/build-if-stale.ts');
  });
  beforeEach(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
  });
  afterEach(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('leaves the agent and not the calendar, and neither a new plan nor the PBX invites the person again', async () => {
    await pbx.send(meetingEvent({ data: times }));
    await pbx.result(UID, (result) => result.state === 'synced');
    await pbx.send({ ...meetingEvent({ id: 'wrong', data: { ...times, uid: 'wrong' } }), data: { invitees: [GUEST] } });
    await pbx.until(() => pbx.rejected.length > 0);
    const mails = google.mails.length;
    const asked = google.requests.length;

    const answer = await agent.api('POST', '/api/v1/erasure', { email: ' Guest@Example.COM ' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      address: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
      erased: { meetings: 1, rejected: 1 },
      calendarEntries: { count: 1, items: [{ deviceId: pbx.device, uid: UID, subject: 'Weekly_Meeting' }] },
    });
    expect(answer.body.notes.join(' ')).toMatch(/entries in the calendar were not changed/);
    const kept = readdirSync(agent.dataDir).map((name) => readFileSync(join(agent.dataDir, name), 'latin1'));
    const pages = await Promise.all(
      ['/api/v1/activity', '/api/v1/rejected', `/api/v1/meetings/${pbx.device}/${UID}`, '/api/v1/status'].map(
        async (path) => JSON.stringify((await agent.api('GET', path)).body),
      ),
    );
    for (const place of [...kept, ...pages, agent.output.join('\n')])
      expect(place.toLowerCase().includes(GUEST)).toBe(false);

    // Planned again, and told again by the PBX as after a resync: nothing is asked of Google.
    pbx.results.clear();
    await agent.api('POST', `/api/v1/meetings/${pbx.device}/${UID}/retry`);
    await pbx.result(UID, (result) => result.state === 'synced');
    await pbx.send(meetingEvent({ id: 'resync', data: times }));
    expect(google.requests.length).toBe(asked);

    // A real change tells the guests of the change, and nobody is invited anew.
    await pbx.send(
      meetingEvent({ id: 'new', type: 'pbx.meeting.updated.v1', data: { ...times, sequence: 1, subject: 'Moved' } }),
      'updated',
    );
    await pbx.result(UID, (result) => result.sequence === 1 && result.state === 'synced');
    const [entry] = google.events(ACCOUNT.email);
    expect(entry?.summary).toBe('Moved');
    expect(entry?.attendees?.map((guest) => guest.email).sort()).toEqual(['ext1001@mycompanyabc.com', GUEST]);
    expect(google.mails.slice(mails).map((mail) => mail.kind)).toEqual(['update', 'update']);
  });

  it.skipIf(withoutBrowser)('is erased on the page, which says what was done and what is left to do', async () => {
    await pbx.send(meetingEvent({ data: times }));
    await pbx.result(UID, (result) => result.state === 'synced');
    const browser = await startBrowser();
    try {
      const page = await browser.newPage({ locale: 'en-GB' });
      await page.goto(`${agent.url}/activity/erasure`);
      await page.getByLabel('User').fill('admin');
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      const address = page.getByLabel('E-mail address');
      await address.fill('nobody');
      const erase = async () => {
        await page.getByRole('button', { name: 'Erase', exact: true }).first().click();
        await page.getByRole('dialog').getByRole('button', { name: 'Erase' }).click();
      };
      await erase();
      await page.getByRole('alert').getByText('expects one e-mail address').waitFor();
      await address.fill(GUEST);
      await erase();
      await page.getByText('The address is erased').waitFor();
      await page.getByText('The person is still a guest of 1 calendar entry').waitFor();
      const link = page.getByRole('link', { name: /Weekly_Meeting/ });
      expect(await link.getAttribute('href')).toMatch(/^http/);
      await page.goto(`${agent.url}/activity`);
      await page.getByRole('cell', { name: 'Address erased' }).waitFor();
    } finally {
      await browser.close();
    }
  });

  it('must be one, and be sent by somebody who is signed in', async () => {
    const wrong = await agent.api('POST', '/api/v1/erasure', { email: 'nobody' });
    expect(wrong).toMatchObject({
      status: 400,
      body: { code: 'schema', errors: [{ path: '/email', message: expect.stringContaining('ann@example.com') }] },
    });
    expect((await agent.api('POST', '/api/v1/erasure', { email: GUEST, more: 1 })).status).toBe(400);
    const document = (await agent.api('GET', '/api/v1/openapi.json')).body;
    expect(document.paths['/api/v1/erasure'].post.summary).toMatch(/one person's address/);
    const own = await agent.api('POST', '/api/v1/erasure', { email: ACCOUNT.email });
    expect(own.body.notes.join(' ')).toMatch(/connected Google account/);
    await agent.api('DELETE', '/api/v1/session');
    expect((await agent.api('POST', '/api/v1/erasure', { email: GUEST })).status).toBe(401);
  });
});

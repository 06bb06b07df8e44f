import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, CLIENT, startAgentProcess, startCalendar } from './harness.ts';

const SADIE = { email: 'sadie.adler@mycompanyabc.com', sub: '1002', hd: 'mycompanyabc.com', timeZone: 'Europe/Berlin' };
const path = '/api/v1/google/authorization';

describe('another account, authorized while entries of the earlier one are ahead', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;

  beforeEach(async () => {
    google = await startCalendar();
    google.addAccount(SADIE);
    agent = await startAgentProcess({ google });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
    await pbx.send(meetingEvent({ data: ahead(7) }));
    await pbx.send(meetingEvent({ id: 'over' }), 'scheduled');
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
  });
  afterEach(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  async function choose(email = SADIE.email) {
    const attempt = await agent.api('POST', path);
    return agent.api('PUT', path, { code: google.consent(attempt.body.url, { email }) });
  }
  const live = (account: { email: string }) =>
    google.events(account.email).filter((event) => event.status !== 'cancelled');
  const update = (sequence: number, subject: string) =>
    pbx.send(
      meetingEvent({
        id: `u${sequence}`,
        type: 'pbx.meeting.updated.v1',
        data: { ...ahead(7), sequence, subject },
      }),
      'updated',
    );
  const outcome = (sequence: number) => pbx.result('6500-20240429-1', (result) => result.sequence === sequence);

  it('changes nothing until it is decided; what the answer names is there for a page, also after a restart', async () => {
    const refused = await choose();
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'other-account-chosen',
        fault: 'person',
        detail: expect.stringContaining(
          `${SADIE.email} was authorized, but the coming entries (1) were made with ${ACCOUNT.email}`,
        ),
        pending: { account: SADIE.email, earlierAccount: ACCOUNT.email, entries: 1 },
      },
    });
    await update(1, 'Still with the first account');
    expect(await outcome(1)).toMatchObject({ state: 'synced' });
    expect(live(ACCOUNT).map((event) => event.summary)).toEqual(['Still with the first account']);

    await agent.kill();
    const files = readdirSync(agent.dataDir).map((name) => readFileSync(join(agent.dataDir, name), 'latin1'));
    expect(files.filter((text) => text.includes('1//'))).toEqual([]);
    const again = await startAgentProcess({ google, dataDir: agent.dataDir });
    try {
      await again.signIn();
      expect((await again.api('GET', path)).body).toMatchObject({
        state: 'authorized',
        account: ACCOUNT.email,
        pending: refused.body.pending,
      });
      expect((await again.api('DELETE', `${path}/pending`)).status).toBe(204);
      expect((await again.api('GET', path)).body).toMatchObject({ account: ACCOUNT.email, pending: null });
      expect(await again.api('PUT', path, { accept: 'recreate' })).toMatchObject({
        status: 409,
        body: { code: 'nothing-to-decide' },
      });
      const trail = (await again.api('GET', '/api/v1/activity')).body.items;
      expect(trail[0]).toMatchObject({ action: 'account not changed', detail: `${SADIE.email} was not taken` });
    } finally {
      await again.kill();
    }
  });

  it('gets new meetings, while entries made so far are kept and changes to them wait for the earlier account', async () => {
    await choose();
    expect(await agent.api('PUT', path, { accept: 'keep-entries' })).toMatchObject({
      status: 200,
      body: { state: 'authorized', account: SADIE.email, pending: null },
    });
    await pbx.send(meetingEvent({ id: 'two', data: { ...ahead(8), uid: 'two', subject: 'New' } }));
    await pbx.result('two', (result) => result.state === 'synced');
    expect(live(SADIE).map((event) => event.summary)).toEqual(['New']);
    await update(1, 'Later');
    expect(await outcome(1)).toMatchObject({
      state: 'held',
      error: { code: 'other-account', fault: 'administrator', cause: expect.stringContaining('not authorized now') },
    });
    expect(live(ACCOUNT).map((event) => event.summary)).toEqual(['Weekly_Meeting']);
    await expect
      .poll(async () => (await agent.api('GET', '/api/v1/status')).body.problems)
      .toContainEqual(expect.objectContaining({ id: 'other-account', fault: 'administrator' }));

    expect((await choose(ACCOUNT.email)).body).toMatchObject({ pending: { earlierAccount: SADIE.email, entries: 1 } });
    await agent.api('PUT', path, { accept: 'keep-entries' });
    await pbx.result('6500-20240429-1', (result) => result.sequence === 1 && result.state === 'synced');
    expect(live(ACCOUNT).map((event) => event.summary)).toEqual(['Later']);
    expect(live(SADIE).map((event) => event.summary)).toEqual(['New']);
  });

  it('gets coming meetings anew, once; the old entries stay and their meetings say so', async () => {
    const before = google.mails.length;
    await choose();
    expect((await agent.api('PUT', path, { accept: 'recreate' })).status).toBe(200);
    const warned = await pbx.result(
      '6500-20240429-1',
      (result) => result.state === 'synced' && result.calendarId === SADIE.email,
    );
    const left = warned.warnings.find((warning) => warning.code === 'left-in-other-account');
    expect(left?.message).toContain(`stays in the calendar ${ACCOUNT.email}`);
    expect(live(SADIE)).toHaveLength(1);
    expect(live(ACCOUNT)).toHaveLength(1);
    const invitations = google.mails.slice(before).filter((mail) => mail.kind === 'invitation');
    expect(invitations.map((mail) => mail.to).sort()).toEqual([...new Set(invitations.map((mail) => mail.to))].sort());

    await update(1, 'Moved over');
    await outcome(1);
    expect([live(SADIE), live(ACCOUNT)].map((events) => events.map((event) => event.summary))).toEqual([
      ['Moved over'],
      ['Weekly_Meeting'],
    ]);
    await pbx.send(cancellation('6500-20240429-1', 2), 'cancelled');
    const cancelled = await outcome(2);
    expect(cancelled.state).toBe('cancelled');
    expect(cancelled.warnings.map((warning) => warning.code)).toContain('left-in-other-account');
    expect([live(SADIE).length, live(ACCOUNT).length]).toEqual([0, 1]);
  });

  it('takes up the old entries again when the earlier account comes back, and doubles none', async () => {
    await choose();
    await agent.api('PUT', path, { accept: 'recreate' });
    await pbx.result('6500-20240429-1', (result) => result.calendarId === SADIE.email);
    await choose(ACCOUNT.email);
    await agent.api('PUT', path, { accept: 'recreate' });
    const back = await pbx.result(
      '6500-20240429-1',
      (result) => result.state === 'synced' && result.calendarId === ACCOUNT.email,
    );
    expect(back.warnings.find((warning) => warning.code === 'left-in-other-account')?.message).toContain(
      `stays in the calendar ${SADIE.email}`,
    );
    expect([live(SADIE).length, live(ACCOUNT).length]).toEqual([1, 1]);
    await pbx.send(cancellation('6500-20240429-1', 1), 'cancelled');
    await outcome(1);
    expect([live(SADIE).length, live(ACCOUNT).length]).toEqual([1, 0]);
    // Cancelled meanwhile: what was left is removed as soon as somebody can.
    await choose();
    await agent.api('PUT', path, { accept: 'recreate' });
    await expect.poll(() => live(SADIE).length).toBe(0);
  });

  it('is asked about after the earlier one was disconnected, and taken at once when nothing of it is ahead', async () => {
    await agent.api('DELETE', `${path}?revoke=false`);
    expect((await choose()).body).toMatchObject({ pending: { account: SADIE.email, earlierAccount: ACCOUNT.email } });
    await choose(ACCOUNT.email);
    await pbx.send(cancellation('6500-20240429-1', 1), 'cancelled');
    await outcome(1);
    expect(await choose()).toMatchObject({ status: 200, body: { account: SADIE.email, pending: null } });
  });

  it('is decided by exactly one of two members, each of which is checked', async () => {
    await choose();
    for (const body of [{}, { code: 'x', accept: 'recreate' }, { accept: 'delete' }, { accept: 'recreate', more: 1 }]) {
      const answer = await agent.api('PUT', path, body);
      expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { code: 'schema' } });
    }
    expect((await agent.api('PUT', path, {})).body.detail).toContain('expects exactly one member');
    expect((await agent.api('GET', path)).body).toMatchObject({ account: ACCOUNT.email });
  });
});

describe('the permission of an app in testing', () => {
  it('is shown with its end and the reason in the status', async () => {
    await using google = await startCalendar();
    google.addClient({
      clientId: CLIENT.clientId,
      clientSecrets: [CLIENT.clientSecret],
      redirectUris: ['https://ucm.grandstream.com/google'],
      testing: true,
    });
    await using agent = await startAgentProcess({ google });
    await agent.authorize(google);
    const { google: state, problems } = (await agent.api('GET', '/api/v1/status')).body;
    expect(state).toMatchObject({ state: 'authorized', consentEndsBecause: 'app-in-testing' });
    const days = (Date.parse(state.consentExpiresAt) - Date.parse(state.authorizedAt)) / 86_400_000;
    expect(days).toBeCloseTo(7, 3);
    expect(problems.map((problem: { id: string }) => problem.id)).not.toContain('consent-ends');
  });

  it('is a problem from two days before its end, until it is granted anew', async () => {
    await using google = await startCalendar();
    await using agent = await startAgentProcess({ google });
    const ends = async () =>
      (await agent.api('GET', '/api/v1/status')).body.problems.find(
        (item: { id: string }) => item.id === 'consent-ends',
      );
    google.switches.limitedAccessMs = 36 * 3_600_000;
    await agent.authorize(google);
    await expect.poll(ends).toMatchObject({ severity: 'warning', fault: 'person', link: '/integrations/google' });
    google.switches.limitedAccessMs = 12 * 3_600_000;
    await agent.authorize(google);
    await expect.poll(ends).toMatchObject({ severity: 'danger' });
    google.switches.limitedAccessMs = undefined;
    await agent.authorize(google);
    await expect.poll(ends).toBeUndefined();
  });
});

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultCalendarSettings } from '../../src/sync/ports.ts';
import { startBrowser, withoutBrowser } from '../fakes/browser.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { ACCOUNT, type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from './harness.ts';

const CSV = 'extension;name;email\n1002;Dutch;dutch@example.com\n1003;;nonsense\n1004;Sadie;sadie@example.com\n';

describe('the directory', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  let cookie = '';

  beforeAll(async () => {
    if (!withoutBrowser) await import('../../web/build-if-stale.ts');
  });
  beforeEach(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
    const answer = await fetch(`${agent.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    });
    cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  });
  afterEach(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  const person = (extension: string) => ({ extension, name: null, email: null });
  const schedule = async (uid: string, change: object = {}) => {
    await pbx.send(meetingEvent({ data: { ...ahead(7), uid, host: null, invitees: [person('1002')], ...change } }));
    return pbx.result(uid);
  };
  const guestsOf = (uid: string) =>
    (
      google
        .events(ACCOUNT.email)
        .find((entry) => entry.extendedProperties?.private?.['pbxMeeting'] === uid && entry.status !== 'cancelled')
        ?.attendees ?? []
    ).map((row) => row.email);
  async function importCsv(query = '', body = CSV) {
    const response = await fetch(`${agent.url}/api/v1/directory/import${query}`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'text/csv' },
      body,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const again = async (uid: string) => {
    pbx.results.clear();
    await agent.api('POST', `/api/v1/meetings/${pbx.device}/${uid}/retry`);
    return pbx.result(uid);
  };

  it('answers an import with counts, serves new meetings, and old ones once a person applies it', async () => {
    await schedule('old-1');
    await schedule('old-2', { invitees: [person('1002'), person('1004'), person('1003')] });
    await schedule('elsewhere', { invitees: [person('1009')] });
    await schedule('unticked', { syncToGoogleCalendar: false });
    await schedule('over', { start: '2024-04-29T10:00:00', end: '2024-04-29T11:00:00' });
    const asked = google.requests.length;

    const shown = await importCsv();
    expect(shown).toMatchObject({
      status: 200,
      body: {
        report: { rows: 3, added: 2, changed: 0, unchanged: 0, bad: 1 },
        impact: { meetings: 2, invitations: 3 },
        applied: 'none',
      },
    });
    expect(shown.body['report']).toMatchObject({
      errors: [
        { line: 3, message: '"nonsense" is no e-mail address', fix: expect.stringContaining('ann@example.com') },
      ],
    });
    expect((await agent.api('GET', '/api/v1/directory')).body).toMatchObject({ total: 0, entries: [] });

    expect((await importCsv('?apply=new')).body).toMatchObject({ impact: { meetings: 2 }, applied: 'new' });
    // Whatever wakes an old meeting, it stays as it was taken in.
    expect((await again('old-1')).warnings).toContainEqual(
      expect.objectContaining({ code: 'invitee-without-address' }),
    );
    await pbx.send(
      meetingEvent({ id: 'resync', data: { ...ahead(7), uid: 'old-1', host: null, invitees: [person('1002')] } }),
    );
    await agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, visibility: 'private' });
    await again('old-2');
    expect([guestsOf('old-1'), guestsOf('old-2'), google.mails]).toEqual([[], [], []]);
    expect(google.requests.length).toBeGreaterThan(asked);

    await schedule('new');
    expect(guestsOf('new')).toEqual(['dutch@example.com']);
    expect(google.mails.map((mail) => mail.to)).toEqual(['dutch@example.com']);
    google.mails.length = 0;

    expect((await agent.api('GET', '/api/v1/directory/impact')).body).toEqual({ meetings: 2, invitations: 3 });
    pbx.results.clear();
    expect((await agent.api('POST', '/api/v1/directory/apply')).body).toEqual({ meetings: 2, invitations: 3 });
    const second = await pbx.result('old-2', (result) => result.state === 'synced');
    await pbx.result('old-1', (result) => result.state === 'synced');
    expect(second.warnings.map((warning) => warning.path)).toEqual(['/data/invitees/2/email']);
    expect(guestsOf('old-1')).toEqual(['dutch@example.com']);
    expect(guestsOf('old-2')).toEqual(['dutch@example.com', 'sadie@example.com']);
    expect((await agent.api('POST', '/api/v1/directory/apply')).body).toEqual({ meetings: 0, invitations: 0 });
    expect(google.mails.map((mail) => `${mail.kind} ${mail.to}`).sort()).toEqual([
      'invitation dutch@example.com',
      'invitation dutch@example.com',
      'invitation sadie@example.com',
    ]);
    const { items } = (await agent.api('GET', '/api/v1/activity')).body;
    expect(items.filter((item: { subject: string }) => item.subject === 'Directory')).toMatchObject([
      { action: 'directory applied to all meetings', detail: '0 meetings, 0 new invitations' },
      { action: 'directory applied to all meetings', detail: '2 meetings, 3 new invitations' },
      { action: 'directory imported', detail: '2 added, 0 changed, 1 rows left out; from now on' },
    ]);
  });

  it('holds back what an application would newly invite beyond the cap of the hour', async () => {
    await schedule('old-1');
    await schedule('old-2', { invitees: [person('1004')] });
    await agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, guestsPerHour: 1 });
    pbx.results.clear();
    expect((await importCsv('?apply=all')).body).toMatchObject({
      impact: { meetings: 2, invitations: 2 },
      applied: 'all',
    });
    const states = await Promise.all(
      ['old-1', 'old-2'].map(async (uid) => {
        const fits = (result: { state: string; error: { code: string } | null; warnings: unknown[] }) =>
          result.error?.code === 'invitations-capped' || result.warnings.length === 0;
        const { state } = await pbx.result(uid, fits);
        return state;
      }),
    );
    expect(states.sort()).toEqual(['pending', 'synced']);
    expect(google.mails.length).toBe(1);
  });

  it('is changed entry by entry and by a pattern; an entry counts before the pattern', async () => {
    await schedule('old');
    const pattern = { address: '{extension}@pbx.example.com', extensions: '1000-1099' };
    const saved = await agent.api('PUT', '/api/v1/directory/pattern?apply=none', pattern);
    expect(saved.body).toEqual({ impact: { meetings: 1, invitations: 1 }, applied: 'none' });
    await agent.api('PUT', '/api/v1/directory/pattern', pattern);
    await agent.api('PUT', '/api/v1/directory/entries/1002', { email: 'dutch@bücher.example', name: 'Dutch' });
    expect((await agent.api('GET', '/api/v1/directory?q=DUT')).body).toEqual({
      total: 1,
      matching: 1,
      entries: [{ extension: '1002', name: 'Dutch', email: 'dutch@xn--bcher-kva.example' }],
      pattern,
    });
    await schedule('new', { invitees: [person('1002'), person('1005'), person('1100')] });
    expect(guestsOf('new')).toEqual(['dutch@xn--bcher-kva.example', '1005@pbx.example.com']);
    pbx.results.clear();
    const removed = await agent.api('DELETE', '/api/v1/directory/entries/1002?apply=all');
    expect(removed).toMatchObject({ status: 200, body: { impact: { meetings: 2, invitations: 2 }, applied: 'all' } });
    await pbx.until(() => guestsOf('old').length > 0 && guestsOf('new').includes('1002@pbx.example.com'));
    expect(guestsOf('new')).toEqual(['1005@pbx.example.com', '1002@pbx.example.com']);
    expect((await agent.api('DELETE', '/api/v1/directory/pattern')).status).toBe(200);
    expect(guestsOf('old')).toEqual(['1002@pbx.example.com']);
  });

  it('says of each bad request which member is wrong, and what to do', async () => {
    const requests = [
      ['PUT', '/api/v1/directory/entries/1002', { email: 'nobody' }, 400, '/email'],
      ['PUT', '/api/v1/directory/entries/10a', { email: 'a@example.com' }, 400, '/extension'],
      ['PUT', '/api/v1/directory/entries/1002?apply=soon', { email: 'a@example.com' }, 400, '/apply'],
      ['PUT', '/api/v1/directory/pattern', { address: 'all@example.com' }, 400, '/address'],
      ['PUT', '/api/v1/directory/pattern', { address: '{extension}@example.com', extensions: 'x' }, 400, '/extensions'],
      ['DELETE', '/api/v1/directory/entries/1002', undefined, 404, null],
      ['DELETE', '/api/v1/directory/pattern', undefined, 404, null],
      ['POST', '/api/v1/directory/import', {}, 415, null],
    ] as const;
    for (const [method, path, body, status, member] of requests) {
      const answer = await agent.api(method, path, body);
      expect(answer.status, path).toBe(status);
      expect(answer.body.fix).toMatch(/\w/);
      if (member !== null) expect(answer.body.errors[0].path).toBe(member);
    }
  });

  it('loses an erased address, which no new meeting gets from it any more', async () => {
    await importCsv('?apply=new');
    await schedule('before');
    const erased = await agent.api('POST', '/api/v1/erasure', { email: 'Dutch@example.com' });
    expect(erased.body.erased).toMatchObject({ meetings: 1, others: 1 });
    expect((await agent.api('GET', '/api/v1/directory')).body.entries).toMatchObject([{ extension: '1004' }]);
    expect(JSON.stringify((await agent.api('GET', `/api/v1/meetings/${pbx.device}/before`)).body)).not.toMatch(
      /dutch@/i,
    );
    await schedule('after');
    expect(guestsOf('after')).toEqual([]);
  });

  it('shares its rule with a wider choice of meetings: counts first, from now on, all when a person says so', async () => {
    await schedule('unticked', { syncToGoogleCalendar: false, invitees: [{ ...person('1'), email: 'a@example.com' }] });
    await agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, selector: 'all' });
    expect((await again('unticked')).state).toBe('skipped');
    await schedule('new', { syncToGoogleCalendar: false });
    expect(google.events(ACCOUNT.email).map((entry) => entry.extendedProperties?.private?.['pbxMeeting'])).toEqual([
      'new',
    ]);
    expect((await agent.api('GET', '/api/v1/google/settings/impact')).body).toEqual({ meetings: 1, invitations: 1 });
    expect((await agent.api('POST', '/api/v1/google/settings/apply')).body).toEqual({ meetings: 1, invitations: 1 });
    await pbx.result('unticked', (result) => result.state === 'synced');
    expect(google.mails.map((mail) => mail.kind)).toEqual(['invitation']);
  });

  it('is not needed for a meeting with an address that no calendar takes: the others are invited, and it is named', async () => {
    const invitees = ['dütch@example.com', 'sadie@example.com'].map((email) => ({
      extension: null,
      name: null,
      email,
    }));
    const result = await schedule('odd', { invitees });
    expect(result).toMatchObject({
      state: 'synced',
      warnings: [{ code: 'invalid-address', path: '/data/invitees/0/email' }],
    });
    expect(guestsOf('odd')).toEqual(['sadie@example.com']);
  });

  it.skipIf(withoutBrowser)(
    'is imported on the page, which shows bad rows and counts before anything is taken',
    async () => {
      await schedule('old');
      const browser = await startBrowser();
      try {
        const page = await browser.newPage({ locale: 'en-GB' });
        await page.goto(`${agent.url}/integrations/google/settings`);
        await page.getByLabel('User').fill('admin');
        await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
        await page.getByRole('button', { name: 'Sign in' }).click();
        const file = { name: 'people.csv', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from(CSV) };
        await page.getByLabel('CSV file with addresses').setInputFiles(file);
        await page.getByText('Line 3: "nonsense" is no e-mail address').waitFor();
        expect((await agent.api('GET', '/api/v1/directory')).body.total).toBe(0);
        await page.getByRole('button', { name: 'Take 2 entries' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'All meetings (1 new invitation)' }).waitFor();
        await dialog.getByRole('button', { name: 'From now on' }).click();
        await page.getByRole('cell', { name: 'dutch@example.com' }).waitFor();
        expect(guestsOf('old')).toEqual([]);

        await page.getByLabel('Find by extension, name or address').fill('sadie');
        await page.getByRole('cell', { name: 'dutch@example.com' }).waitFor({ state: 'detached' });
        await page.getByRole('cell', { name: 'sadie@example.com' }).waitFor();

        const form = page.getByRole('form', { name: 'One extension' });
        await form.getByLabel('Extension').fill('10a');
        await form.getByLabel('Address').fill('nobody@example.com');
        await form.getByRole('button', { name: 'Save the entry' }).click();
        await form.getByText('Extension expects 2 to 8 digits').waitFor();

        await page.getByRole('button', { name: 'Apply to meetings that are known' }).click();
        await dialog.getByRole('button', { name: 'All meetings (1 new invitation)' }).click();
        await page.getByText('1 meeting is looked at again.').waitFor();
        await pbx.until(() => guestsOf('old').length > 0);
        expect(google.mails.map((mail) => mail.to)).toEqual(['dutch@example.com']);
      } finally {
        await browser.close();
      }
    },
  );
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ACCOUNT, type AgentProcess, CLIENT, REDIRECT, startAgentProcess, startCalendar } from './harness.ts';

describe('the authorization through the API', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  const save = (change: Record<string, unknown> = {}) =>
    agent.api('PUT', '/api/v1/google/credentials', { ...CLIENT, ...change });
  const begin = async (): Promise<string> => (await agent.api('POST', '/api/v1/google/authorization')).body.url;
  const paste = (code: string) => agent.api('PUT', '/api/v1/google/authorization', { code });
  const state = async () => (await agent.api('GET', '/api/v1/google/authorization')).body.state;
  const consent = async (scopes?: string[]) =>
    google.consent(await begin(), { email: ACCOUNT.email, ...(scopes === undefined ? {} : { scopes }) });

  beforeEach(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    await agent.signIn();
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('takes the bare code, the encoded code, and the address in both shapes, whatever clings to them', async () => {
    await save();
    for (const encoded of [false, true]) {
      google.switches.redirectShape = encoded ? 'older' : 'current';
      for (const dress of [
        (address: string) => address,
        (address: string) => new URL(address).searchParams.get('code') ?? '',
        (address: string) => ` "${encodeURIComponent(new URL(address).searchParams.get('code') ?? '')}"\n`,
        (address: string) => `${new URL(address).searchParams.get('code')}&scope=email`,
        (address: string) => new URL(address).search,
      ]) {
        const answer = await paste(dress(await consent()));
        expect(answer).toMatchObject({ status: 200, body: { state: 'authorized', account: ACCOUNT.email } });
      }
    }
  });

  it('tells each failure apart, with the fix and the page to do it on', async () => {
    const expectProblem = (
      answer: { status: number; body: { code: string; fix: string; link: string | null } },
      code: string,
      status: number,
    ) => {
      expect(answer).toMatchObject({ status, body: { code } });
      expect(answer.body.fix.length).toBeGreaterThan(20);
    };
    expectProblem(await agent.api('POST', '/api/v1/google/authorization'), 'not-configured', 409);
    await save();
    expectProblem(await paste('4/0Aabcdefghijklmnop'), 'authorization-not-started', 409);
    await begin();
    expectProblem(await paste('not a code at all!'), 'code-invalid', 400);
    expectProblem(await paste(`${REDIRECT}?state=foreign&code=4/0Aabcdefghijklmnop`), 'state-mismatch', 400);
    expectProblem(await paste(`${REDIRECT}?error=access_denied&state=x`), 'access-denied', 400);
    expectProblem(await paste('4/0Aabcdefghijklmnop'), 'code-invalid', 400);
    expectProblem(await paste(await consent([])), 'scope-missing', 422);
    for (const [text, code] of [
      ['Error 400: redirect_uri_mismatch', 'redirect-mismatch'],
      ['Error 401: invalid_client The OAuth client was not found.', 'client-invalid'],
      ['Error 401: deleted_client', 'client-invalid'],
      ['Error 400: admin_policy_enforced', 'admin-policy-enforced'],
      ['Error 403: org_internal', 'org-internal'],
      ['Error 403: access_denied has not completed the Google verification process', 'not-test-user'],
      ['Error 403: disallowed_useragent', 'embedded-browser'],
      ['Error 400: invalid_scope Some requested scopes were invalid.', 'invalid-scope'],
    ] as const) {
      expect((await paste(text)).body.code, text).toBe(code);
    }
    await save({ clientSecret: 'GOCSPX-wrong' });
    const wrong = await paste(await consent());
    expectProblem(wrong, 'secret-invalid', 422);
    expect(wrong.body.link).toContain('console.cloud.google.com');
    expect(await state()).toBe('configured');
  });

  it('explains the page that Google shows for an unknown client or redirect URI', async () => {
    await save({ redirectUri: 'https://elsewhere.example.com/google' });
    const url = await begin();
    const shown = await fetch(url);
    expect((await paste(shown.url)).body.code).toBe('redirect-mismatch');
    expect((await paste((await shown.text()).replace(/<[^>]+>/g, ' '))).body.code).toBe('redirect-mismatch');
  });

  it('exchanges once however often the button is pressed, and keeps what works', async () => {
    await save();
    const address = await consent();
    const answers = await Promise.all([paste(address), paste(address), paste(address)]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    const exchanges = google.requests.filter((request) => request.path === '/token');
    expect(exchanges).toHaveLength(1);
    expect(await paste(address)).toMatchObject({ status: 409, body: { code: 'code-already-used' } });
    expect((await paste(await consent([]))).body.code).toBe('scope-missing');
    expect(await state()).toBe('authorized');
  });

  it('asks for a new code when Google fails during the exchange, and keeps the earlier authorization', async () => {
    await save();
    await paste(await consent());
    google.faults.add({ match: { method: 'POST', path: /token/ }, kind: 'commit-then-drop', times: 1 });
    expect(await paste(await consent())).toMatchObject({ status: 502, body: { code: 'google-unavailable' } });
    expect(await state()).toBe('authorized');
  });

  it('goes on with the primary calendar when only the list was not granted', async () => {
    await save();
    const answer = await paste(await consent(['https://www.googleapis.com/auth/calendar.events']));
    expect(answer).toMatchObject({ status: 200, body: { state: 'authorized', calendarListGranted: false } });
    expect((await agent.api('GET', '/api/v1/google/calendars')).body).toMatchObject([
      { primary: true, writable: true },
    ]);
  });

  it('asks for nothing wider than it needs, with state and PKCE', async () => {
    await save();
    const url = new URL(await begin());
    expect(url.searchParams.get('scope')?.split(' ').sort()).toEqual([
      'email',
      'https://www.googleapis.com/auth/calendar.calendarlist.readonly',
      'https://www.googleapis.com/auth/calendar.events',
      'openid',
    ]);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('state')?.length).toBeGreaterThan(30);
    expect([url.searchParams.get('access_type'), url.searchParams.get('prompt')]).toEqual(['offline', 'consent']);
  });

  it('reads the file downloaded from Google, and keeps the secret that is not typed again', async () => {
    const file = { web: { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [REDIRECT] } };
    const saved = await agent.api('POST', '/api/v1/google/credentials/file', file);
    expect(saved.body).toMatchObject({
      clientSecretHint: '1234',
      redirectUriSource: 'file',
      effectiveRedirectUri: REDIRECT,
    });
    const kept = await agent.api('PUT', '/api/v1/google/credentials', { clientId: CLIENT.clientId });
    expect(kept.status).toBe(200);
    const other = await agent.api('PUT', '/api/v1/google/credentials', {
      clientId: 'other.apps.googleusercontent.com',
    });
    expect(other).toMatchObject({ status: 400, body: { errors: [{ path: '/clientSecret' }] } });
    const wrong = await agent.api('POST', '/api/v1/google/credentials/file', { type: 'service_account' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors[0].message).toContain('service account');
  });

  it('shows no secret anywhere: not in its files, its output or its answers', async () => {
    await save();
    const address = await consent();
    await paste(address);
    google.faults.add({ match: { method: 'POST', path: /token/ }, kind: '500', times: 1 });
    await paste(await consent());
    const answers = await Promise.all(
      ['credentials', 'authorization', 'settings', 'calendars'].map((name) =>
        agent.api('GET', `/api/v1/google/${name}`),
      ),
    );
    await agent.kill();
    const code = new URL(address).searchParams.get('code') ?? 'no code';
    const files = readdirSync(agent.dataDir).map((name) => readFileSync(join(agent.dataDir, name), 'latin1'));
    for (const place of [...files, agent.output.join('\n'), JSON.stringify(answers)]) {
      for (const secret of [CLIENT.clientSecret, code, '1//', 'ya29.']) expect(place.includes(secret)).toBe(false);
    }
  });

  it('survives the loss of its key without overwriting anything', async () => {
    await save();
    await paste(await consent());
    await agent.kill();
    const other = await startAgentProcess({
      google,
      dataDir: agent.dataDir,
      env: { SECRET_KEY_FILE: join(agent.dataDir, 'another.key') },
    });
    try {
      await other.signIn();
      expect((await other.api('GET', '/api/v1/google/authorization')).body.state).toBe('reauthorize');
    } finally {
      await other.kill();
    }
    const again = await startAgentProcess({ google, dataDir: agent.dataDir });
    try {
      await again.signIn();
      expect((await again.api('GET', '/api/v1/google/authorization')).body.state).toBe('authorized');
    } finally {
      await again.kill();
    }
  });
});

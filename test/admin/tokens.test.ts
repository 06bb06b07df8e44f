import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { type ApiClient, apiClient, signedIn, withToken } from '../fakes/api-client.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';

describe('API tokens', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let admin: ApiClient;

  beforeEach(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    admin = await signedIn(agent.url, 'admin', PASSWORD);
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  const make = (body: object) => admin.call('POST', '/api/v1/tokens', body);
  const list = async () => (await admin.call('GET', '/api/v1/tokens')).body;

  it('are shown once, kept as a hash, and outlive a restart', async () => {
    const made = await make({ name: 'Wallboard', scope: 'read' });
    expect(made).toMatchObject({ status: 201, body: { name: 'Wallboard', scope: 'read', createdBy: 'admin' } });
    const { token, id } = made.body;
    expect(token).toMatch(/^pca_[\w-]{43}$/);
    expect((await withToken(agent.url, token).call('GET', '/api/v1/status')).status).toBe(200);
    expect(JSON.stringify(await list())).not.toContain(token);
    await agent.kill();
    const files = readdirSync(agent.dataDir).map((name) => readFileSync(join(agent.dataDir, name), 'latin1'));
    for (const place of [...files, agent.output.join('\n')]) expect(place).not.toContain(token);
    expect(files.join()).toContain(createHash('sha256').update(token).digest('hex'));

    await using again = await startAgentProcess({ google, dataDir: agent.dataDir });
    expect((await withToken(again.url, token).call('GET', '/api/v1/status')).status).toBe(200);
    const back = await signedIn(again.url, 'admin', PASSWORD);
    expect((await back.call('GET', '/api/v1/tokens')).body).toMatchObject([{ id, expired: false }]);
  });

  it('tell when and from where they were last used', async () => {
    const { token } = (await make({ name: 'Wallboard', scope: 'read' })).body;
    expect(await list()).toMatchObject([{ lastUsedAt: null, lastUsedFrom: null }]);
    const before = Date.now();
    await withToken(agent.url, token).call('GET', '/api/v1/status');
    const [{ lastUsedAt, lastUsedFrom }] = await list();
    expect(Date.parse(lastUsedAt)).toBeGreaterThanOrEqual(before);
    expect(lastUsedFrom).toBe('127.0.0.1');
  });

  it('end with their time and with a revocation, and never fall back on a session', async () => {
    const soon = new Date(Date.now() + 1_500).toISOString();
    const short = withToken(agent.url, (await make({ name: 'Short', scope: 'read', expiresAt: soon })).body.token);
    const { token, id } = (await make({ name: 'Long', scope: 'administer' })).body;
    const long = withToken(agent.url, token);
    expect((await short.call('GET', '/api/v1/status')).status).toBe(200);
    await expect.poll(async () => (await short.call('GET', '/api/v1/status')).status, { timeout: 10_000 }).toBe(401);
    expect((await short.call('GET', '/api/v1/status')).body).toMatchObject({
      code: 'token-refused',
      title: 'The API token has expired',
    });
    expect(await list()).toMatchObject([{ expired: true }, { expired: false }]);

    expect((await long.call('DELETE', `/api/v1/tokens/${id}`)).status).toBe(204);
    long.cookie = admin.cookie;
    const refused = await long.call('GET', '/api/v1/status');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    expect((await admin.call('DELETE', `/api/v1/tokens/${id}`)).body.code).toBe('token-unknown');
    expect(
      (await apiClient(agent.url, { authorization: 'Bearer pca_guess' }).call('GET', '/api/v1/session')).status,
    ).toBe(401);
  });

  it('are named in the audit trail for what they do', async () => {
    const { token, id } = (await make({ name: 'Setup script', scope: 'administer' })).body;
    const script = withToken(agent.url, token);
    await script.call('POST', '/api/v1/users', { name: 'ann', role: 'auditor', password: 'long enough' });
    const own = await script.call('PUT', '/api/v1/session/password', { currentPassword: 'x', password: 'long enough' });
    expect(own.body.code).toBe('session-needed');
    await admin.call('DELETE', `/api/v1/tokens/${id}`);
    const { items } = (await admin.call('GET', '/api/v1/activity')).body;
    expect(items).toMatchObject([
      { actor: 'admin', action: 'API token revoked', subject: 'Setup script' },
      { actor: 'token:Setup script', action: 'user added', subject: 'ann', address: '127.0.0.1' },
      { actor: 'admin', action: 'API token made', subject: 'Setup script', detail: 'administer, never expires' },
      { actor: 'admin', action: 'signed in' },
    ]);
  });

  it('are refused with the field at fault', async () => {
    await make({ name: 'Wallboard', scope: 'read' });
    for (const [body, path] of [
      [{ name: 'Wallboard', scope: 'read' }, '/name'],
      [{ name: ' ', scope: 'read' }, '/name'],
      [{ name: 'x\ny', scope: 'read' }, '/name'],
      [{ name: 'x', scope: 'everything' }, '/scope'],
      [{ name: 'x', scope: 'read', expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
      [{ name: 'x', scope: 'read', expiresAt: 'tomorrow' }, '/expiresAt'],
    ] as const) {
      const answer = await make(body);
      expect([answer.status, answer.body.errors?.[0].path], JSON.stringify(body)).toEqual([400, path]);
    }
  });
});

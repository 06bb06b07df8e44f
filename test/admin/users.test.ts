import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { type ApiClient, apiClient, signedIn } from '../fakes/api-client.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';

const SECRET = 'a password of some length';

describe('users', () => {
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

  const add = (name: string, role: string, password = SECRET) =>
    admin.call('POST', '/api/v1/users', { name, role, password });
  const change = (name: string, body: object) => admin.call('PUT', `/api/v1/users/${name}`, body);
  const enter = (username: string, password = SECRET) =>
    apiClient(agent.url).call('POST', '/api/v1/session', { username, password });

  it('are added, sign in under their role, and outlive a restart', async () => {
    expect(await add('ann.scheduler', 'scheduler')).toMatchObject({
      status: 201,
      body: { name: 'ann.scheduler', role: 'scheduler', disabled: false, builtIn: false },
    });
    const ann = await signedIn(agent.url, ' Ann.Scheduler ', SECRET);
    expect((await ann.call('GET', '/api/v1/session')).body).toEqual({
      state: 'signed-in',
      user: 'ann.scheduler',
      role: 'scheduler',
    });
    expect((await admin.call('GET', '/api/v1/users')).body).toMatchObject([
      { name: 'admin', role: 'administrator', builtIn: true, passwordFrom: 'environment', sessions: 1 },
      { name: 'ann.scheduler', sessions: 1, passwordFrom: 'page' },
    ]);
    const file = readFileSync(join(agent.dataDir, 'settings.json'), 'utf8');
    expect(file).not.toContain(SECRET);
    expect(JSON.parse(file).users[0].passwordHash).toMatch(/^scrypt\$131072\$/);

    await agent.kill();
    await using again = await startAgentProcess({ google, dataDir: agent.dataDir });
    expect((await ann.call('GET', '/api/v1/session').catch(() => null))?.status).not.toBe(200);
    const back = await signedIn(again.url, 'ann.scheduler', SECRET);
    expect((await back.call('GET', '/api/v1/session')).body.role).toBe('scheduler');
    await signedIn(again.url, 'admin', PASSWORD);
  });

  it('lose their session at once with a disabling, a removal or a new password, and a role counts at once', async () => {
    await add('ann', 'auditor');
    const ann = await signedIn(agent.url, 'ann', SECRET);
    const retry = () => ann.call('POST', '/api/v1/meetings/pbx/none/retry');
    expect((await retry()).status).toBe(403);
    await change('ann', { role: 'scheduler' });
    expect((await retry()).status).toBe(404);

    expect((await change('ann', { disabled: true })).body).toMatchObject({ disabled: true, sessions: 0 });
    expect((await ann.call('GET', '/api/v1/status')).status).toBe(401);
    expect(await enter('ann')).toMatchObject({ status: 403, body: { code: 'user-disabled' } });
    expect((await enter('ann', 'not the password')).status).toBe(401);
    await change('ann', { disabled: false });
    expect((await ann.call('GET', '/api/v1/status')).status).toBe(401);

    const later = await signedIn(agent.url, 'ann', SECRET);
    await change('ann', { password: 'another long password' });
    expect((await later.call('GET', '/api/v1/status')).status).toBe(401);
    expect((await enter('ann')).status).toBe(401);

    const last = await signedIn(agent.url, 'ann', 'another long password');
    expect((await admin.call('DELETE', '/api/v1/users/ann')).status).toBe(204);
    expect((await last.call('GET', '/api/v1/status')).status).toBe(401);
    expect((await admin.call('DELETE', '/api/v1/users/ann')).body.code).toBe('user-unknown');
    for (const name of ['settings.json', 'settings.json.bak'])
      expect(readFileSync(join(agent.dataDir, name), 'utf8')).not.toContain('"ann"');
  });

  it('always keep one administrator who can sign in, whoever asks at the same time', async () => {
    expect((await admin.call('DELETE', '/api/v1/users/admin')).body.code).toBe('built-in-user');
    expect((await change('admin', { disabled: true })).body.code).toBe('last-administrator');
    expect((await change('admin', { role: 'auditor' })).body.errors[0].path).toBe('/role');
    await add('ben', 'administrator');
    const answers = await Promise.all([change('admin', { disabled: true }), change('ben', { role: 'auditor' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    // The first one came through: the user who asked is out.
    expect((await admin.call('GET', '/api/v1/users')).status).toBe(401);
    const ben = await signedIn(agent.url, 'ben', SECRET);
    expect((await ben.call('DELETE', '/api/v1/users/ben')).body.code).toBe('last-administrator');
    expect((await ben.call('PUT', '/api/v1/users/admin', { disabled: false })).status).toBe(200);
    await signedIn(agent.url, 'admin', PASSWORD);
  });

  it('are refused with the field at fault', async () => {
    for (const [body, path] of [
      [{ name: 'Ann', role: 'auditor', password: SECRET }, '/name'],
      [{ name: 'ann@example.com', role: 'auditor', password: SECRET }, '/name'],
      [{ name: 'token:x', role: 'auditor', password: SECRET }, '/name'],
      [{ name: 'admin', role: 'auditor', password: SECRET }, '/name'],
      [{ name: 'ann', role: 'king', password: SECRET }, '/role'],
      [{ name: 'ann', role: 'auditor', password: 'short' }, '/password'],
      [{ name: 'ann', role: 'auditor', password: SECRET, more: 1 }, '/more'],
    ] as const) {
      const answer = await admin.call('POST', '/api/v1/users', body);
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
    }
    await add('ann', 'auditor');
    expect(await add('ann', 'auditor')).toMatchObject({ status: 400, body: { errors: [{ path: '/name' }] } });
  });

  it('change their own password, which ends their other sessions and nobody else’s', async () => {
    await add('ann', 'auditor');
    const here = await signedIn(agent.url, 'ann', SECRET);
    const there = await signedIn(agent.url, 'ann', SECRET);
    const renew = (client: ApiClient, currentPassword: string, password = 'a newer password') =>
      client.call('PUT', '/api/v1/session/password', { currentPassword, password });
    expect(await renew(here, 'wrong')).toMatchObject({ status: 403, body: { code: 'password-wrong' } });
    expect((await renew(here, SECRET)).status).toBe(204);
    expect((await here.call('GET', '/api/v1/status')).status).toBe(200);
    expect((await there.call('GET', '/api/v1/status')).status).toBe(401);
    expect((await admin.call('GET', '/api/v1/status')).status).toBe(200);
    expect((await enter('ann')).status).toBe(401);
    // What the environment sets would be back with the next start.
    expect(await renew(admin, PASSWORD)).toMatchObject({ status: 409, body: { code: 'password-from-environment' } });
    expect((await change('admin', { password: 'a newer password' })).body.code).toBe('password-from-environment');
  });

  it('may sign in while the password of admin is reset, and only the set-up token brings admin back', async () => {
    await add('ben', 'administrator');
    await agent.kill();
    const file = join(agent.dataDir, 'settings.json');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), administrator: null }));
    await using again = await startAgentProcess({ google, dataDir: agent.dataDir, env: { ADMIN_PASSWORD: '' } });
    expect((await apiClient(again.url).call('GET', '/api/v1/session')).body).toEqual({ state: 'setup', others: true });
    const ben = await signedIn(again.url, 'ben', SECRET);
    expect((await ben.call('GET', '/api/v1/session')).body).toMatchObject({ state: 'signed-in', user: 'ben' });
    const setupToken = readFileSync(join(agent.dataDir, 'setup-token'), 'utf8').trim();
    const setUp = await apiClient(again.url).call('POST', '/api/v1/setup', { setupToken, password: SECRET });
    expect(setUp.status).toBe(201);
    await signedIn(again.url, 'admin', SECRET);
  });
});

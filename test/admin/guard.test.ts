import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';

describe('the admin server', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;

  beforeAll(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google, env: { METRICS_TOKEN: 'metrics-token' } });
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  /** fetch sets Host and Origin by itself, so these go by hand. */
  function raw(
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; headers: Record<string, unknown> }> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, agent.url);
      const sent = request(url, { method, headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it('answers nothing without a session', async () => {
    for (const path of [
      '/api/v1/status',
      '/api/v1/meetings',
      '/api/v1/google/credentials',
      '/api/v1/openapi.json',
      '/metrics',
    ]) {
      expect((await fetch(agent.url + path)).status, path).toBe(401);
    }
  });

  it('is known by its own names only', async () => {
    expect((await raw('GET', '/healthz', { host: 'evil.example.com' })).status).toBe(421);
    expect((await raw('GET', '/healthz', { host: 'localhost:1' })).status).toBe(200);
  });

  it('refuses a change that a foreign page asks for', async () => {
    expect((await raw('DELETE', '/api/v1/session', { origin: 'https://evil.example.com' })).status).toBe(403);
    expect((await raw('DELETE', '/api/v1/session', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('sends a strict policy with every page and keeps answers out of caches', async () => {
    const page = await fetch(`${agent.url}/google?code=4/0Asecret12345`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(agent.output.join('\n')).not.toContain('0Asecret12345');
  });

  it('slows down who guesses the password', async () => {
    const attempt = () =>
      fetch(`${agent.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password: 'wrong-password' }),
      });
    const answers = [];
    // The first wait is a second, which a busy machine may need for one comparison; each further one is twice as long.
    while (answers.length < 10 && answers.at(-1)?.status !== 429) answers.push(await attempt());
    expect(answers.length).toBeGreaterThan(5);
    expect(answers.slice(0, -1).every((answer) => answer.status === 401)).toBe(true);
    expect(answers.at(-1)?.status).toBe(429);
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('names the member that is not known or of a wrong type', async () => {
    await expect
      .poll(
        async () => (await agent.api('POST', '/api/v1/session', { username: 'admin', password: PASSWORD })).status,
        { timeout: 10_000 },
      )
      .toBe(204);
    const unknown = await agent.api('PUT', '/api/v1/google/credentials', { clientId: 'x', surprise: 1 });
    expect(unknown).toMatchObject({ status: 400, body: { code: 'schema', errors: [{ path: '/surprise' }] } });
    const settings = (await agent.api('GET', '/api/v1/google/settings')).body;
    const wrong = await agent.api('PUT', '/api/v1/google/settings', { ...settings, includePassword: 'yes' });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: '/includePassword' }] } });
    expect(wrong.headers.get('content-type')).toContain('application/problem+json');
  });

  it('describes itself: OpenAPI, AsyncAPI, metrics', async () => {
    const openapi = await agent.api('GET', '/api/v1/openapi.json');
    expect(Object.keys(openapi.body.paths)).toContain('/api/v1/google/authorization');
    expect((await agent.api('GET', '/api/v1/asyncapi.json')).body.channels.result.address).toBe(
      'pbx/{device}/meetings/{uid}/result',
    );
    const metrics = await fetch(`${agent.url}/metrics`, { headers: { authorization: 'Bearer metrics-token' } });
    expect(await metrics.text()).toContain('pbx_calendar_meetings_open{state="held",code=""} 0');
  });
});

describe('the first start', () => {
  it('lets whoever has the set-up token choose the password, once', async () => {
    await using google = await startCalendar();
    await using agent = await startAgentProcess({ google, env: { ADMIN_PASSWORD: '' } });
    expect((await agent.api('GET', '/api/v1/session')).body).toEqual({ state: 'setup' });
    const setupToken = agent.output
      .map((line) => /^Set-up token: (\S+)/.exec(line)?.[1])
      .find((token) => token !== undefined);
    const wrong = await agent.api('POST', '/api/v1/setup', { setupToken: 'wrong', password: 'long enough' });
    expect(wrong.status).toBe(403);
    expect((await agent.api('POST', '/api/v1/setup', { setupToken, password: 'long enough' })).status).toBe(201);
    expect((await agent.api('GET', '/api/v1/session')).body).toMatchObject({ state: 'signed-in' });
    expect((await agent.api('POST', '/api/v1/setup', { setupToken, password: 'another one' })).status).toBe(409);
  });

  it('ends with code 2 and the name of the variable when the configuration is at fault, or the folder is taken', async () => {
    await using google = await startCalendar();
    await expect(startAgentProcess({ google, env: { PORT: 'none' } })).rejects.toThrow(/ended with 2: PORT: expects/);
    await using agent = await startAgentProcess({ google });
    await expect(startAgentProcess({ google, dataDir: agent.dataDir })).rejects.toThrow(/ended with 2: .*DATA_DIR/);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RouteContract, routes } from '../../src/contracts/http.ts';
import { mayActAs, ROLES, type Role, roleOfScope, SCOPES } from '../../src/domain/role.ts';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { type ApiClient, apiClient, signedIn, withToken } from '../fakes/api-client.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';

const table = Object.entries<RouteContract>(routes);
/** Beside the table: what else is not for everybody. */
const DOCUMENTS: [string, RouteContract][] = ['/api/v1/openapi.json', '/api/v1/asyncapi.json', '/metrics'].map(
  (path) => [path, { method: 'GET', path, summary: '', role: 'auditor', status: 200 }],
);

describe('the roles', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  const askers = new Map<string, { role: Role; client: ApiClient }>();

  beforeAll(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    const admin = await signedIn(agent.url, 'admin', PASSWORD);
    for (const role of ROLES) {
      const name = `a-${role}`;
      await admin.call('POST', '/api/v1/users', { name, role, password: PASSWORD });
      askers.set(`the session of ${name}`, { role, client: await signedIn(agent.url, name, PASSWORD) });
    }
    for (const scope of SCOPES) {
      const { token } = (await admin.call('POST', '/api/v1/tokens', { name: `may ${scope}`, scope })).body;
      askers.set(`a token to ${scope}`, { role: roleOfScope(scope), client: withToken(agent.url, token) });
    }
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  /** Asks in a way that is let in or kept out, but does nothing where it could do harm: an unknown member is refused. */
  async function ask(client: ApiClient, { method, path, body }: RouteContract) {
    const address = path
      .replace(':device', 'nobody')
      .replace(':uid', 'nothing')
      .replace(':name', 'nobody')
      .replace(/:id$/, 'nothing')
      .replace(':id', 'nothing');
    if (path !== routes.live.path)
      return client.call(method, address, body === undefined ? undefined : { surprise: true });
    const stop = new AbortController();
    const response = await client.open(address, stop.signal);
    const answer = { status: response.status, body: response.ok ? null : await response.json() };
    stop.abort();
    return answer;
  }

  it.each([...table, ...DOCUMENTS])('guard %s', async (_name, route) => {
    const stranger = await ask(apiClient(agent.url), route);
    const open = route.role === 'anyone';
    // A wrong password is told by the same number.
    if (open) expect(stranger.body?.code).not.toBe('signed-out');
    else expect([stranger.status, stranger.body.code]).toEqual([401, 'signed-out']);
    // Their sessions are needed for the routes to come.
    const harmful = route.method === 'DELETE' && route.path === routes.signOut.path;
    for (const [who, { role, client }] of askers) {
      if (harmful && client.cookie !== '') continue;
      const answer = await ask(client, route);
      const allowed = route.role === 'anyone' || mayActAs(role, route.role);
      if (!allowed) expect([answer.status, answer.body.code], who).toEqual([403, 'role-missing']);
      else
        expect(answer.body?.code ?? '', `${who}: ${answer.status}`).not.toMatch(
          /^(role-missing|signed-out|token-refused)$/,
        );
    }
  });

  it('let an auditor change nothing but the own session', () => {
    const changing = table.filter(([, route]) => route.method !== 'GET' && route.role === 'auditor');
    // A preview only asks; its question is too long for an address.
    expect(changing.map(([name]) => name).sort()).toEqual(['ownPassword', 'preview', 'signOut']);
  });

  it('leave open what leads to a session, and nothing else', () => {
    const open = table.filter(([, route]) => route.role === 'anyone').map(([name]) => name);
    expect(open.sort()).toEqual(['session', 'setup', 'signIn']);
  });

  it('are told in the API document', async () => {
    const { client } = askers.get('a token to read') ?? { client: apiClient(agent.url) };
    const { paths } = (await client.call('GET', '/api/v1/openapi.json')).body;
    for (const [name, route] of table) {
      const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')][route.method.toLowerCase()];
      expect(operation['x-role'], name).toBe(route.role === 'anyone' ? undefined : route.role);
    }
  });
});

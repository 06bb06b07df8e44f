import type { AgentProcess } from '../e2e/harness.ts';
import { ACCOUNT } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import type { LoggedRequest } from '../fakes/google/types.ts';

/** What a person asks for on the page, and which call to Google it makes. */
export interface PersonsRequest {
  call: 'token' | 'revoke' | 'calendarList.list' | 'events.insert' | 'events.get' | 'events.delete';
  hits(call: LoggedRequest): boolean;
  /** As the page does it; answers the last status and body. */
  run(agent: AgentProcess, google: GoogleStandIn): Promise<{ status: number; body: { code?: string; fix?: string } }>;
  done: number;
  /** It leaves the agent without an account. */
  leaves?: true;
}

const testEntry = {
  run: (agent: AgentProcess) => agent.api('POST', '/api/v1/google/test-entry'),
  done: 200,
};
/** The entry of the test has an id of its own, and no meeting asks for one at the same time. */
const ofEvents = (method: string, call: LoggedRequest) => call.method === method && /\/events(\/|$)/.test(call.path);

const list = {
  'authorize: exchange': {
    call: 'token',
    hits: (call) => call.path === '/token' && member(call, 'grant_type') === 'authorization_code',
    async run(agent, google) {
      const attempt = await agent.api('POST', '/api/v1/google/authorization');
      const code = google.consent(attempt.body.url, { email: ACCOUNT.email });
      return agent.api('PUT', '/api/v1/google/authorization', { code });
    },
    done: 200,
  },
  'disconnect: revoke': {
    call: 'revoke',
    hits: (call) => call.path === '/revoke',
    run: (agent) => agent.api('DELETE', '/api/v1/google/authorization?revoke=true'),
    done: 204,
    leaves: true,
  },
  'choose a calendar: list': {
    call: 'calendarList.list',
    hits: (call) => call.path.endsWith('/calendarList'),
    run: (agent) => agent.api('GET', '/api/v1/google/calendars'),
    done: 200,
  },
  'test entry: insert': { call: 'events.insert', ...testEntry, hits: (call) => ofEvents('POST', call) },
  'test entry: get': { call: 'events.get', ...testEntry, hits: (call) => ofEvents('GET', call) },
  'test entry: delete': { call: 'events.delete', ...testEntry, hits: (call) => ofEvents('DELETE', call) },
} satisfies Record<string, PersonsRequest>;

export type RequestName = keyof typeof list;
export const REQUESTS: Record<RequestName, PersonsRequest> = list;

function member(call: LoggedRequest, name: string): unknown {
  return typeof call.body === 'object' && call.body !== null && !Array.isArray(call.body) ? call.body[name] : undefined;
}

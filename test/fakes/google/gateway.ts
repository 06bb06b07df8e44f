import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerApiCall } from './api.ts';
import { ApiError } from './api-error.ts';
import type { Fault } from './faults.ts';
import { masked, parseForm, parseJson, type Reply, readText, send } from './http.ts';
import { rateLimitExceeded } from './limits.ts';
import { answerOAuth } from './oauth-routes.ts';
import { robotPage, unavailablePage } from './pages.ts';
import { revokeGrants } from './tokens.ts';
import type { LoggedRequest } from './types.ts';
import type { World } from './world.ts';

/** Every request passes here: log it, let a fault interfere, route it, answer it. */
export async function answerRequest(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readText(request);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const method = request.method ?? 'GET';
  const form = parseForm(request, text);
  const entry: LoggedRequest = {
    at: world.now(),
    method,
    path: url.pathname,
    query: masked(url.searchParams),
    ifMatch: request.headers['if-match'],
    body: form ? masked(form) : isOAuthPath(url.pathname) && text !== '' ? '***' : parseJson(text),
    subject: undefined,
    status: 0,
  };
  world.requests.push(entry);
  const fault = world.faults.take(entry);
  if (fault) entry.fault = fault.kind;
  fault?.onHit?.();
  await fault?.until;
  if (fault?.kind === 'slow') await pause(fault.delayMs ?? 300);
  if (fault?.kind === 'hang') return hang(request, fault);
  if (fault?.kind === 'reset-before') return void request.socket.destroy();
  if (fault?.kind === 'token-expired') endAccess(world, request);
  if (fault?.kind === 'grant-revoked') endGrant(world, request, form);
  const injected = fault && injectedReply(world, url.pathname, fault);
  const reply = injected ?? route(world, { request, url, form, text, entry });
  if (fault?.kind === 'commit-then-drop') return void request.socket.destroy();
  entry.status = reply.status;
  response.setHeader('date', new Date(world.now()).toUTCString());
  send(request, response, reply, { gzip: world.switches.gzip, truncate: fault?.kind === 'truncated-json' });
}

const isOAuthPath = (path: string) => ['/token', '/revoke', '/signin/oauth/consent'].includes(path);

interface Incoming {
  request: IncomingMessage;
  url: URL;
  form: URLSearchParams | undefined;
  text: string;
  entry: LoggedRequest;
}

function route(world: World, { request, url, form, text, entry }: Incoming): Reply {
  const { headers } = request;
  const call = {
    method: entry.method,
    path: url.pathname,
    query: url.searchParams,
    form,
    authorization: headers.authorization,
  };
  const oauth = answerOAuth(world, call);
  if (oauth) return oauth;
  const root = `/${world.discovery.servicePath}`;
  if (!url.pathname.startsWith(root)) return { status: 404, html: robotPage() };
  const answer = answerApiCall(
    world,
    {
      method: entry.method,
      path: url.pathname.slice(root.length),
      query: url.searchParams,
      headers: {
        authorization: headers.authorization,
        ifMatch: headers['if-match'],
        ifNoneMatch: headers['if-none-match'],
      },
      body: parseJson(text),
    },
    (email) => {
      entry.subject = email;
    },
  );
  return { status: answer.status, headers: answer.headers ?? {}, ...(answer.body ? { json: answer.body } : {}) };
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
}

async function hang(request: IncomingMessage, fault: Fault): Promise<void> {
  if (fault.delayMs === undefined) return;
  await pause(fault.delayMs);
  request.socket.destroy();
}

const bearerOf = (request: IncomingMessage): string => (request.headers.authorization ?? '').replace(/^Bearer /i, '');

function endAccess(world: World, request: IncomingMessage): void {
  world.accessTokens.delete(bearerOf(request));
}

function endGrant(world: World, request: IncomingMessage, form: URLSearchParams | undefined): void {
  const holder = world.accessTokens.get(bearerOf(request)) ?? world.refreshTokens.get(form?.get('refresh_token') ?? '');
  if (holder !== undefined) revokeGrants(world, holder.email, undefined);
}

function retryAfter(world: World, { retryAfter: seconds, retryAfterAs }: Fault): Record<string, string> {
  if (seconds === undefined) return {};
  const at = new Date(world.now() + seconds * 1_000).toUTCString();
  return { 'retry-after': retryAfterAs === 'date' ? at : String(seconds) };
}

/** The answers that come instead of the service's own. */
function injectedReply(world: World, path: string, fault: Fault): Reply | undefined {
  const headers = retryAfter(world, fault);
  const oauth = (status: number, error: string, description: string): Reply => ({
    status,
    headers,
    json: { error, error_description: description },
  });
  const api = (error: ApiError): Reply => ({ status: error.status, headers, json: error.toBody(false) });
  switch (fault.kind) {
    case '500':
      return isOAuthPath(path)
        ? oauth(500, 'internal_failure', 'Backend Error')
        : api(new ApiError(500, 'backendError', 'Backend Error'));
    case '503-json':
      return isOAuthPath(path)
        ? oauth(503, 'temporarily_unavailable', 'Service Unavailable')
        : api(new ApiError(503, 'backendError', 'Service Unavailable'));
    case '502-html':
      return { status: 502, headers, html: unavailablePage(502) };
    case '503-html':
      return { status: 503, headers, html: unavailablePage(503) };
    case '429':
    case '403-rate': {
      const status = fault.kind === '429' ? 429 : 403;
      if (isOAuthPath(path)) return oauth(status, 'rate_limit_exceeded', 'Rate Limit Exceeded');
      const { reason, message, domain } = rateLimitExceeded(world);
      return api(new ApiError(status, reason, message, { domain }));
    }
    case '403-user-rate':
      return api(new ApiError(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', { domain: 'usageLimits' }));
    case '403-quota':
      return api(new ApiError(403, 'quotaExceeded', 'Calendar usage limits exceeded.', { domain: 'usageLimits' }));
    case '404':
      return api(new ApiError(404, 'notFound', 'Not Found'));
    default:
      return undefined;
  }
}

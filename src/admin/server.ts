import { createHash, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import serveStatic from '@fastify/static';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type RouteContract, routes } from '../contracts/http.ts';
import { aboutHandlers } from './about.ts';
import { type Access, createAccess } from './access.ts';
import { activityHandlers } from './activity.ts';
import { alertHandlers } from './alerts.ts';
import type { AdminDeps, AdminOptions, AdminTls } from './deps.ts';
import { deviceHandlers } from './devices.ts';
import { directoryHandlers } from './directory.ts';
import { erasureHandlers } from './erasure.ts';
import { googleHandlers } from './google.ts';
import { guardRequests } from './guard.ts';
import { LiveStreams } from './live.ts';
import { logHandlers } from './logs.ts';
import { meetingHandlers } from './meetings.ts';
import { openApiDocument } from './openapi.ts';
import { ApiProblem, problemOf } from './problem-details.ts';
import { problemHandlers } from './problems.ts';
import { redirectPage, redirectScript, redirectStyle } from './redirect-page.ts';
import { signInHandlers } from './sign-in.ts';
import { tokenHandlers } from './tokens.ts';
import { userHandlers } from './users.ts';
import { validation } from './validation.ts';

export interface AdminServer extends AsyncDisposable {
  readonly url: string;
}

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const CSP = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  fontSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** The admin API and the pages. Raises `admin-port` when the address cannot be had. */
export async function startAdminServer(given: AdminDeps, options: AdminOptions): Promise<AdminServer> {
  const app = fastify({
    logger: false,
    bodyLimit: 256 * 1024,
    // A slow machine is no reason to give up the start.
    pluginTimeout: 0,
    ...(options.trustProxy === null ? {} : { trustProxy: options.trustProxy }),
    ...(options.tls === null ? {} : { serverFactory: secureServer(options.tls) }),
    schemaController: validation,
  }) as unknown as FastifyInstance;
  // The bytes: a file that is not UTF-8 is told as such, not read as something else.
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CSP },
    referrerPolicy: { policy: 'no-referrer' },
    // Browsers may not be told to insist on a certificate that nobody vouches for.
    strictTransportSecurity: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (options.tls?.pair.selfSigned === false) reply.header('strict-transport-security', 'max-age=31536000');
  });
  const access = createAccess(given);
  const live = new LiveStreams(access.stands);
  const deps = announcing(given, live);
  answerErrors(app, deps);
  guardRequests(app, options);
  const around = { access, onEnded: () => live.recheck() };

  const handlers: Record<keyof typeof routes, Handler> = {
    ...(await signInHandlers(deps, options, around)),
    ...userHandlers(deps, options, around),
    ...tokenHandlers(deps, around),
    ...liveHandlers(access, live),
    ...logHandlers(deps),
    ...aboutHandlers(deps, options),
    status: async () => deps.status(),
    mqtt: async () => deps.mqtt(),
    testMqtt: async (request) => {
      const outcome = await deps.testMqtt();
      const detail = `${outcome.tookMs} ms`;
      await deps.ledger.note({ actor: access.actor(request), action: 'MQTT connection tried', subject: '', detail });
      return outcome;
    },
    ...googleHandlers(deps, access.actor),
    ...deviceHandlers(deps, access.actor),
    ...directoryHandlers(deps, access.actor),
    ...meetingHandlers(deps, access.actor),
    ...activityHandlers(deps),
    ...problemHandlers(deps, access.actor),
    ...erasureHandlers(deps, access.actor),
    ...alertHandlers(deps, access.actor),
  };
  for (const [name, route] of Object.entries<RouteContract>(routes)) {
    app.route({
      method: route.method,
      ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
      url: route.path,
      schema: {
        ...(route.params === undefined ? {} : { params: route.params }),
        ...(route.query === undefined ? {} : { querystring: route.query }),
        ...(route.body === undefined ? {} : { body: route.body }),
      },
      ...(route.role === 'anyone' ? {} : { onRequest: access.require(route.role) }),
      handler: async (request, reply) => {
        reply.code(route.status).header('cache-control', 'no-store');
        return handlers[name as keyof typeof routes](request, reply);
      },
    });
  }
  documents(app, deps, { access: access.require('auditor'), token: options.metricsToken });
  redirectPages(app);
  await pages(app, options.webRoot);

  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    throw new ApiProblem(500, {
      code: 'admin-port',
      title: `PORT: ${options.host}:${options.port} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    });
  }
  const bound = app.addresses().find((address) => typeof address === 'object');
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls === null ? 'http' : 'https'}://${host}:${bound?.port ?? options.port}`,
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** Whatever is noted in the audit trail, or changes elsewhere, is told to the live streams. */
function announcing(given: AdminDeps, live: LiveStreams): AdminDeps {
  const { ledger, lines } = given;
  given.onChange((topic) => live.changed(topic));
  lines.onLine(() => live.changed('logs'));
  return {
    ...given,
    ledger: {
      ...ledger,
      async note(item) {
        await ledger.note(item);
        live.changed('activity');
      },
    },
  };
}

function liveHandlers(access: Access, live: LiveStreams): Record<'live', Handler> {
  return {
    async live(request, reply) {
      const principal = access.principal(request);
      if (principal === null) return reply.code(401).send();
      return (
        reply
          .type('text/event-stream; charset=utf-8')
          // nginx and its like would otherwise gather the events until there are enough of them.
          .header('x-accel-buffering', 'no')
          .header('cache-control', 'no-store, no-transform')
          .send(live.open(principal))
      );
    },
  };
}

/** A server whose certificate can be changed while it runs; connections that are open keep theirs. */
function secureServer(tls: AdminTls) {
  return (handler: RequestListener, timeouts: { keepAliveTimeout?: number; requestTimeout?: number }): Server => {
    const { cert, key } = tls.pair;
    const server = createServer({ cert, key }, handler);
    server.keepAliveTimeout = timeouts.keepAliveTimeout ?? server.keepAliveTimeout;
    server.requestTimeout = timeouts.requestTimeout ?? server.requestTimeout;
    tls.onChange((pair) => server.setSecureContext({ cert: pair.cert, key: pair.key }));
    return server;
  };
}

function answerErrors(app: FastifyInstance, deps: AdminDeps): void {
  app.setErrorHandler(async (error, request, reply) => {
    const known = problemOf(error);
    if (known === null)
      deps.log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'a request failed');
    const problem = known ?? {
      type: 'about:blank',
      title: 'The agent met a fault of its own',
      status: 500,
      code: 'internal-error',
      fix: 'Try again. If it stays, report it with the log of the agent.',
    };
    if (error instanceof ApiProblem) reply.headers(error.headers);
    return reply
      .code(problem.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  });
}

function documents(
  app: FastifyInstance,
  deps: AdminDeps,
  guard: { access: (request: FastifyRequest) => Promise<void>; token: string | undefined },
): void {
  app.get('/api/v1/openapi.json', { onRequest: guard.access }, async () => openApiDocument(deps.version));
  app.get('/api/v1/asyncapi.json', { onRequest: guard.access }, () => deps.asyncApi());
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const ready = deps.ready();
    return reply
      .code(ready.ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(ready);
  });
  app.get('/metrics', async (request, reply) => {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (guard.token === undefined || bearer === undefined || !sameSecret(bearer, guard.token))
      await guard.access(request);
    return reply
      .type('text/plain; version=0.0.4')
      .header('cache-control', 'no-store')
      .send(await deps.metrics());
  });
}

/** Takes the same time whatever differs. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function redirectPages(app: FastifyInstance): void {
  app.get('/google', async (request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(redirectPage(request.query as Record<string, unknown>)),
  );
  app.get('/google/page.js', async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(redirectScript),
  );
  app.get('/google/page.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(redirectStyle));
}

/** The built pages: assets carry a hash in their names and may be kept for ever, every other path is the page itself. */
async function pages(app: FastifyInstance, webRoot: string | null): Promise<void> {
  const missing = () =>
    new ApiProblem(404, { code: 'not-found', title: 'There is nothing at this address', fix: 'Check the address.' });
  if (webRoot === null || !existsSync(webRoot)) {
    app.setNotFoundHandler(async () => {
      throw missing();
    });
    return;
  }
  await app.register(serveStatic, {
    root: webRoot,
    wildcard: false,
    index: false,
    cacheControl: false,
    setHeaders(reply, path) {
      reply.header('cache-control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler(async (request, reply) => {
    const page = request.method === 'GET' && !request.url.startsWith('/api/') && !request.url.startsWith('/assets/');
    if (!page) throw missing();
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}

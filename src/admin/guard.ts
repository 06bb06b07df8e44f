import type { FastifyInstance } from 'fastify';
import type { AdminOptions } from './deps.ts';
import { ApiProblem } from './problem-details.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests that a browser was tricked into: an unknown Host (DNS rebinding) gets 421, a change asked for by a
 * foreign page gets 403.
 */
export function guardRequests(app: FastifyInstance, options: AdminOptions): void {
  const hosts = new Set(LOOPBACK);
  if (!/^(0\.0\.0\.0|::)$/.test(options.host))
    hosts.add(options.host.includes(':') ? `[${options.host}]` : options.host);
  const publicHost = options.publicUrl === null ? null : new URL(options.publicUrl).host;

  app.addHook('onRequest', async (request) => {
    const host = (request.host ?? '').toLowerCase();
    const name = host.replace(/:\d+$/, '');
    const bare = name.replace(/^\[|\]$/g, '');
    // Someone vouched that the name is this agent's.
    const certified = options.tls?.pair.names.includes(name) === true;
    const isAddress = /^[\d.]+$/.test(bare) || bare.includes(':');
    // An address cannot be rebound: whoever types it reaches this machine and no other.
    if (!hosts.has(name) && host !== publicHost && !certified && !isAddress) {
      throw new ApiProblem(421, {
        code: 'unknown-host',
        title: 'This agent is not known by that name',
        fix: 'Set PUBLIC_URL to the address that you use in the browser.',
      });
    }
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return;
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const own =
      origin === undefined || origin === options.publicUrl || origin === `${request.protocol}://${request.host}`;
    if (!own || site === 'cross-site') {
      throw new ApiProblem(403, {
        code: 'foreign-origin',
        title: 'The request comes from another page',
        fix: 'Use the pages of the agent itself.',
      });
    }
  });
}

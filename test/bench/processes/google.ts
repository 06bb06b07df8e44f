import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { ACCOUNT, CLIENT, REDIRECT } from '../../e2e/harness.ts';
import { startGoogle } from '../../fakes/google/server.ts';
import { now } from '../clock.ts';
import { serve } from './call.ts';

/** The stand-in for Google, in a process of its own: what it costs is nobody else's time. */

const google = await startGoogle({ now });
google.addClient({ clientId: CLIENT.clientId, clientSecrets: [CLIENT.clientSecret], redirectUris: [REDIRECT] });
google.addAccount(ACCOUNT);

/** When each insert was answered. */
let answered: number[] = [];
let waiting: { count: number; resolve: () => void } | null = null;
let refused = 0;

subscribe('http.server.response.finish', (message) => {
  const { response } = message as { response: ServerResponse };
  if (response.req.method !== 'POST' || !/\/events(\?|$)/.test(response.req.url ?? '')) return;
  if (response.statusCode >= 300) refused += 1;
  answered.push(now());
  if (waiting !== null && answered.length >= waiting.count) waiting.resolve();
});

const methods = {
  addresses: () => ({
    authorizationUrl: google.authorizationUrl,
    tokenUrl: google.tokenUrl,
    revocationUrl: google.revocationUrl,
    calendarUrl: google.calendarUrl,
  }),
  consent: (url: string) => google.consent(url, { email: ACCOUNT.email }),
  /** Google's own time for an answer, in milliseconds; 0 = as fast as the stand-in can. */
  answerAfter(ms: number): void {
    google.faults.clear();
    if (ms > 0) google.faults.add({ match: { method: 'POST' }, kind: 'slow', times: Infinity, delayMs: ms });
  },
  /** Starts a round: the logs of the earlier ones are let go, so that every round finds the same. */
  begin(): void {
    answered = [];
    refused = 0;
    google.requests.length = 0;
    google.mails.length = 0;
    google.guestCopies.length = 0;
  },
  /** Resolves with the time of the last answer once `count` inserts of this round were answered. */
  async inserted(count: number): Promise<number> {
    if (answered.length < count) {
      await new Promise<void>((resolve) => {
        waiting = { count, resolve };
      });
      waiting = null;
    }
    if (refused > 0) throw new Error(`${refused} inserts were refused`);
    return answered.at(-1) ?? Number.NaN;
  },
  /** Requests that one user may make within any minute; null = as many as come. */
  limit(perMinute: number | null): void {
    google.switches.limiter.on = perMinute !== null;
    if (perMinute !== null) google.switches.limiter.perUser = perMinute;
  },
  count: () => answered.length,
  /** Subject of the entry -> when the request had arrived whole. */
  arrivals: (): Map<string, number> =>
    new Map(
      google.requests.flatMap((request) => {
        const subject = (request.body as { summary?: string } | undefined)?.summary;
        return request.method === 'POST' && subject !== undefined ? [[subject, request.at] as const] : [];
      }),
    ),
};

export type GoogleMethods = typeof methods;

serve(methods);

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AlertEventDocument } from '../contracts/alerts.ts';
import { AppError } from '../errors.ts';
import type { AlertMessage, AlertReceipt, AlertSender, Clock } from '../sync/ports.ts';
import { networkFailure } from './network-failure.ts';
import { signedHeaders } from './signature.ts';
import { guardedLookup, isForbiddenHost, isLoopbackHost } from './target.ts';

const TIMEOUT_MS = 10_000;
/** Enough of an answer to show what it says; a receiver that sends more is cut off. */
const ANSWER_BYTES = 400;

export interface WebhookOptions {
  /** Raises `alerts-not-configured` and `alerts-secret-lost`. */
  target(): { url: string; secret: string };
  agentId: string;
  version: string;
  clock: Clock;
  timeoutMs?: number;
}

/** One signed POST. HTTPS_PROXY is honoured, redirects are not followed. Raises `webhook-...`, `alerts-...`. */
export function createWebhookSender(options: WebhookOptions): AlertSender {
  return {
    async send(message, signal) {
      const { url, secret } = options.target();
      const address = webhookAddress(url);
      if (typeof address === 'string')
        throw new AppError('alerts-address-refused', address, { detail: { reason: address } });
      const body = JSON.stringify(alertEvent(message, options.agentId));
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': `pbx-calendar-agent/${options.version}`,
        ...signedHeaders(secret, { id: message.id, body, at: options.clock() }),
      };
      const deadline = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
      try {
        return receiptOf(await post(address, { headers, body, signal: AbortSignal.any([signal, deadline]) }));
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (signal.aborted) throw new AppError('alerts-interrupted', 'the agent is stopping', { cause: error });
        throw failureOf(deadline.aborted ? deadline.reason : error);
      }
    },
  };
}

/** The address as it is used, or what is wrong with it, in words that follow "the address" or a field's name. */
export function webhookAddress(text: string): URL | string {
  if (!URL.canParse(text)) return 'expects a whole address such as https://alerts.example.com/pbx';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname)))
    return 'expects https (http only for a receiver on this machine)';
  if (url.username !== '' || url.password !== '')
    return 'must hold no user and password; the signature proves the sender';
  if (isForbiddenHost(url.hostname)) return 'leads to the machine itself';
  return url;
}

export function alertEvent(message: AlertMessage, agentId: string): AlertEventDocument {
  return {
    specversion: '1.0',
    id: message.id,
    source: `/calendar-agent/${agentId}`,
    type: message.kind === 'test' ? 'calendar-agent.test.v1' : `calendar-agent.problem.${message.kind}.v1`,
    time: message.at,
    datacontenttype: 'application/json',
    data: { agent: agentId, opening: message.opening, problem: message.problem },
  };
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

function post(url: URL, what: { headers: Record<string, string>; body: string; signal: AbortSignal }): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const sent = request(
    url,
    { method: 'POST', headers: what.headers, signal: what.signal, lookup: guardedLookup },
    (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      const done = () => {
        const text = Buffer.concat(parts).subarray(0, ANSWER_BYTES).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: printable(text) });
        response.destroy();
      };
      response.on('data', (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes >= ANSWER_BYTES) done();
      });
      response.on('end', done);
      response.on('error', reject);
    },
  );
  sent.on('error', reject);
  sent.end(what.body);
  return promise;
}

function receiptOf({ status, headers, text }: Answer): AlertReceipt {
  if (status >= 200 && status < 300) return { status, answer: text, refused: [] };
  const code =
    status >= 300 && status < 400
      ? 'webhook-redirect'
      : status === 401 || status === 403
        ? 'webhook-unauthorized'
        : status === 404 || status === 410
          ? 'webhook-gone'
          : 'webhook-refused';
  throw new AppError(code, `the webhook answered ${status}`, {
    detail: { status: String(status), said: text },
    retryAfterMs: retryAfter(headers['retry-after']),
  });
}

function failureOf(error: unknown): AppError {
  const { kind, reason } = networkFailure(error);
  const code = kind === 'forbidden' ? 'alerts-address-refused' : (`webhook-${kind}` as const);
  return new AppError(code, reason, { detail: { reason }, cause: error });
}

/** Seconds; the other form, a date, is rare and the ladder of retries is good enough for it. */
function retryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : undefined;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ReceivedHook {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WebhookReceiver extends AsyncDisposable {
  url: string;
  received: ReceivedHook[];
  /** How it answers; the first rule that is set applies. */
  answer: (response: ServerResponse, hook: ReceivedHook) => void;
  /** Resolves when that many have arrived. */
  until(count: number): Promise<ReceivedHook[]>;
}

/** A receiver as somebody would write it who has only read the two specifications. */
export async function startWebhookReceiver(tls?: { cert: string; key: string }): Promise<WebhookReceiver> {
  const waiting = new Set<() => void>();
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls);
  const receiver: WebhookReceiver = {
    url: '',
    received: [],
    answer: (response) => response.writeHead(204).end(),
    async until(count) {
      while (receiver.received.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
      return receiver.received;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('request', (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const hook = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() };
      receiver.received.push(hook);
      receiver.answer(response, hook);
      for (const wake of waiting) wake();
      waiting.clear();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `${tls === undefined ? 'http' : 'https'}://localhost:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}

/** Verifies as standardwebhooks.com describes it, from the received bytes alone. */
export function verifyHook({ headers, body }: ReceivedHook, secret: string, now = Date.now()): void {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1_000 - Number(timestamp)) > 300) throw new Error('the time is off');
  if (!secret.startsWith('whsec_')) throw new Error('no Standard Webhooks secret');
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  if (key.length < 24 || key.length > 64) throw new Error(`a key of ${key.length} bytes`);
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  const given = String(headers['webhook-signature'])
    .split(' ')
    .flatMap((item) => (item.startsWith('v1,') ? [Buffer.from(item.slice(3), 'base64')] : []));
  if (!given.some((item) => item.length === expected.length && timingSafeEqual(item, expected)))
    throw new Error('the signature does not fit');
}

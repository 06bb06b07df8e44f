import { once } from 'node:events';
import { createServer, setGlobalProxyFromEnv } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Check } from 'typebox/value';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newWebhookSecret } from '../../src/alerts/signature.ts';
import { isForbiddenHost } from '../../src/alerts/target.ts';
import { createWebhookSender, webhookAddress } from '../../src/alerts/webhook.ts';
import { AlertEvent } from '../../src/contracts/alerts.ts';
import type { AlertMessage } from '../../src/sync/ports.ts';
import { certificate, trustAuthority } from '../fakes/fixed-certificates.ts';
import { startWebhookReceiver, verifyHook, type WebhookReceiver } from '../fakes/webhook-receiver.ts';

const opened: AlertMessage = {
  id: 'msg_1',
  kind: 'opened',
  at: '2026-11-21T10:00:00.000Z',
  opening: null,
  problem: {
    id: 'calendar-gone',
    severity: 'danger',
    title: 'The calendar is gone',
    cause: 'Ünïcode “cause”',
    action: 'Choose another',
    link: null,
    since: '2026-11-21T09:59:00.000Z',
  },
};
const secret = newWebhookSecret();
const never = new AbortController().signal;

function sender(url: string, change: { timeoutMs?: number; secret?: string } = {}) {
  return createWebhookSender({
    target: () => ({ url, secret: change.secret ?? secret }),
    agentId: 'agent',
    version: '1.2.3',
    clock: Date.now,
    ...(change.timeoutMs === undefined ? {} : { timeoutMs: change.timeoutMs }),
  });
}

describe('an alert to a webhook', () => {
  let receiver: WebhookReceiver;
  beforeAll(trustAuthority);
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
  });
  afterEach(async () => receiver[Symbol.asyncDispose]());

  it('is a CloudEvent as documented, signed so that a receiver can tell it is ours and whole', async () => {
    const receipt = await sender(receiver.url).send(opened, never);
    expect(receipt).toEqual({ status: 204, answer: '', refused: [] });
    const [hook] = receiver.received;
    if (hook === undefined) throw new Error('nothing arrived');
    verifyHook(hook, secret);
    expect(() => verifyHook({ ...hook, body: hook.body.replace('gone', 'fine') }, secret)).toThrow(/does not fit/);
    expect(() => verifyHook(hook, newWebhookSecret())).toThrow(/does not fit/);
    expect(hook.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'pbx-calendar-agent/1.2.3',
      'webhook-id': 'msg_1',
    });
    const event: unknown = JSON.parse(hook.body);
    expect(Check(AlertEvent, event)).toBe(true);
    expect(event).toEqual({
      specversion: '1.0',
      id: 'msg_1',
      source: '/calendar-agent/agent',
      type: 'calendar-agent.problem.opened.v1',
      time: opened.at,
      datacontenttype: 'application/json',
      data: { agent: 'agent', opening: null, problem: opened.problem },
    });
  });

  it('agrees with the example of the Standard Webhooks specification', async () => {
    // The test vector of the reference libraries.
    const { signedHeaders } = await import('../../src/alerts/signature.ts');
    const headers = signedHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body: '{"test": 2432232314}',
      at: 1_614_265_330_000,
    });
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('tells end and test by their type, and the end by the id of its beginning', async () => {
    await sender(receiver.url).send({ ...opened, id: 'msg_2', kind: 'closed', opening: 'msg_1' }, never);
    await sender(receiver.url).send({ ...opened, id: 'msg_3', kind: 'test', problem: null }, never);
    const events = receiver.received.map((hook) => JSON.parse(hook.body));
    expect(events.map((event) => event.type)).toEqual(['calendar-agent.problem.closed.v1', 'calendar-agent.test.v1']);
    expect(events[0].data.opening).toBe('msg_1');
    expect(events.every((event) => Check(AlertEvent, event))).toBe(true);
  });

  it.each([
    [301, 'webhook-redirect'],
    [307, 'webhook-redirect'],
    [400, 'webhook-refused'],
    [401, 'webhook-unauthorized'],
    [403, 'webhook-unauthorized'],
    [404, 'webhook-gone'],
    [410, 'webhook-gone'],
    [500, 'webhook-refused'],
  ])('is not taken for sent when the answer is %d', async (status, code) => {
    receiver.answer = (response) => response.writeHead(status, { location: receiver.url }).end('because\u0007');
    await expect(sender(receiver.url).send(opened, never)).rejects.toMatchObject({
      code,
      detail: { status: String(status), said: 'because' },
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('waits as long as the receiver asks', async () => {
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '120' }).end();
    await expect(sender(receiver.url).send(opened, never)).rejects.toMatchObject({ retryAfterMs: 120_000 });
  });

  it('reads no more of an answer than is shown, also from a server that never stops', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
    };
    const receipt = await sender(receiver.url).send(opened, never);
    expect(receipt.answer).toBe('x'.repeat(400));
  });

  it('gives up on a server that hangs, and at once when the agent stops', async () => {
    receiver.answer = () => {};
    await expect(sender(receiver.url, { timeoutMs: 50 }).send(opened, never)).rejects.toMatchObject({
      code: 'webhook-timeout',
    });
    const stop = new AbortController();
    const sending = sender(receiver.url).send(opened, stop.signal);
    await receiver.until(2);
    stop.abort();
    await expect(sending).rejects.toMatchObject({ code: 'alerts-interrupted' });
  });

  it('says that nothing listens, and that a name is not known', async () => {
    const { url } = receiver;
    await receiver[Symbol.asyncDispose]();
    await expect(sender(url).send(opened, never)).rejects.toMatchObject({
      code: 'webhook-unreachable',
      detail: { reason: 'nothing listens there' },
    });
    await expect(sender('https://nowhere.invalid/').send(opened, never)).rejects.toMatchObject({
      code: 'webhook-unreachable',
      detail: { reason: expect.stringMatching(/its name/) },
    });
    receiver = await startWebhookReceiver();
  });

  it('goes over TLS to a server whose certificate fits', async () => {
    await using secure = await startWebhookReceiver(certificate('localhost'));
    await sender(secure.url).send(opened, never);
    expect(secure.received).toHaveLength(1);
  });

  it.each([
    ['other-name', 'its certificate is for another name'],
    ['expired', 'its certificate has expired'],
    ['self-signed', 'its certificate is self-signed'],
  ] as const)('goes nowhere when the certificate is %s, and says why', async (name, reason) => {
    await using secure = await startWebhookReceiver(certificate(name));
    await expect(sender(secure.url).send(opened, never)).rejects.toMatchObject({
      code: 'webhook-certificate',
      detail: { reason },
    });
    expect(secure.received).toEqual([]);
  });

  it('goes through HTTPS_PROXY', async () => {
    await using secure = await startWebhookReceiver(certificate('localhost'));
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, client) => {
      asked.push(request.url ?? '');
      const server = connect(Number(new URL(secure.url).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        server.pipe(client).pipe(server);
      });
      server.on('error', () => client.destroy());
      client.on('error', () => server.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const restore = setGlobalProxyFromEnv({ https_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    try {
      await sender('https://hooks.example.com/x').send(opened, never);
      expect(asked).toEqual(['hooks.example.com:443']);
      expect(secure.received.map((hook) => hook.path)).toEqual(['/x']);
    } finally {
      restore();
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

describe('the address of a webhook', () => {
  it.each([
    'https://alerts.example.com/pbx?key=1',
    'https://10.0.0.5/hook',
    'https://192.168.1.20:8443/',
    'http://127.0.0.1:9000/',
    'http://localhost:9000/x',
    'http://[::1]:9000/',
  ])('may be %s', (text) => {
    expect(webhookAddress(text)).toBeInstanceOf(URL);
  });

  it.each([
    ['alerts.example.com', /whole address/],
    ['http://alerts.example.com/', /expects https/],
    ['http://localhost.example.com/', /expects https/],
    ['ftp://127.0.0.1/', /expects https/],
    ['javascript:alert(1)', /expects https/],
    ['https://user:secret@alerts.example.com/', /no user and password/],
    ['https://169.254.169.254/latest/meta-data/', /machine itself/],
    ['https://2852039166/', /machine itself/],
    ['https://0xa9.0xfe.0xa9.0xfe/', /machine itself/],
    ['https://[::ffff:169.254.169.254]/', /machine itself/],
    ['https://[fe80::1]/', /machine itself/],
    ['https://[fd00:ec2::254]/', /machine itself/],
    ['https://[64:ff9b::a9fe:a9fe]/', /machine itself/],
    ['https://metadata.google.internal/computeMetadata/v1/', /machine itself/],
    ['https://METADATA.google.internal./', /machine itself/],
    ['https://0.0.0.0/', /machine itself/],
    ['https://224.0.0.1/', /machine itself/],
  ])('may not be %s', (text, message) => {
    expect(webhookAddress(text)).toMatch(message);
  });

  it('is looked at again when a name is resolved', async () => {
    const { guardedLookup } = await import('../../src/alerts/target.ts');
    const found = await new Promise((resolve) => {
      guardedLookup('169.254.169.254', { all: true }, (error) => resolve(error));
    });
    expect(found).toMatchObject({ name: 'ForbiddenAddress' });
    const fine = await new Promise((resolve) => {
      guardedLookup('localhost', { all: false }, (error, address) => resolve([error, address]));
    });
    expect(fine).toEqual([null, expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]);
  });

  it('is a private one where the administrator wants it', () => {
    expect(['10.1.2.3', '172.16.0.1', '192.168.0.1', 'fd12::1', '127.0.0.1'].map(isForbiddenHost)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, setGlobalProxyFromEnv } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { calendarApi } from '../../../src/providers/google/calendar-api.ts';

const options = { headers: { authorization: 'Bearer token' }, timeout: 2_000 };

/** A server that answers as it is told and keeps what it was asked. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { line: string; body: string; headers: IncomingMessage['headers'] }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ line: `${request.method} ${request.url}`, body, headers: request.headers });
      answer(request, response);
    });
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    asked,
    sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const json = (response: ServerResponse, value: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(value));

describe('a call of the Calendar API', () => {
  it('names its resource in the path, whatever is in the name, and the rest in the query', async () => {
    await using server = await serve((_request, response) => json(response, {}));
    const api = calendarApi(server.url);
    const calendarId = 'ça/?#@group.calendar.google.com';
    await api.events.insert({ calendarId, sendUpdates: 'all', requestBody: { summary: 'Grüße' } }, options);
    await api.events.get({ calendarId, eventId: 'abc_20240429T080000Z' }, options);
    await api.calendarList.list({ maxResults: 250, pageToken: 'a+b/c=' }, options);
    const path = '/calendar/v3/calendars/%C3%A7a%2F%3F%23%40group.calendar.google.com/events';
    expect(server.asked.map((item) => item.line)).toEqual([
      `POST ${path}?sendUpdates=all`,
      `GET ${path}/abc_20240429T080000Z`,
      'GET /calendar/v3/users/me/calendarList?maxResults=250&pageToken=a%2Bb%2Fc%3D',
    ]);
    expect(server.asked.map((item) => item.body)).toEqual(['{"summary":"Grüße"}', '', '']);
    expect(server.asked[0]?.headers).toMatchObject({ authorization: 'Bearer token', 'content-length': '21' });
  });

  it.each(['', '.', '..'])('is not made where "%s" would name another resource', async (eventId) => {
    await using server = await serve((_request, response) => json(response, {}));
    const call = async () => calendarApi(server.url).events.delete({ calendarId: 'primary', eventId }, options);
    await expect(call()).rejects.toThrow('eventId names no resource');
    expect(server.asked).toEqual([]);
  });

  it('keeps its connection for the next one', async () => {
    await using server = await serve((_request, response) => json(response, { items: [] }));
    const api = calendarApi(server.url);
    for (let count = 0; count < 3; count += 1) await api.events.list({ calendarId: 'primary' }, options);
    expect(server.asked).toHaveLength(3);
    expect(server.sockets.size).toBe(1);
  });

  it('gives back the text of what is no JSON, and of JSON that was cut short', async () => {
    const answers = ['<html>', '{"a":'];
    await using server = await serve((_request, response) => {
      const text = answers.shift() ?? '';
      const type = text.startsWith('<') ? 'text/html' : 'application/json';
      response.writeHead(502, { 'content-type': type, 'retry-after': '7' }).end(text);
    });
    const api = calendarApi(server.url);
    const first = await api.events.list({ calendarId: 'primary' }, options);
    expect(first).toMatchObject({ status: 502, data: '<html>', headers: { 'retry-after': '7' } });
    expect((await api.events.list({ calendarId: 'primary' }, options)).data).toBe('{"a":');
  });

  it('ends in time when the answer begins and never ends', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"items":[');
    });
    const call = calendarApi(server.url).events.list({ calendarId: 'primary' }, { ...options, timeout: 100 });
    await expect(call).rejects.toMatchObject({ code: 'TimeoutError' });
  });

  it('is refused when the answer is longer than any that the API gives', async () => {
    await using server = await serve((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 32);
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => void (response.writable && response.write(chunk, more));
      more();
    });
    const call = calendarApi(server.url).events.list({ calendarId: 'primary' }, { ...options, timeout: 20_000 });
    await expect(call).rejects.toMatchObject({ code: 'too-long' });
  });

  it('goes through the proxy that the environment names', async () => {
    await using proxy = await serve((_request, response) => json(response, { items: [] }));
    const restore = setGlobalProxyFromEnv({ http_proxy: proxy.url });
    try {
      await calendarApi('http://calendar.example/').events.list({ calendarId: 'primary' }, options);
    } finally {
      restore();
    }
    expect(proxy.asked[0]?.line).toBe('GET http://calendar.example/calendar/v3/calendars/primary/events');
  });
});

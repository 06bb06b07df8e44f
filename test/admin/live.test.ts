import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { type ApiClient, signedIn, withToken } from '../fakes/api-client.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx } from '../fakes/pbx.ts';

interface Listener {
  response: Response;
  /** Resolves with the events so far once they fulfil the condition; raises when the stream ends before. */
  until(fits: (text: string) => boolean): Promise<string>;
  /** Resolves when the agent has ended the stream. */
  ended: Promise<void>;
  stop(): void;
}

async function listen(client: ApiClient): Promise<Listener> {
  const abort = new AbortController();
  const response = await client.open('/api/v1/live', abort.signal);
  let text = '';
  let over = false;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
    waiting.clear();
  };
  const ended = (async () => {
    try {
      for await (const part of response.body ?? []) {
        text += Buffer.from(part).toString();
        wake();
      }
    } catch {
      // A connection that is cut off has ended as well.
    }
    over = true;
    wake();
  })();
  return {
    response,
    ended,
    stop: () => abort.abort(),
    async until(fits) {
      while (!fits(text)) {
        if (over) throw new Error(`the stream ended after ${JSON.stringify(text)}`);
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
      return text;
    },
  };
}

/** The topics of every `changed` so far. */
const told = (text: string): string[] =>
  [...text.matchAll(/^event: changed\ndata: (.*)$/gm)].flatMap((match) => JSON.parse(match[1] ?? '[]'));

describe('the live stream', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let admin: ApiClient;

  beforeEach(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google });
    admin = await signedIn(agent.url, 'admin', PASSWORD);
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('greets, and names what has changed, gathered over a second', async () => {
    const live = await listen(admin);
    expect(live.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(live.response.headers.get('x-accel-buffering')).toBe('no');
    expect(live.response.headers.get('cache-control')).toContain('no-store');
    expect(live.response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await live.until((text) => text.includes('hello'))).toMatch(/^retry: \d+\nevent: hello\ndata: \{\}\n\n/);

    await using pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await live.until((text) => told(text).includes('devices') && told(text).includes('status'));
    for (let index = 0; index < 20; index += 1)
      await pbx.send(meetingEvent({ id: `e${index}`, data: { uid: `m${index}` } }));
    const text = await live.until((all) =>
      ['meetings', 'activity', 'logs'].every((topic) => told(all).includes(topic)),
    );
    expect(told(text).filter((topic) => topic === 'meetings').length).toBeLessThan(5);
    live.stop();
  });

  it('names what people do, for a token as for a session', async () => {
    const made = await admin.call('POST', '/api/v1/tokens', { name: 'Wallboard', scope: 'read' });
    const live = await listen(withToken(agent.url, made.body.token));
    await live.until((text) => text.includes('hello'));
    await admin.call('POST', '/api/v1/users', { name: 'ann', role: 'auditor', password: PASSWORD });
    await live.until((text) => told(text).includes('activity'));
    await admin.call('DELETE', `/api/v1/tokens/${made.body.id}`);
    await live.ended;
  });

  it('ends with its session: at the sign-out, a removal, and no other', async () => {
    await admin.call('POST', '/api/v1/users', { name: 'ann', role: 'auditor', password: PASSWORD });
    const ann = await signedIn(agent.url, 'ann', PASSWORD);
    const other = await signedIn(agent.url, 'admin', PASSWORD);
    const streams = await Promise.all([admin, ann, other].map(listen));
    const [mine, hers, its] = streams as [Listener, Listener, Listener];
    await other.call('DELETE', '/api/v1/session');
    await its.ended;
    await admin.call('DELETE', '/api/v1/users/ann');
    await hers.ended;
    await mine.until((text) => told(text).includes('activity'));
    mine.stop();
  });

  it('is opened four times at most for one session, and again when one of them is closed', async () => {
    const streams = [];
    for (let index = 0; index < 4; index += 1) streams.push(await listen(admin));
    const fifth = await admin.open('/api/v1/live');
    expect([fifth.status, (await fifth.json()).code]).toEqual([429, 'too-many-streams']);
    streams[0]?.stop();
    await streams[0]?.ended;
    await expect
      .poll(
        async () => {
          const again = await listen(admin);
          streams.push(again);
          return again.response.status;
        },
        { timeout: 5_000 },
      )
      .toBe(200);
    for (const stream of streams) stream.stop();
  });

  it('does not hold up the end of the agent', async () => {
    const live = await listen(admin);
    await live.until((text) => text.includes('hello'));
    const began = Date.now();
    expect(await agent.kill()).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    await live.ended;
  });
});

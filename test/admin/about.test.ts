import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { signedIn } from '../fakes/api-client.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';

describe('what the agent tells of itself', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;

  beforeEach(async () => {
    google = await startCalendar();
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('names its version and the licence of every package it depends on, and gives their texts', async () => {
    agent = await startAgentProcess({ google });
    const admin = await signedIn(agent.url, 'admin', PASSWORD);
    const { body } = await admin.call('GET', '/api/v1/about');
    expect(body).toMatchObject({ version: manifest.version, licence: 'Apache-2.0', node: process.versions.node });
    expect(Date.now() - Date.parse(body.startedAt)).toBeLessThan(60_000);
    const found = new Map(body.packages.map((item: { name: string; version: string }) => [item.name, item.version]));
    expect([...found.keys()]).toEqual(expect.arrayContaining(['fastify', 'luxon', 'mqtt', 'typebox']));
    expect(found.get('luxon')).toBe(manifest.dependencies.luxon);
    expect([...found.keys()]).not.toContain('vitest');
    for (const item of body.packages) expect(item.licence, item.name).not.toBe('');
    const texts = await admin.call('GET', '/api/v1/about/licences');
    expect(texts.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(texts.body).toContain('Apache License');
    expect(texts.body).toContain(`## luxon - ${manifest.dependencies.luxon} (MIT)`);
  });

  it('tells how it is connected to its broker, and tries the connection', async () => {
    agent = await startAgentProcess({ google });
    const admin = await signedIn(agent.url, 'admin', PASSWORD);
    expect((await admin.call('GET', '/api/v1/mqtt')).body).toMatchObject({
      state: 'connected',
      reason: null,
      url: agent.mqttUrl,
      embedded: true,
      username: null,
      clientId: 'calendar-agent-agent',
      topicPrefix: 'pbx',
      session: 'none',
    });
    const tried = await admin.call('POST', '/api/v1/mqtt/test');
    expect(tried).toMatchObject({ status: 200, body: { topic: 'calendar-agent/agent/status' } });
    expect(tried.body.tookMs).toBeGreaterThanOrEqual(0);
    const { items } = (await admin.call('GET', '/api/v1/activity')).body;
    expect(items[0]).toMatchObject({ action: 'MQTT connection tried', actor: 'admin' });
  });

  it('says why it is not connected, and what was tried', async () => {
    const broker = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => broker.once('listening', resolve));
    const { port } = broker.address() as { port: number };
    try {
      agent = await startAgentProcess({
        google,
        mqttUrl: `mqtt://127.0.0.1:${port}`,
        env: { MQTT_USERNAME: 'agent', MQTT_PASSWORD: 'secret of the broker' },
      });
      const admin = await signedIn(agent.url, 'admin', PASSWORD);
      const view = (await admin.call('GET', '/api/v1/mqtt')).body;
      expect(view).toMatchObject({ state: 'connecting', embedded: false, username: 'agent' });
      const tried = await admin.call('POST', '/api/v1/mqtt/test');
      expect(tried).toMatchObject({ status: 503, body: { code: 'mqtt-unavailable' } });
      expect(tried.body.detail).toContain(`mqtt://127.0.0.1:${port}`);
      expect(JSON.stringify([view, tried.body])).not.toContain('secret of the broker');
    } finally {
      broker.close();
    }
  });
});

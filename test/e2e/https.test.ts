import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { certificateAuthority } from '../fakes/certificates.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { type AgentProcess, PASSWORD, startAgentProcess, startCalendar } from './harness.ts';

const authority = certificateAuthority();

describe('the admin pages over https', () => {
  let google: GoogleStandIn;
  beforeAll(async () => {
    google = await startCalendar();
  });
  afterAll(() => google[Symbol.asyncDispose]());

  function folder(): string {
    const dir = mkdtempSync(join(tmpdir(), 'https-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    return dir;
  }

  it('have a certificate of their own on an address that others reach, the same after a restart', async () => {
    const dataDir = folder();
    const fingerprints: string[] = [];
    for (const start of [1, 2]) {
      await using agent = await startAgentProcess({ google, dataDir, env: { HOST: '0.0.0.0' } });
      expect(agent.url, `start ${start}`).toMatch(/^https:/);
      const logged = agent.output.map((line) => JSON.parse(line)).find((line) => 'fingerprint' in line)?.fingerprint;
      const { peer } = await handshake(agent);
      expect(peer.fingerprint256).toBe(logged);
      fingerprints.push(peer.fingerprint256);
      const pem = certificatePem(peer);
      const signIn = await ask(agent, {
        ca: pem,
        path: '/api/v1/session',
        body: { username: 'admin', password: PASSWORD },
      });
      expect(signIn.status).toBe(204);
      expect(signIn.headers['set-cookie']?.[0]).toMatch(/; Secure/);
      expect(signIn.headers['strict-transport-security']).toBeUndefined();
      const status = await ask(agent, { ca: pem, path: '/api/v1/status', cookie: signIn.cookie });
      expect(status.body.certificate).toMatchObject({ own: true, fingerprint: peer.fingerprint256 });
    }
    expect(fingerprints[0]).toBe(fingerprints[1]);
    expect(statSync(join(dataDir, 'tls')).mode & 0o777).toBe(0o700);
  });

  it('take a renewed certificate without a restart, and keep the earlier one when it is damaged', async () => {
    const dir = folder();
    const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    const write = ({ cert, key }: { cert: string; key: string }) => {
      writeFileSync(certFile, cert);
      writeFileSync(keyFile, key);
    };
    const [ends, renewed] = [authority.issue({ days: 10 }), authority.issue({ names: ['agent.example.com'] })];
    write(ends);
    await using agent = await startAgentProcess({ google, env: { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } });
    const signIn = await ask(agent, { path: '/api/v1/session', body: { username: 'admin', password: PASSWORD } });
    expect(signIn.headers['strict-transport-security']).toBe('max-age=31536000');
    const status = async () => (await ask(agent, { path: '/api/v1/status', cookie: signIn.cookie })).body;
    const problems = async () =>
      (await status()).problems
        .map((item: { id: string }) => item.id)
        .filter((id: string) => id.startsWith('certificate'));
    expect(await problems()).toEqual(['certificate-ends']);
    const before = await handshake(agent);

    const unusable = heard(agent, /cannot be used/);
    write({ cert: renewed.cert, key: ends.key });
    agent.child.kill('SIGHUP');
    await unusable;
    expect((await handshake(agent)).peer.fingerprint256).toBe(before.peer.fingerprint256);
    await heard(agent, /"problem":"certificate-unusable"/);
    expect(await problems()).toEqual(expect.arrayContaining(['certificate-unusable', 'certificate-ends']));

    const taken = heard(agent, /"ended: The new certificate cannot be used"/);
    write(renewed);
    await taken;
    const { peer } = await handshake(agent);
    expect(peer.fingerprint256).not.toBe(before.peer.fingerprint256);
    expect((await status()).certificate).toMatchObject({ own: false, fingerprint: peer.fingerprint256 });
    expect(await problems()).toEqual([]);
    const named = await ask(agent, { path: '/healthz', host: 'agent.example.com' });
    expect([named.status, (await ask(agent, { path: '/healthz', host: 'evil.example.com' })).status]).toEqual([
      200, 421,
    ]);
    expect(await agent.kill()).toBe(0);
  });
});

/** Resolves when the process has printed such a line, or has already. */
async function heard(agent: AgentProcess, words: RegExp): Promise<void> {
  while (!agent.output.some((line) => words.test(line))) {
    if (agent.child.stdout === null) throw new Error('no output');
    await once(agent.child.stdout, 'data');
    // The harness reads the same stream line by line; its lines are there a turn later.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function handshake(agent: AgentProcess): Promise<{ peer: PeerCertificate }> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(agent.url).port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const peer = socket.getPeerCertificate();
  socket.destroy();
  return { peer };
}

const certificatePem = (peer: PeerCertificate) =>
  `-----BEGIN CERTIFICATE-----\n${peer.raw.toString('base64')}\n-----END CERTIFICATE-----\n`;

interface Asked {
  path: string;
  body?: unknown;
  cookie?: string;
  host?: string;
  /** Whom to trust; the test's own authority otherwise. */
  ca?: string;
}

/** A request on a connection of its own, with the certificate checked. */
async function ask(agent: AgentProcess, { path, body, cookie, host, ca = authority.ca }: Asked) {
  const sent = request({
    host: '127.0.0.1',
    port: new URL(agent.url).port,
    path,
    // Without a name of its own, node:https would check the certificate against the Host header.
    servername: '',
    method: body === undefined ? 'GET' : 'POST',
    ca,
    agent: false,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(host === undefined ? {} : { host }),
    },
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = await once(sent, 'response');
  const text = Buffer.concat(await answer.toArray()).toString();
  return {
    status: answer.statusCode as number,
    headers: answer.headers as Record<string, string | undefined> & { 'set-cookie'?: string[] },
    cookie: answer.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '',
    body: text.startsWith('{') ? JSON.parse(text) : text,
  };
}

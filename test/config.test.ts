import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { certificateAuthority } from './fakes/certificates.ts';

describe('the configuration', () => {
  it('has safe defaults', () => {
    const read = readConfig({});
    expect(read).toMatchObject({
      ok: true,
      config: { host: '127.0.0.1', port: 8480, devices: '*', mqtt: { url: null, embeddedPort: 1883, prefix: 'pbx' } },
    });
  });

  it('reports every problem at once, each with the name of its variable', () => {
    const read = readConfig({
      PORT: 'http',
      ADMIN_PASSWORD: 'short',
      MQTT_URL: 'http://broker',
      MQTT_TOPIC_PREFIX: '/pbx/',
      AGENT_ID: 'Agent One',
      DEVICES: 'a,B',
      GOOGLE_TOKEN_URL: 'http://token.example.com',
      PUBLIC_URL: 'https://x.example.com/path',
      TLS_CERT_FILE: '/nowhere/cert.pem',
    });
    const names = read.ok ? [] : read.problems.map((line) => line.split(':', 1)[0]);
    expect(new Set(names)).toEqual(
      new Set([
        'PORT',
        'ADMIN_PASSWORD',
        'MQTT_URL',
        'MQTT_TOPIC_PREFIX',
        'AGENT_ID',
        'DEVICES',
        'GOOGLE_TOKEN_URL',
        'PUBLIC_URL',
        'TLS_CERT_FILE',
        'TLS_KEY_FILE',
      ]),
    );
  });

  it('keeps secrets apart from what may be logged', () => {
    const read = readConfig({ ADMIN_PASSWORD: 'correct horse', MQTT_USERNAME: 'a', MQTT_PASSWORD: 'hidden-1' });
    expect(read.ok && JSON.stringify(read.config)).not.toMatch(/horse|hidden/);
  });

  it('takes plain http on loopback, and outside only where it was allowed', () => {
    const tls = (env: Record<string, string>) => {
      const read = readConfig(env);
      return read.ok ? read.config.tls : read.problems;
    };
    for (const HOST of ['127.0.0.1', 'localhost', '::1', '[::1]']) expect(tls({ HOST }), HOST).toBeNull();
    for (const HOST of ['0.0.0.0', '::', '192.0.2.1', 'agent.lan']) {
      expect(tls({ HOST }), HOST).toBe('self-signed');
      expect(tls({ HOST, ALLOW_PLAIN_HTTP: 'true' }), HOST).toBeNull();
    }
  });

  it('takes a certificate only with the key that belongs to it', () => {
    const authority = certificateAuthority();
    const [one, other] = [authority.issue(), authority.issue()];
    const dir = mkdtempSync(join(tmpdir(), 'config-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const file = (name: string, content: string) => {
      writeFileSync(join(dir, name), content);
      return join(dir, name);
    };
    const TLS_CERT_FILE = file('cert.pem', one.cert);
    const TLS_KEY_FILE = file('key.pem', one.key);
    const read = (env: Record<string, string>) => {
      const result = readConfig(env);
      return result.ok ? result.config.tls : result.problems.join();
    };
    expect(read({ TLS_CERT_FILE, TLS_KEY_FILE })).toEqual({ certFile: TLS_CERT_FILE, keyFile: TLS_KEY_FILE });
    expect(read({ TLS_CERT_FILE })).toMatch(/^TLS_KEY_FILE: is needed as well/);
    expect(read({ TLS_KEY_FILE })).toMatch(/^TLS_CERT_FILE: is needed as well/);
    expect(read({ TLS_CERT_FILE, TLS_KEY_FILE: file('other.pem', other.key) })).toMatch(/does not belong/);
  });
});

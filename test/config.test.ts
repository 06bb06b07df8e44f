import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

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
      HOST: '0.0.0.0',
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
        'HOST',
        'ADMIN_PASSWORD',
        'MQTT_URL',
        'MQTT_TOPIC_PREFIX',
        'AGENT_ID',
        'DEVICES',
        'GOOGLE_TOKEN_URL',
        'PUBLIC_URL',
        'TLS_CERT_FILE',
      ]),
    );
  });

  it('keeps secrets apart from what may be logged', () => {
    const read = readConfig({ ADMIN_PASSWORD: 'correct horse', MQTT_USERNAME: 'a', MQTT_PASSWORD: 'hidden-1' });
    expect(read.ok && JSON.stringify(read.config)).not.toMatch(/horse|hidden/);
  });

  it('takes plain http outside only where it was allowed', () => {
    expect(readConfig({ HOST: '0.0.0.0', ALLOW_PLAIN_HTTP: 'true' }).ok).toBe(true);
  });
});

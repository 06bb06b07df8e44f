import { getDiffieHellman } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFingerprint, spellFingerprint, type TlsTrust } from '../../../firmware-bridge/pbx/tls.ts';
import { openTransport } from '../../../firmware-bridge/pbx/transport.ts';
import { selfSigned } from '../../../firmware-bridge/simulator/certificate.ts';
import type { Simulator } from '../../../firmware-bridge/simulator/server.ts';
import { certificate, simulator } from '../harness.ts';

const nothing: TlsTrust = { fingerprint: null, ca: null, insecure: false, securityLevel: null };
const challenge = { user: 'calendar', version: '1.0' };

describe('the way to the API', () => {
  let pbx: Simulator;
  beforeAll(async () => {
    pbx = await simulator();
  });
  afterAll(() => pbx?.[Symbol.asyncDispose]());

  const ask = async (tls: Partial<TlsTrust>, options: { url?: string; timeoutMs?: number; maxBytes?: number } = {}) => {
    using transport = openTransport({ url: pbx.url, tls: { ...nothing, ...tls }, ...options });
    return transport.call('challenge', challenge);
  };

  it('takes the certificate whose fingerprint was set', async () => {
    expect(await ask({ fingerprint: pbx.fingerprint })).toEqual({ challenge: expect.stringMatching(/^\d{16}$/) });
  });

  it('sends nothing to whoever shows another certificate', async () => {
    const before = pbx.api.counts.get('challenge');
    await expect(ask({ fingerprint: selfSigned().fingerprint })).rejects.toMatchObject({
      code: 'pbx-certificate',
      detail: { shown: spellFingerprint(pbx.fingerprint) },
    });
    await expect(ask({})).rejects.toMatchObject({ code: 'pbx-certificate' });
    expect(pbx.api.counts.get('challenge')).toBe(before);
  });

  it('takes a certificate of a given authority, or any by explicit choice', async () => {
    expect(await ask({ ca: certificate().cert })).toHaveProperty('challenge');
    expect(await ask({ insecure: true })).toHaveProperty('challenge');
  });

  it('reaches an old unit with a short key exchange only at the level that was set for it', async () => {
    const group = getDiffieHellman('modp2');
    await using old = await simulator({
      tls: {
        maxVersion: 'TLSv1.2',
        ciphers: 'DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0',
        dhparam: pem('DH PARAMETERS', sequence([integer(group.getPrime()), integer(group.getGenerator())])),
      },
    });
    await expect(ask({ fingerprint: old.fingerprint }, { url: old.url })).rejects.toMatchObject({ code: 'pbx-tls' });
    expect(await ask({ fingerprint: old.fingerprint, securityLevel: 0 }, { url: old.url })).toHaveProperty('challenge');
  });

  it('tells a web page, another answer, silence, slowness and too much from an answer', async () => {
    const pin = { fingerprint: pbx.fingerprint };
    pbx.api.switches.html = true;
    await expect(ask(pin)).rejects.toMatchObject({ code: 'not-a-pbx', message: expect.stringContaining('a web page') });
    pbx.api.switches.html = false;
    pbx.api.switches.slowMs = 2_000;
    await expect(ask(pin, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'pbx-timeout' });
    pbx.api.switches.slowMs = 0;
    await expect(ask(pin, { maxBytes: 8 })).rejects.toMatchObject({ code: 'pbx-answer' });
    await expect(ask(pin, { url: 'https://127.0.0.1:1' })).rejects.toMatchObject({ code: 'pbx-unreachable' });
    const { cert, key, fingerprint } = certificate();
    const portal = createServer({ cert, key }, (_, response) => response.writeHead(302, { location: '/login' }).end());
    portal.listen(0, '127.0.0.1');
    await once(portal, 'listening');
    const address = portal.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(ask({ fingerprint }, { url: `https://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'not-a-pbx',
      detail: { http: '302' },
    });
    portal.closeAllConnections();
    portal.close();
  });

  it('asks one question at a time', async () => {
    using transport = openTransport({ url: pbx.url, tls: { ...nothing, fingerprint: pbx.fingerprint } });
    pbx.api.switches.slowMs = 30;
    const started = performance.now();
    await Promise.all([1, 2, 3].map(() => transport.call('challenge', challenge)));
    pbx.api.switches.slowMs = 0;
    expect(performance.now() - started).toBeGreaterThan(85);
  });

  it('reads again, but never writes again, when a kept connection had been closed', async () => {
    using transport = openTransport({ url: pbx.url, tls: { ...nothing, fingerprint: pbx.fingerprint } });
    await transport.call('challenge', challenge);
    await pbx.down();
    await pbx.up();
    await expect(transport.call('getSystemStatus', { cookie: 'none' })).rejects.toMatchObject({ code: 'pbx-session' });
  });
});

describe('a fingerprint', () => {
  const hex = 'ab'.repeat(32);
  it.each([hex, hex.toUpperCase(), spellFingerprint(hex), `SHA256:${hex}`, `sha-256 ${hex}`])(
    'is read from %s',
    (text) => {
      expect(readFingerprint(text)).toBe(hex);
    },
  );
  it.each(['', 'ab:cd', hex.slice(2), `${hex}00`, 'g'.repeat(64)])('is not read from "%s"', (text) => {
    expect(readFingerprint(text)).toBeNull();
  });
});

/** DER, as little of it as the two numbers of a group need. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
const integer = (value: Buffer) => der(2, (value[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), value]) : value);
const sequence = (parts: Buffer[]) => der(48, Buffer.concat(parts));
const pem = (name: string, content: Buffer) =>
  `-----BEGIN ${name}-----\n${content.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${name}-----\n`;

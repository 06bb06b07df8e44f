import { generateKeyPairSync, randomBytes } from 'node:crypto';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/admin/password.ts';
import { AppError } from '../../src/errors.ts';
import { describeError } from '../../src/log.ts';
import { LogMask } from '../../src/log-mask.ts';

/** Known by its value: whatever the environment or the settings hold. */
const KNOWN = {
  ADMIN_PASSWORD: 'correct horse "battery" \\ staple',
  METRICS_TOKEN: 'metrics-7f3a',
  MQTT_PASSWORD: 'p@ss w/ö%rd',
  'password of the mail server': 'hunter2',
  'state of the attempt': randomBytes(32).toString('base64url'),
};
/** Known by its shape. */
const SHAPED = {
  'client secret': 'GOCSPX-aBc_dEf-1234567890',
  'refresh token': '1//0gabcdefghijklmnop-QRSTUV_wx',
  'access token': 'ya29.a0AfB_byC-1234567890abcdefghij',
  'authorization code': '4/0AVMBsJabcdefghijklmnop_qrs-t',
  'encoded code': '4%2F0AVMBsJabcdefghijklmnop_qrs-t',
  'id token': 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMDAxIn0.c2lnbmF0dXJl-_x',
  'API token': `pca_${randomBytes(32).toString('base64url')}`,
  'signing secret': `whsec_${randomBytes(32).toString('base64')}`,
  'password hash': await hashPassword('a password'),
  'private key': generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
};
/** Known by the name of the member that holds it. */
const NAMED = [
  'password',
  'hostPassword',
  'clientSecret',
  'client_secret',
  'refresh_token',
  'accessToken',
  'cookie',
  'set-cookie',
  'Authorization',
  'code_verifier',
  'setupToken',
  'x-api-key',
];

function logged(write: (log: pino.Logger) => void, mask = new LogMask()): string {
  let text = '';
  write(
    pino(
      { base: null, serializers: { err: describeError } },
      {
        write(line) {
          text += mask.apply(line);
        },
      },
    ),
  );
  for (const line of text.trimEnd().split('\n')) JSON.parse(line);
  return text;
}

/** A secret wherever it might be written by mistake. */
function everywhere(log: pino.Logger, secret: string): void {
  log.info({ harmless: secret }, 'as a member');
  log.info({ deep: { list: [{ harmless: secret }] } }, 'deep down');
  log.info(`in the words: ${secret}, and after`);
  log.info({ body: JSON.stringify({ harmless: secret, list: [secret] }) }, 'in JSON within JSON');
  log.info({ url: `https://example.com/x?y=${encodeURIComponent(secret)}&z=1` }, 'in an address');
  log.error({ err: new Error(`refused ${secret}`) }, 'in an error');
  log.error({ err: new AppError('x', secret, { detail: { said: secret }, cause: new Error(secret) }) }, 'in ours');
}

/** Neither as it is, nor as JSON or an address writes it. */
function forms(secret: string): string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [secret, quoted, JSON.stringify(quoted).slice(1, -1), encodeURIComponent(secret)];
}

describe('the mask of the log', () => {
  it.each(Object.entries(KNOWN))('hides %s, which it was told', (_name, secret) => {
    const mask = new LogMask();
    const text = (hidden: boolean) => {
      if (hidden) mask.hide(() => [undefined, null, secret]);
      return logged((log) => everywhere(log, secret), mask);
    };
    expect(text(false)).toContain(forms(secret)[1]);
    const masked = text(true);
    for (const form of forms(secret)) expect(masked).not.toContain(form);
    expect(masked).toContain('in an error');
  });

  it.each(Object.entries(SHAPED))('hides a %s by its shape', (_name, secret) => {
    const masked = logged((log) => everywhere(log, secret));
    for (const form of forms(secret)) expect(masked).not.toContain(form);
    for (const piece of secret.split(/\s+/).filter((part) => part.length > 20)) expect(masked).not.toContain(piece);
    expect(masked).toContain('and after');
  });

  it.each(NAMED)('hides whatever stands in a member %s', (name) => {
    const secret = 'anything "at" \\ all';
    const masked = logged((log) => {
      log.info({ [name]: secret, kept: 'beside it' }, 'a message');
      log.info({ deep: [{ [name]: secret, kept: 'beside it' }] }, 'a message');
      log.info({ body: JSON.stringify({ [name]: secret, kept: 'beside it' }) }, 'a message');
      log.info({ body: JSON.stringify({ inner: JSON.stringify({ [name]: secret }), kept: 'beside it' }) }, 'a message');
    });
    expect(masked).not.toContain('anything');
    expect(masked.match(/beside it/g)).toHaveLength(4);
    expect(masked.match(/"msg":"a message"/g)).toHaveLength(4);
  });

  it('hides what an address or a header carries', () => {
    const masked = logged((log) => {
      log.info({ url: 'mqtt://agent:s3cr3t-word@broker.lan:1883' }, 'x');
      log.info('GET /google?state=abc&code=plain-code-1 with Bearer abc.def-123 and Basic dXNlcjpwYXNz');
      log.info('client_secret=plain-secret-1&grant_type=refresh_token&refresh_token=plain-token-1');
    });
    for (const secret of [
      's3cr3t-word',
      'plain-code-1',
      'abc.def-123',
      'dXNlcjpwYXNz',
      'plain-secret-1',
      'plain-token-1',
    ])
      expect(masked).not.toContain(secret);
    expect(masked).toContain('broker.lan:1883');
    expect(masked).toContain('grant_type=refresh_token');
  });

  it('leaves alone what holds no secret', () => {
    const line = `${JSON.stringify({
      level: 30,
      time: '2026-11-21T08:00:00.000Z',
      component: 'meetings',
      device: 'c074ad123456',
      uid: '6500-20240429-1',
      msg: 'ready: admin page http://127.0.0.1:8480, MQTT mqtt://127.0.0.1:1883, 4/5 tokens of text, code 409',
    })}\n`;
    const mask = new LogMask();
    mask.hide(() => ['abc', '', null]);
    expect(mask.apply(line)).toBe(line);
  });
});

import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { type Env, EnvReader } from './env.ts';
import { readPair } from './tls/pair.ts';

/** Everything that the environment decides and anyone may read. */
export interface Config {
  host: string;
  port: number;
  /** null = plain http. */
  tls: { certFile: string; keyFile: string } | 'self-signed' | null;
  trustProxy: string | null;
  /** An origin without trailing slash. */
  publicUrl: string | null;
  dataDir: string;
  secretKeyFile: string;
  mqtt: { url: string | null; embeddedPort: number; prefix: string; ca: string | null };
  agentId: string;
  devices: string[] | '*';
  google: { authorizationUrl: string; tokenUrl: string; revocationUrl: string; calendarUrl: string };
  retentionDays: number;
  logLevel: string;
}

export interface Secrets {
  adminPassword: string | undefined;
  metricsToken: string | undefined;
  mqttUsername: string | undefined;
  mqttPassword: string | undefined;
}

export type ReadConfig = { ok: true; config: Config; secrets: Secrets } | { ok: false; problems: string[] };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** The environment as contract.md lists it. Every problem is reported at once, each naming its variable. */
export function readConfig(env: Env): ReadConfig {
  const reader = new EnvReader(env);
  const dataDir = reader.text('DATA_DIR') ?? './data';
  const web = readWeb(reader);
  const config: Config = {
    ...web,
    dataDir,
    secretKeyFile: reader.text('SECRET_KEY_FILE') ?? join(dataDir, 'secret.key'),
    mqtt: {
      url: readMqttUrl(reader),
      embeddedPort: reader.integer('EMBEDDED_BROKER_PORT', { min: 0, max: 65_535, fallback: 1883 }),
      prefix: reader.matching('MQTT_TOPIC_PREFIX', {
        pattern: /^[a-z0-9-]+(\/[a-z0-9-]+)*$/,
        expects: 'expects lower-case words of letters, digits and "-", separated by "/"',
        fallback: 'pbx',
      }),
      ca: readAuthority(reader),
    },
    agentId: reader.matching('AGENT_ID', {
      pattern: /^[a-z0-9-]{1,32}$/,
      expects: 'expects 1 to 32 lower-case letters, digits and "-"',
      fallback: 'agent',
    }),
    devices: readDevices(reader),
    google: {
      authorizationUrl: readEndpoint(
        reader,
        'GOOGLE_AUTHORIZATION_URL',
        'https://accounts.google.com/o/oauth2/v2/auth',
      ),
      tokenUrl: readEndpoint(reader, 'GOOGLE_TOKEN_URL', 'https://oauth2.googleapis.com/token'),
      revocationUrl: readEndpoint(reader, 'GOOGLE_REVOCATION_URL', 'https://oauth2.googleapis.com/revoke'),
      calendarUrl: readCalendarUrl(reader),
    },
    retentionDays: reader.integer('RETENTION_DAYS', { min: 1, max: 36_500, fallback: 400 }),
    logLevel: reader.matching('LOG_LEVEL', {
      pattern: /^(fatal|error|warn|info|debug|trace|silent)$/,
      expects: 'expects one of fatal, error, warn, info, debug, trace, silent',
      fallback: 'info',
    }),
  };
  const adminPassword = reader.secret('ADMIN_PASSWORD');
  if (adminPassword !== undefined && adminPassword.length < 8)
    reader.fault('ADMIN_PASSWORD', 'expects at least 8 characters');
  const secrets: Secrets = {
    adminPassword,
    metricsToken: reader.secret('METRICS_TOKEN'),
    mqttUsername: reader.text('MQTT_USERNAME'),
    mqttPassword: reader.secret('MQTT_PASSWORD'),
  };
  if (secrets.mqttPassword !== undefined && secrets.mqttUsername === undefined) {
    reader.fault('MQTT_USERNAME', 'is needed where MQTT_PASSWORD is set');
  }
  return reader.problems.length > 0 ? { ok: false, problems: reader.problems } : { ok: true, config, secrets };
}

function readWeb(reader: EnvReader) {
  const host = reader.text('HOST') ?? '127.0.0.1';
  return {
    host,
    port: reader.integer('PORT', { min: 0, max: 65_535, fallback: 8480 }),
    tls: readTls(reader, host),
    trustProxy: reader.text('TRUST_PROXY') ?? null,
    publicUrl: readPublicUrl(reader),
  };
}

/** Passwords do not travel in the clear beyond this machine, unless a proxy in front sees to it. */
function readTls(reader: EnvReader, host: string): Config['tls'] {
  const certFile = reader.text('TLS_CERT_FILE');
  const keyFile = reader.text('TLS_KEY_FILE');
  const plain = reader.flag('ALLOW_PLAIN_HTTP');
  if (certFile === undefined && keyFile === undefined) return LOOPBACK.test(host) || plain ? null : 'self-signed';
  const cert = reader.file('TLS_CERT_FILE');
  const key = reader.file('TLS_KEY_FILE');
  if (certFile === undefined || keyFile === undefined) {
    reader.fault(
      certFile === undefined ? 'TLS_CERT_FILE' : 'TLS_KEY_FILE',
      'is needed as well: certificate and key go together',
    );
    return null;
  }
  if (cert !== undefined && key !== undefined) checkPair(reader, cert, key);
  return { certFile, keyFile };
}

function checkPair(reader: EnvReader, cert: string, key: string): void {
  try {
    readPair(cert, key);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reader.fault(
      'TLS_CERT_FILE',
      `expects, with TLS_KEY_FILE, a PEM certificate and the key that belongs to it (${why})`,
    );
  }
}

function readAuthority(reader: EnvReader): string | null {
  const pem = reader.file('MQTT_CA_FILE');
  if (pem === undefined) return null;
  try {
    // TLS itself passes over what it cannot read, and then trusts nobody.
    new X509Certificate(pem);
  } catch {
    reader.fault('MQTT_CA_FILE', 'expects a file with PEM certificates');
  }
  return pem;
}

function readPublicUrl(reader: EnvReader): string | null {
  const text = reader.text('PUBLIC_URL');
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  ) {
    reader.fault('PUBLIC_URL', 'expects an origin such as https://calendar.example.com, without a path');
    return null;
  }
  return url.origin;
}

function readMqttUrl(reader: EnvReader): string | null {
  const text = reader.text('MQTT_URL');
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^(mqtts?|wss?):$/.test(url.protocol) || url.hostname === '') {
    reader.fault('MQTT_URL', 'expects mqtt://, mqtts://, ws:// or wss:// with a host, such as mqtt://broker.lan:1883');
    return null;
  }
  if (url.username !== '' || url.password !== '') {
    reader.fault('MQTT_URL', 'must not hold a password; use MQTT_USERNAME and MQTT_PASSWORD');
    return null;
  }
  return text;
}

function readDevices(reader: EnvReader): string[] | '*' {
  const text = reader.text('DEVICES') ?? '*';
  if (text === '*') return '*';
  const devices = text.split(',').map((device) => device.trim());
  const wrong = devices.find((device) => !/^[a-z0-9-]{1,64}$/.test(device));
  if (wrong !== undefined) reader.fault('DEVICES', `expects * or device ids separated by commas; "${wrong}" is none`);
  return devices;
}

/** Plain http is for tests on the own machine: a token must not travel in the clear. */
function readEndpoint(reader: EnvReader, name: string, fallback: string): string {
  const text = reader.text(name);
  if (text === undefined) return fallback;
  const url = URL.canParse(text) ? new URL(text) : null;
  const allowed =
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)));
  if (!allowed) {
    reader.fault(name, 'expects an https address (http only for loopback)');
    return fallback;
  }
  return text;
}

function readCalendarUrl(reader: EnvReader): string {
  const text = readEndpoint(reader, 'GOOGLE_CALENDAR_URL', 'https://www.googleapis.com/');
  const url = new URL(text);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    reader.fault('GOOGLE_CALENDAR_URL', 'expects an origin without a path; the Calendar API lies at /calendar/v3/');
  }
  return text;
}

import { type Env, EnvReader } from '../src/env.ts';
import { readDevicesFile } from './devices-file.ts';
import { loadDialect } from './dialect/load.ts';
import type { Dialect } from './dialect/schema.ts';
import { readFingerprint, type TlsTrust } from './pbx/tls.ts';
import { isCertificate, isZone, passwordFrom, readPbxUrl } from './reading.ts';
import type { BridgeConfig, Defaults, DeviceSettings } from './settings.ts';

/** Environment -> configuration of the bridge, or every problem at once. */

export type ReadConfig = { ok: true; config: BridgeConfig } | { ok: false; problems: string[] };

export const DEVICE_ID = /^[a-z0-9-]{1,64}$/;

export function readBridgeConfig(env: Env): ReadConfig {
  const reader = new EnvReader(env);
  const common = readCommon(reader);
  const defaults = readDefaults(reader);
  const listed = reader.text('DEVICES_FILE');
  const devices = listed === undefined ? readSingle(reader, defaults) : readSeveral(reader, listed, defaults);
  return reader.problems.length > 0
    ? { ok: false, problems: reader.problems }
    : { ok: true, config: { ...common, devices } };
}

function readCommon(reader: EnvReader): Omit<BridgeConfig, 'devices'> {
  return {
    dataDir: reader.text('DATA_DIR') ?? './data-bridge',
    logLevel: reader.matching('LOG_LEVEL', {
      pattern: /^(fatal|error|warn|info|debug|trace|silent)$/,
      expects: 'expects one of fatal, error, warn, info, debug, trace, silent',
      fallback: 'info',
    }),
    mqtt: {
      url: readMqttUrl(reader),
      ca: readCertificates(reader, 'MQTT_CA_FILE') ?? undefined,
      prefix: reader.matching('MQTT_TOPIC_PREFIX', {
        pattern: /^[a-z0-9-]+(\/[a-z0-9-]+)*$/,
        expects: 'expects small letters, digits and hyphens, parts separated by /',
        fallback: 'pbx',
      }),
    },
  };
}

function readDefaults(reader: EnvReader): Defaults {
  const username = reader.text('MQTT_USERNAME');
  const password = reader.secret('MQTT_PASSWORD');
  if (password !== undefined && username === undefined) {
    reader.fault('MQTT_USERNAME', 'is needed where MQTT_PASSWORD is set');
  }
  const timeZone = reader.text('PBX_TIME_ZONE') ?? null;
  if (timeZone !== null && !isZone(timeZone)) {
    reader.fault('PBX_TIME_ZONE', 'expects an IANA name such as Europe/Paris');
  }
  return {
    timeZone,
    pollSeconds: reader.integer('POLL_SECONDS', { min: 5, max: 3_600, fallback: 20 }),
    holdSeconds: reader.integer('PBX_HOLD_SECONDS', { min: 0, max: 604_800, fallback: 3_600 }),
    dialect: readDialectFile(reader, 'DIALECT_FILE'),
    allowWrite: reader.flag('PBX_ALLOW_WRITE'),
    lookUpAddresses: reader.flag('PBX_LOOK_UP_ADDRESSES'),
    mqtt: { username, password },
  };
}

function readSingle(reader: EnvReader, defaults: Defaults): DeviceSettings[] {
  const url = readPbxUrl(reader.text('PBX_URL'));
  if (!url.ok) reader.fault('PBX_URL', url.expects);
  const user = reader.text('PBX_USER');
  if (user === undefined) reader.fault('PBX_USER', 'expects the name of the API user of the PBX');
  const password = reader.secret('PBX_PASSWORD');
  if (password === undefined) {
    reader.fault('PBX_PASSWORD', 'expects the password of the API user (or PBX_PASSWORD_FILE a file with it)');
  }
  const id = reader.text('DEVICE_ID') ?? null;
  if (id !== null && !DEVICE_ID.test(id))
    reader.fault('DEVICE_ID', 'expects 1 to 64 small letters, digits and hyphens');
  const file = reader.text('PBX_PASSWORD_FILE');
  const tls = readTls(reader);
  if (!url.ok || user === undefined || password === undefined) return [];
  return [
    {
      ...defaults,
      url: url.origin,
      user,
      password: file === undefined ? () => password : passwordFrom(file),
      tls,
      id,
      name: reader.text('PBX_NAME') ?? null,
    },
  ];
}

function readSeveral(reader: EnvReader, path: string, defaults: Defaults): DeviceSettings[] {
  for (const name of ['PBX_URL', 'PBX_USER', 'DEVICE_ID', 'PBX_TLS_FINGERPRINT', 'PBX_CA_FILE']) {
    if (reader.text(name) !== undefined) reader.fault(name, 'is set together with DEVICES_FILE; set it there');
  }
  const text = reader.file('DEVICES_FILE');
  if (text === undefined) return [];
  const read = readDevicesFile(text, path, defaults);
  if (read.ok) return read.devices;
  for (const problem of read.problems) reader.fault('DEVICES_FILE', problem);
  return [];
}

function readTls(reader: EnvReader): TlsTrust {
  const written = reader.text('PBX_TLS_FINGERPRINT');
  const fingerprint = written === undefined ? null : readFingerprint(written);
  if (written !== undefined && fingerprint === null) {
    reader.fault(
      'PBX_TLS_FINGERPRINT',
      'expects the SHA-256 of the certificate, 64 hex digits; "npm run bridge -- trust" prints it',
    );
  }
  const ca = readCertificates(reader, 'PBX_CA_FILE');
  const insecure = reader.flag('PBX_TLS_INSECURE');
  if ([fingerprint !== null, ca !== null, insecure].filter(Boolean).length > 1) {
    reader.fault('PBX_TLS_FINGERPRINT', 'set one of PBX_TLS_FINGERPRINT, PBX_CA_FILE and PBX_TLS_INSECURE=true');
  }
  const level = reader.text('PBX_TLS_SECURITY_LEVEL');
  if (level !== undefined && !/^[0-5]$/.test(level)) {
    reader.fault('PBX_TLS_SECURITY_LEVEL', 'expects 0 to 5; 1 is for old units with a short key exchange');
  }
  return { fingerprint, ca, insecure, securityLevel: level === undefined ? null : Number(level) };
}

function readCertificates(reader: EnvReader, name: string): string | null {
  const pem = reader.file(name);
  if (pem === undefined) return null;
  if (!isCertificate(pem)) reader.fault(name, 'expects a file with PEM certificates');
  return pem;
}

function readDialectFile(reader: EnvReader, name: string): Dialect | null {
  const text = reader.file(name);
  if (text === undefined) return null;
  try {
    return loadDialect(text, reader.text(name) ?? name);
  } catch (error) {
    reader.fault(name, error instanceof Error ? error.message : String(error));
    return null;
  }
}

function readMqttUrl(reader: EnvReader): string {
  const text = reader.text('MQTT_URL') ?? 'mqtt://127.0.0.1:1883';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^(mqtts?|wss?):$/.test(url.protocol) || url.hostname === '') {
    reader.fault('MQTT_URL', 'expects mqtt://, mqtts://, ws:// or wss:// with a host, such as mqtt://broker.lan:1883');
  } else if (url.username !== '' || url.password !== '') {
    reader.fault('MQTT_URL', 'must not hold a password; use MQTT_USERNAME and MQTT_PASSWORD');
  }
  return text;
}

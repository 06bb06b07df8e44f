import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { loadDialect } from './dialect/load.ts';
import { readFingerprint } from './pbx/tls.ts';
import { isCertificate, isZone, passwordFrom, readPbxUrl } from './reading.ts';
import type { Defaults, DeviceSettings } from './settings.ts';

/** Several PBXs: a JSON list. Paths are taken from the folder of the file; passwords stand in files of their own. */

const strict = { additionalProperties: false };
const Entry = Type.Object(
  {
    url: Type.String(),
    user: Type.String({ minLength: 1 }),
    passwordFile: Type.String({ minLength: 1 }),
    id: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,64}$' })),
    name: Type.Optional(Type.String()),
    timeZone: Type.Optional(Type.String()),
    fingerprint: Type.Optional(Type.String()),
    caFile: Type.Optional(Type.String()),
    insecure: Type.Optional(Type.Boolean()),
    tlsSecurityLevel: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
    pollSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 3_600 })),
    dialectFile: Type.Optional(Type.String()),
    allowWrite: Type.Optional(Type.Boolean()),
    lookUpAddresses: Type.Optional(Type.Boolean()),
    mqttUsername: Type.Optional(Type.String()),
    mqttPasswordFile: Type.Optional(Type.String()),
  },
  strict,
);
const DevicesFile = Type.Array(Entry, { minItems: 1, maxItems: 1_000 });

export function readDevicesFile(
  text: string,
  path: string,
  defaults: Defaults,
): { ok: true; devices: DeviceSettings[] } | { ok: false; problems: string[] } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`${path} is no JSON (${error instanceof Error ? error.message : String(error)})`] };
  }
  if (!Check(DevicesFile, document)) {
    const faults = Errors(DevicesFile, document).map((fault) => `${fault.instancePath || '/'} ${fault.message}`);
    return { ok: false, problems: [...new Set(faults)].slice(0, 20).map((fault) => `${path}: ${fault}`) };
  }
  const problems: string[] = [];
  const folder = dirname(path);
  const devices = document.map((entry, index) => {
    const fault = (member: string, what: string) => problems.push(`${path}: /${index}/${member} ${what}`);
    return readEntry({ entry, folder, defaults, fault });
  });
  for (const member of ['id', 'url'] as const) {
    const values = devices.map((device) => device[member]).filter((value) => value !== null);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) problems.push(`${path}: the ${member} ${twice} is there twice`);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, devices };
}

function readEntry(from: {
  entry: Static<typeof Entry>;
  folder: string;
  defaults: Defaults;
  fault(member: string, what: string): void;
}): DeviceSettings {
  const { entry, folder, defaults, fault } = from;
  const url = readPbxUrl(entry.url);
  if (!url.ok) fault('url', url.expects);
  const content = (member: 'caFile' | 'dialectFile'): string | null => {
    const path = entry[member];
    if (path === undefined) return null;
    try {
      return readFileSync(resolve(folder, path), 'utf8');
    } catch {
      fault(member, `names a file that cannot be read: ${resolve(folder, path)}`);
      return null;
    }
  };
  const secret = (member: 'passwordFile' | 'mqttPasswordFile', path: string): (() => string) => {
    const read = passwordFrom(resolve(folder, path));
    try {
      read();
    } catch (error) {
      fault(member, error instanceof Error ? error.message : String(error));
    }
    return read;
  };
  const fingerprint = entry.fingerprint === undefined ? null : readFingerprint(entry.fingerprint);
  if (entry.fingerprint !== undefined && fingerprint === null) fault('fingerprint', 'expects 64 hex digits (SHA-256)');
  const ca = content('caFile');
  if (ca !== null && !isCertificate(ca)) fault('caFile', 'expects a file with PEM certificates');
  if ([fingerprint !== null, ca !== null, entry.insecure === true].filter(Boolean).length > 1) {
    fault('fingerprint', 'set one of fingerprint, caFile and insecure');
  }
  if (entry.timeZone !== undefined && !isZone(entry.timeZone)) fault('timeZone', 'expects an IANA name');
  let dialect = defaults.dialect;
  const dialectText = content('dialectFile');
  try {
    if (dialectText !== null) dialect = loadDialect(dialectText, entry.dialectFile ?? '');
  } catch (error) {
    fault('dialectFile', error instanceof Error ? error.message : String(error));
  }
  const password = secret('passwordFile', entry.passwordFile);
  const mqttPassword =
    entry.mqttPasswordFile === undefined ? undefined : secret('mqttPasswordFile', entry.mqttPasswordFile);
  if (mqttPassword !== undefined && entry.mqttUsername === undefined) {
    fault('mqttUsername', 'is needed where mqttPasswordFile is set');
  }
  return {
    ...defaults,
    url: url.ok ? url.origin : entry.url,
    user: entry.user,
    password,
    tls: { fingerprint, ca, insecure: entry.insecure === true, securityLevel: entry.tlsSecurityLevel ?? null },
    id: entry.id ?? null,
    name: entry.name ?? null,
    timeZone: entry.timeZone ?? defaults.timeZone,
    pollSeconds: entry.pollSeconds ?? defaults.pollSeconds,
    dialect,
    allowWrite: entry.allowWrite ?? defaults.allowWrite,
    lookUpAddresses: entry.lookUpAddresses ?? defaults.lookUpAddresses,
    mqtt:
      entry.mqttUsername === undefined
        ? defaults.mqtt
        : { username: entry.mqttUsername, password: safely(mqttPassword) },
  };
}

/** A file that cannot be read was reported above. */
function safely(read: (() => string) | undefined): string | undefined {
  try {
    return read?.();
  } catch {
    return undefined;
  }
}

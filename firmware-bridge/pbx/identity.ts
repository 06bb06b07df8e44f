import type { Members } from './transport.ts';

/** What a PBX says of itself, read from getSystemGeneralStatus and getSystemStatus (kebab-case keys). */
export interface PbxIdentity {
  model: string;
  hardware: string | null;
  /** `prog-version`, dotted integers as the PBX prints them. */
  firmware: string;
  serial: string | null;
  /** Lower case with colons; null when it is none. */
  mac: string | null;
  partNumber: string | null;
  versions: Record<string, string>;
  /** `+01:00`, from the end of `system-time`; the only thing the PBX says of its zone. */
  utcOffset: string | null;
}

export const IDENTITY_ACTIONS = ['getSystemGeneralStatus', 'getSystemStatus'] as const;

/** null when the answers name no model or no firmware. */
export function readPbxIdentity(general: Members, status: Members): PbxIdentity | null {
  const printed = text(general['product-model']);
  const versions = Object.fromEntries(
    Object.entries(general).flatMap(([name, value]) =>
      name.endsWith('-version') && text(value) !== null ? [[name.slice(0, -'-version'.length), String(value)]] : [],
    ),
  );
  const firmware = versions['prog'] ?? null;
  // `UCM6302  V1.2B`: model, spaces, hardware. Some units may print the model alone.
  const split = printed === null ? null : /^(.*?)(?:\s+(V\d\S*))?$/.exec(printed);
  const model = split?.[1]?.trim() ?? '';
  if (model === '' || firmware === null) return null;
  const mac = text(status['mac'])?.toLowerCase().replace(/-/g, ':') ?? null;
  return {
    model,
    hardware: split?.[2] ?? null,
    firmware,
    serial: text(status['serial-number']),
    mac: mac !== null && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) ? mac : null,
    partNumber: text(status['part-number']),
    versions,
    utcOffset: offsetOf(text(status['system-time'])),
  };
}

/** The device's id by default: the MAC, lower case, no separators. */
export function deviceIdOf(identity: PbxIdentity): string | null {
  return identity.mac === null ? null : identity.mac.replaceAll(':', '');
}

/** Whole hours only: the time-zone database has no fixed zones between them. Etc's sign is POSIX's, so it is turned. */
export function fixedZone(offset: string | null): string | null {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(offset ?? '');
  if (match === null || match[3] !== '00') return null;
  const hours = Number(match[2]);
  if (hours === 0) return 'Etc/UTC';
  const limit = match[1] === '+' ? 14 : 12;
  return hours > limit ? null : `Etc/GMT${match[1] === '+' ? '-' : '+'}${hours}`;
}

/** The display format of the clock is a setting of the PBX; only its tail, `UTC+01:00` or `UTC`, is the same in all. */
function offsetOf(time: string | null): string | null {
  const match = /UTC\s*([+-]\d{2}:\d{2})?$/.exec(time ?? '');
  return match === null ? null : (match[1] ?? '+00:00');
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

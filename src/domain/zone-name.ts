import { IANA_ALIAS_MAP, WINDOWS_TO_IANA_MAP } from 'windows-iana';

/**
 * From a zone's name, as some system spells it, to a name that calendars take. Only what has one meaning is mapped:
 *
 * | text | read as | because |
 * |---|---|---|
 * | a name of the IANA database, old or new, in any case | that zone, in the database's spelling | |
 * | `UTC+01:00`, `UTC+1`, `GMT+01:00`, `+0100`, `+01:00` | a fixed offset ahead of UTC | ISO 8601, and the PBX's own labels |
 * | `GMT+1`, `GMT-5` | refused | the database's `Etc/GMT+1` lies behind UTC, people mean ahead |
 * | a Windows name | the zone that Unicode CLDR gives for it | two names, whose countries changed their clocks since, are refused |
 * | `IST`, `PST`, `CST` and the like | refused | several countries use them |
 */
export type ReadZone = { ok: true; zone: string; fixed: boolean } | { ok: false; message: string };

/** Names without a slash that the IANA database has; other letters, such as PST, are nobody's in particular. */
const SINGLE =
  'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GMT Greenwich HST Hongkong Iceland Iran Israel ' +
  'Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey ' +
  'UCT UTC Universal W-SU WET Zulu';
const AREA =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)\//;
/** Names that the database dropped, or that few know: a calendar may not take them. */
const RARE: Record<string, string> = {
  'us/pacific-new': 'America/Los_Angeles',
  'canada/east-saskatchewan': 'America/Regina',
  'gb-eire': 'Europe/London',
  'nz-chat': 'Pacific/Chatham',
  'gmt+0': 'Etc/UTC',
  'gmt-0': 'Etc/UTC',
  gmt0: 'Etc/UTC',
};
/** Kazakhstan and north-west Mexico changed their clocks; which of the old zones such a name means is not certain. */
const UNCERTAIN_WINDOWS = new Set(['central asia standard time', 'mountain standard time (mexico)']);
/** Offsets of no whole hour that one zone has kept, without summer time, since the year given. */
const ODD_OFFSETS: Record<number, { zone: string; since: number }> = {
  [-570]: { zone: 'Pacific/Marquesas', since: 1970 },
  210: { zone: 'Asia/Tehran', since: 2023 },
  270: { zone: 'Asia/Kabul', since: 1970 },
  330: { zone: 'Asia/Kolkata', since: 1970 },
  345: { zone: 'Asia/Kathmandu', since: 1986 },
  390: { zone: 'Asia/Yangon', since: 1970 },
  525: { zone: 'Australia/Eucla', since: 2010 },
  570: { zone: 'Australia/Darwin', since: 1970 },
};
const OFFSET = /^(UTC|GMT)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?$/i;

const spelled = new Map<string, string>();
const windows = new Map<string, string>();

export function readZoneName(text: string, year: number): ReadZone {
  if (spelled.size === 0) learnNames();
  const name = tidy(text);
  const key = name.toLowerCase();
  if (key === 'z') return { ok: true, zone: 'Etc/UTC', fixed: false };
  const iana = RARE[key] ?? spelled.get(key);
  if (iana !== undefined) return { ok: true, zone: isUtc(iana) ? 'Etc/UTC' : iana, fixed: false };
  const offset = OFFSET.exec(name);
  if (offset !== null) return readOffset(name, offset, year);
  return readWindowsName(name, key);
}

/** The zone that keeps an offset all year. `minutes` east of UTC. */
export function fixedZone(minutes: number, year: number): string | null {
  const hours = minutes / 60;
  if (minutes === 0) return 'Etc/UTC';
  // POSIX turns the sign round: Etc/GMT-1 is one hour ahead.
  if (Number.isInteger(hours) && hours >= -12 && hours <= 14)
    return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
  const odd = ODD_OFFSETS[minutes];
  return odd === undefined || year < odd.since ? null : odd.zone;
}

/** Typographic minus signs and spaces, as copied from pages, are the plain ones. */
export function tidy(text: string): string {
  return text
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

function readOffset(name: string, match: RegExpExecArray, year: number): ReadZone {
  const [, prefix = '', sign, hours = '', minutes] = match;
  const bare = prefix === '';
  if (/^GMT$/i.test(prefix) && minutes === undefined) {
    const other = (ahead: boolean) => fixedZone((ahead ? 1 : -1) * Number(hours) * 60, year);
    return refused(
      `"${name}" can mean ahead of or behind UTC. Send ${other(true) ?? 'a zone'} or ${other(false) ?? 'a zone'}, or a place such as Europe/Berlin.`,
    );
  }
  if (bare && (hours.length !== 2 || minutes === undefined))
    return refused(`"${name}" is no offset; write it as +01:00, or send a place such as Europe/Berlin.`);
  if (Number(minutes ?? 0) > 59) return refused(`"${name}" is no offset: an hour has 60 minutes.`);
  const total = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0));
  const zone = fixedZone(total, year);
  if (zone !== null) return { ok: true, zone, fixed: true };
  return refused(`No zone stays at "${name}" all year; send the place, such as America/St_Johns.`);
}

function readWindowsName(name: string, key: string): ReadZone {
  const iana = windows.get(key);
  if (iana !== undefined && !UNCERTAIN_WINDOWS.has(key)) return { ok: true, zone: iana, fixed: false };
  if (iana !== undefined) return refused(`"${name}" stands for zones that no longer agree; send the place itself.`);
  if (/^[A-Z]{2,5}$/.test(name))
    return refused(`"${name}" is used in several countries; send the place, such as Asia/Kolkata.`);
  return refused(`"${name}" is no time zone that is known; send an IANA name such as Europe/Berlin.`);
}

function learnNames(): void {
  const known = (name: string): boolean => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  };
  const add = (name: string) => void spelled.set(name.toLowerCase(), name);
  for (const name of SINGLE.split(' ')) add(name);
  for (const name of ['UTC', 'UCT', 'Universal', 'Zulu', 'Greenwich', 'GMT', 'GMT0', 'GMT+0', 'GMT-0'])
    add(`Etc/${name}`);
  for (let hours = 1; hours <= 14; hours += 1) {
    add(`Etc/GMT-${hours}`);
    if (hours <= 12) add(`Etc/GMT+${hours}`);
  }
  const listed = IANA_ALIAS_MAP.flatMap((item) => item.alias);
  for (const name of listed) if (AREA.test(name) && known(name)) add(name);
  for (const name of Intl.supportedValuesOf('timeZone')) if (AREA.test(name)) add(name);
  for (const name of ['Europe/Kyiv', 'Pacific/Kanton', 'America/Montreal']) if (known(name)) add(name);
  for (const { windowsName, territory, iana } of WINDOWS_TO_IANA_MAP) {
    const first = iana[0];
    if (territory === '001' && first !== undefined) windows.set(windowsName.toLowerCase(), first);
  }
}

function isUtc(name: string): boolean {
  return /^(Etc\/)?(UTC|UCT|Universal|Zulu)$/.test(name) || name === 'GMT';
}

function refused(message: string): ReadZone {
  return { ok: false, message };
}

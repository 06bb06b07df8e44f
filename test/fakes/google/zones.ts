import { IANAZone } from 'luxon';

/** Names of the zone database that Intl does not list as its own but that the service takes. */
const SINGLE_NAMES = new Set(
  (
    'UTC GMT UCT Zulu Universal Greenwich CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB HST Hongkong Iceland Iran ' +
    'Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore ' +
    'Turkey W-SU WET'
  ).split(' '),
);
const AREAS =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)\/[A-Z][A-Za-z_+-]*(\/[A-Z][A-Za-z_-]*)?$/;
const ETC = /^Etc\/(UTC|UCT|GMT|Zulu|Universal|Greenwich|GMT0|GMT[+-](\d|1[0-4]))$/;

let listed: Map<string, string> | undefined;

/**
 * The names Google takes: the IANA database with its links, exact in case. Intl and luxon take more
 * ('+01:00', 'UTC+1', 'europe/berlin'), so they are no judge.
 */
export function isAcceptedZone(name: string): boolean {
  if (SINGLE_NAMES.has(name)) return true;
  if (ETC.test(name)) return IANAZone.isValidZone(name);
  listed ??= new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone]));
  const spelled = listed.get(name.toLowerCase());
  if (spelled !== undefined) return spelled === name;
  return AREAS.test(name) && IANAZone.isValidZone(name);
}

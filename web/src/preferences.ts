/** What somebody prefers in this browser; null = as the browser says. */
export interface Preferences {
  /** A BCP 47 tag of a language that the pages are written in. */
  language: string | null;
  /** An IANA name. */
  timeZone: string | null;
}

const KEYS = { language: 'language', timeZone: 'time-zone' } as const satisfies Record<keyof Preferences, string>;

/** What a browser no longer knows counts as no preference. */
export function preferences(): Preferences {
  const { localStorage } = globalThis;
  if (localStorage === undefined) return { language: null, timeZone: null };
  const language = localStorage.getItem(KEYS.language);
  const timeZone = localStorage.getItem(KEYS.timeZone);
  return { language: isLanguage(language) ? language : null, timeZone: isZone(timeZone) ? timeZone : null };
}

export function prefer(change: Partial<Preferences>): void {
  for (const [name, value] of Object.entries(change) as [keyof Preferences, string | null][]) {
    if (value === null) localStorage.removeItem(KEYS[name]);
    else localStorage.setItem(KEYS[name], value);
  }
}

/** The varieties of the one language of the catalogue: they write dates and numbers differently. */
export const LANGUAGES = ['en-GB', 'en-US', 'en-AU', 'en-CA', 'en-IE', 'en-IN', 'en-NZ', 'en-ZA'] as const;

export function timeZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}

function isLanguage(tag: string | null): tag is string {
  return tag !== null && LANGUAGES.some((language) => language === tag);
}

function isZone(name: string | null): name is string {
  if (name === null) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

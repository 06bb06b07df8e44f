/** How settings/seal.ts writes what it sealed. */
const SEALED = /^v\d+\.[A-Za-z0-9_-]{30,}$/;

/**
 * settings.json without what is secret: sealed texts become null, whoever has a password hash is left out. What is
 * missing then is entered anew, as on a first start.
 */
export function withoutSecrets(settings: string): string {
  return JSON.stringify(redact(JSON.parse(settings)));
}

export function holdsSealed(settings: string): boolean {
  return withoutSecrets(settings) !== JSON.stringify(JSON.parse(settings));
}

function redact(value: unknown): unknown {
  if (typeof value === 'string') return SEALED.test(value) ? null : value;
  if (Array.isArray(value)) return value.map(redact).filter((item, index) => item !== null || value[index] === null);
  if (typeof value !== 'object' || value === null) return value;
  if ('passwordHash' in value) return null;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redact(item)]));
}

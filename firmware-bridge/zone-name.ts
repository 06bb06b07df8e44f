import { resolveZone } from '../src/domain/zone.ts';

/** Whether a text names a zone for certain. */
export function isZone(text: string): boolean {
  return resolveZone(text, null, 2026) !== null;
}

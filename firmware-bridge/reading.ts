import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolveZone } from '../src/domain/zone.ts';
import { AppError } from '../src/errors.ts';

/** Values that the environment and a file of devices have in common. */

/** An https origin. */
export function readPbxUrl(text: string | undefined): { ok: true; origin: string } | { ok: false; expects: string } {
  const expects = 'expects the https address of the PBX with its port, such as https://192.168.1.10:8089';
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'https:') return { ok: false, expects };
  if (url.username !== '' || url.password !== '') {
    return { ok: false, expects: `${expects}, without user and password (PBX_USER, PBX_PASSWORD)` };
  }
  if (!['/', '/api'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    return { ok: false, expects: `${expects}, without a path` };
  }
  return { ok: true, origin: url.origin };
}

/** The first line of the file, read at each use: a changed password counts without a restart. */
export function passwordFrom(file: string): () => string {
  return () => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new AppError('password-file', `the password file ${file} cannot be read`, { cause: error });
    }
    const line = text.split(/\r?\n/, 1)[0] ?? '';
    if (line === '') throw new AppError('password-file', `the first line of the password file ${file} is empty`);
    return line;
  };
}

export function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** Whether a text names a zone for certain. */
export function isZone(text: string): boolean {
  return resolveZone(text, null, 2026) !== null;
}

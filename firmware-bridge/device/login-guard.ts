import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/errors.ts';

/**
 * Remembers, over restarts, that the PBX refused a login: a service manager that starts the bridge again and again must
 * not be what locks the account.
 */
export interface LoginGuard {
  /** Raises what the PBX said when the same credentials may not be tried again yet. */
  check(password: string): void;
  refused(password: string, error: AppError): void;
  forget(): void;
}

interface Mark {
  code: string;
  message: string;
  detail: Record<string, string>;
  /** Milliseconds since the epoch; null = until the credentials change or a probe succeeds. */
  until: number | null;
  salt: string;
  hash: string;
}

/** A lock or a ban passes by itself; a wrong password does not become right. */
const PATIENCE_MS: Record<string, number> = { 'pbx-locked': 30 * 60_000, 'pbx-login-forbidden': 60 * 60_000 };

export function loginGuard(options: { dataDir: string; url: string; user: string; clock(): number }): LoginGuard {
  const { dataDir, url, user, clock } = options;
  const name = createHash('sha256')
    .update(JSON.stringify([new URL(url).host, user]))
    .digest('hex')
    .slice(0, 16);
  const file = join(dataDir, `login-refused-${name}.json`);
  const hashOf = (password: string, salt: string) => scryptSync(password, Buffer.from(salt, 'hex'), 32);
  return {
    check(password) {
      const mark = read(file);
      if (mark === null) return;
      const same = timingSafeEqual(hashOf(password, mark.salt), Buffer.from(mark.hash, 'hex'));
      if (same && (mark.until === null || mark.until > clock())) {
        throw new AppError(mark.code, mark.message, { detail: mark.detail });
      }
    },
    refused(password, error) {
      const salt = randomBytes(16).toString('hex');
      const patience = PATIENCE_MS[error.code];
      const mark: Mark = {
        code: error.code,
        message: error.message,
        detail: { ...error.detail },
        until: patience === undefined ? null : clock() + patience,
        salt,
        hash: hashOf(password, salt).toString('hex'),
      };
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, JSON.stringify(mark), { mode: 0o600, flush: true });
      renameSync(`${file}.new`, file);
    },
    forget: () => rmSync(file, { force: true }),
  };
}

function read(file: string): Mark | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Mark;
  } catch {
    return null;
  }
}

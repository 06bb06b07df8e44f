import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { AppError } from '../errors.ts';

/** Seals texts with AES-256-GCM. The purpose is authenticated, so a sealed value cannot be moved to another place. */
export interface Sealer {
  seal(text: string, purpose: string): string;
  /** null when the text was sealed with another key, for another purpose, or was changed. */
  open(sealed: string, purpose: string): string | null;
}

/**
 * Reads the key, or makes one where nothing was sealed yet. null = the key is missing although something was sealed
 * with it. Raises `secret-key` when the file is there and holds no key.
 */
export function openSealer(keyFile: string, somethingSealed: boolean): Sealer | null {
  if (!existsSync(keyFile)) {
    if (somethingSealed) return null;
    createKey(keyFile);
  }
  let key: Buffer;
  try {
    key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'base64');
  } catch (error) {
    throw new AppError('secret-key', `SECRET_KEY_FILE ${keyFile} cannot be read`, { cause: error });
  }
  if (key.length !== 32) return somethingSealed ? null : invalid(keyFile);
  return sealerOf(key);
}

/** A new key beside the old one's place, for credentials that are entered anew after a key was lost. */
export function createKey(keyFile: string): void {
  const file = openSync(keyFile, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(32).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function sealerOf(key: Buffer): Sealer {
  return {
    seal(text, purpose) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, purpose) {
      try {
        const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

function invalid(keyFile: string): never {
  throw new AppError('secret-key', `SECRET_KEY_FILE ${keyFile} must hold 32 random bytes in base64`);
}

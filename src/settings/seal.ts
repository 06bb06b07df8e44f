import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals texts with AES-256-GCM. The purpose is authenticated, so a sealed value cannot be moved to another place. */
export interface Sealer {
  seal(text: string, purpose: string): string;
  /** null when the text was sealed with another key, for another purpose, or was changed. */
  open(sealed: string, purpose: string): string | null;
}

/**
 * Reads the key, or makes one where nothing was sealed yet. null = the key is missing although something was sealed
 * with it. Raises `secret-key` when the file holds no key although nothing was sealed, or cannot be read or made.
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
  if (key.length !== KEY_BYTES) return somethingSealed ? null : invalid(keyFile);
  return sealerOf(key);
}

/**
 * A sealer for credentials that are entered anew after a key was lost. A key that was put back meanwhile is used;
 * whatever else lies in its place is kept as `.unusable`. Raises `secret-key`.
 */
export function renewSealer(keyFile: string): Sealer {
  const found = openSealer(keyFile, true);
  if (found !== null) return found;
  if (existsSync(keyFile)) {
    try {
      renameSync(keyFile, `${keyFile}.unusable`);
    } catch (error) {
      throw new AppError('secret-key', `SECRET_KEY_FILE ${keyFile} holds no key and cannot be replaced`, {
        cause: error,
      });
    }
  }
  return openSealer(keyFile, false) ?? invalid(keyFile);
}

function createKey(keyFile: string): void {
  try {
    const folder = dirname(keyFile);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(keyFile, 'wx', 0o600);
    try {
      writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // Without its folder on the disk the key could be gone after a power cut, and with it what it sealed.
    const entry = openSync(folder, 'r');
    fsyncSync(entry);
    closeSync(entry);
  } catch (error) {
    throw new AppError('secret-key', `SECRET_KEY_FILE ${keyFile} cannot be created`, { cause: error });
  }
}

function sealerOf(key: Buffer): Sealer {
  return {
    seal(text, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, purpose) {
      try {
        const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url');
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
        // The length is stated, or a tag cut down to four bytes would do.
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
        const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

function invalid(keyFile: string): never {
  throw new AppError('secret-key', `SECRET_KEY_FILE ${keyFile} must hold 32 random bytes in base64`);
}

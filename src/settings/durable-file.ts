import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';
import { AppError } from '../errors.ts';

/**
 * A lowdb adapter that never leaves half a file: temporary file, fsync, rename, fsync of the folder. The version
 * before stays beside it as `.bak`.
 */
export class DurableFile<T> implements Adapter<T> {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** null when there is no file yet. Raises `settings-damaged`. */
  async read(): Promise<T | null> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new AppError(
        'settings-unavailable',
        `${this.#file} cannot be read (${(error as Error).message}). See that the agent may read and write it, and start again.`,
        { cause: error },
      );
    }
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch (error) {
      throw damaged(this.#file, 'it is no JSON', error);
    }
    // lowdb takes null, 0 and '' for "no file yet" and would write the defaults over them.
    if (typeof data !== 'object' || data === null) throw damaged(this.#file, 'it holds no object');
    return data as T;
  }

  /** Durable when it resolves. The caller writes one at a time. Raises `settings-unavailable`. */
  async write(data: T): Promise<void> {
    const text = `${JSON.stringify(data, null, 2)}\n`;
    try {
      const before = await readFile(this.#file).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      await writeDurably(`${this.#file}.tmp`, text);
      if (before !== null) {
        await writeDurably(`${this.#file}.bak.tmp`, before);
        await rename(`${this.#file}.bak.tmp`, `${this.#file}.bak`);
      }
      await rename(`${this.#file}.tmp`, this.#file);
      await writeFolderDurably(dirname(this.#file));
    } catch (error) {
      throw new AppError('settings-unavailable', `${this.#file} cannot be written; the earlier settings stay`, {
        cause: error,
      });
    }
  }
}

async function writeDurably(name: string, content: string | Uint8Array): Promise<void> {
  const file = await open(name, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is on the disk only once its folder is. */
async function writeFolderDurably(name: string): Promise<void> {
  const folder = await open(name, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export function damaged(file: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'settings-damaged',
    `${file} cannot be read as settings: ${why}. It was left as it is. Stop the agent, copy ${file}.bak over it, and start again; without a .bak, move the file away and set up anew.`,
    { cause },
  );
}

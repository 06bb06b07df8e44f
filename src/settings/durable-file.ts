import { chmod, copyFile, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';
import { AppError } from '../errors.ts';

/**
 * A lowdb adapter that never leaves half a file: temporary file, fsync, rename, fsync of the folder. The version
 * before stays beside it as `.bak`.
 */
export class DurableFile<T> implements Adapter<T> {
  readonly #file: string;
  #queue: Promise<void> = Promise.resolve();

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
      throw new AppError('settings-unavailable', `${this.#file} cannot be read`, { cause: error });
    }
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw damaged(this.#file, 'it is no JSON', error);
    }
  }

  /** Durable when it resolves; one write at a time. Raises `settings-unavailable`. */
  write(data: T): Promise<void> {
    const text = `${JSON.stringify(data, null, 2)}\n`;
    const next = this.#queue.then(() => this.#replace(text));
    this.#queue = next.catch(() => {});
    return next;
  }

  async #replace(text: string): Promise<void> {
    const temporary = `${this.#file}.tmp`;
    try {
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await copyFile(this.#file, `${this.#file}.bak`).then(
        () => chmod(`${this.#file}.bak`, 0o600),
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        },
      );
      await rename(temporary, this.#file);
      const folder = await open(dirname(this.#file), 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    } catch (error) {
      throw new AppError('settings-unavailable', `${this.#file} cannot be written; the earlier settings stay`, {
        cause: error,
      });
    }
  }
}

export function damaged(file: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'settings-damaged',
    `${file} cannot be read as settings: ${why}. It was left as it is. Stop the agent, copy ${file}.bak over it, and start again; without a .bak, move the file away and set up anew.`,
    { cause },
  );
}

import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

interface Waiting {
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * Waits for the disk to have SQLite's write-ahead log, without holding up the event loop. While one fdatasync runs,
 * everything that is committed meanwhile gathers for the next one.
 *
 * Why this is as durable as `synchronous = FULL`: there, SQLite itself calls fdatasync on the log after each commit and
 * before it answers. Here the same call comes after the same writes, and nobody is answered before it has returned. It
 * is one file whichever descriptor is used, and it is never replaced while a connection is open. Moving the log into
 * the file, and beginning the log anew, wait for the disk in `NORMAL` as they do in `FULL`.
 *
 * After an fdatasync that failed, Linux holds the pages for clean and a second call succeeds without having written
 * them. So nothing is trusted until the log was moved: that writes every page of it once more, elsewhere.
 */
export class LogSync {
  readonly #path: string;
  readonly #moveLog: () => void;
  #descriptor: number | null = null;
  #waiting: Waiting[] = [];
  #running: Waiting[] | null = null;
  #distrusted = false;
  #closed = false;

  /** @param moveLog moves the log into the file, durably, or raises an Error */
  constructor(path: string, moveLog: () => void) {
    this.#path = path;
    this.#moveLog = moveLog;
  }

  /** Calls one of the two when what is in the log by now is on the disk, or cannot be brought there. */
  after(done: () => void, failed: (error: unknown) => void): void {
    this.#waiting.push({ done, failed });
    if (this.#running === null) this.#start();
  }

  /** Before anything is written: raises an Error as long as the disk does not take what it refused before. */
  heal(): void {
    if (!this.#distrusted) return;
    this.#moveLog();
    this.#distrusted = false;
  }

  /** Waits for the disk at once; the log goes with the connection. */
  close(): void {
    const waiting = [...(this.#running ?? []), ...this.#waiting];
    this.#waiting = [];
    this.#closed = true;
    try {
      if (waiting.length > 0) fdatasyncSync(this.#open());
      for (const item of waiting) item.done();
    } catch (error) {
      for (const item of waiting) item.failed(error);
    }
    if (this.#running === null) this.#release();
    else this.#running = [];
  }

  #start(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#running = batch;
    let descriptor: number;
    try {
      descriptor = this.#open();
    } catch (error) {
      this.#end(error);
      return;
    }
    fdatasync(descriptor, (error) => this.#end(error));
  }

  #end(error: unknown): void {
    const batch = this.#running ?? [];
    this.#running = null;
    if (this.#closed) {
      this.#release();
      return;
    }
    if (error !== null) {
      this.#distrusted = true;
      const later = this.#waiting;
      this.#waiting = [];
      for (const item of [...batch, ...later]) item.failed(error);
      return;
    }
    if (this.#waiting.length > 0) this.#start();
    for (const item of batch) item.done();
  }

  #open(): number {
    // Opened for writing although nothing is written: some systems synchronise no other descriptor.
    this.#descriptor ??= openSync(this.#path, 'r+');
    return this.#descriptor;
  }

  #release(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

interface Waiting {
  done: () => void;
  failed: (error: unknown) => void;
}

/** So long nothing was waited for: what comes now comes alone, and the fewest turns are the fastest way. */
const QUIET_MS = 5;
/** A disk that answers in this time does not hold up the event loop. */
const QUICK_MS = 1;

/**
 * Waits for the disk to have SQLite's write-ahead log, without holding up the event loop. While one fdatasync runs,
 * everything that is committed meanwhile gathers for the next one. A single write on a quick disk is waited for in this
 * thread: handing it to another one and being woken by it takes longer than the disk does.
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
  #scheduled = false;
  /** When the last wait ended, and how long the ones in this thread take, as a running mean. */
  #endedAt = 0;
  #usual = 0;

  /** @param moveLog moves the log into the file, durably, or raises an Error */
  constructor(path: string, moveLog: () => void) {
    this.#path = path;
    this.#moveLog = moveLog;
  }

  /** Calls one of the two when what is in the log by now is on the disk, or cannot be brought there. */
  after(done: () => void, failed: (error: unknown) => void): void {
    this.#waiting.push({ done, failed });
    if (this.#running !== null || this.#scheduled) return;
    this.#scheduled = true;
    // Two turns later: what follows from this write at once, and asks for the next, is there by then.
    setImmediate(() => setImmediate(() => this.#begin()));
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

  #begin(): void {
    this.#scheduled = false;
    if (this.#closed || this.#running !== null || this.#waiting.length === 0) return;
    const from = performance.now();
    if (this.#usual > QUICK_MS || from - this.#endedAt < QUIET_MS) {
      // A disk that was slow once is tried again after a while.
      this.#usual *= 0.95;
      this.#start();
      return;
    }
    this.#running = this.#waiting;
    this.#waiting = [];
    let failure: unknown = null;
    try {
      fdatasyncSync(this.#open());
    } catch (error) {
      failure = error;
    }
    this.#usual += (performance.now() - from - this.#usual) / 4;
    this.#end(failure);
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
    this.#endedAt = performance.now();
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

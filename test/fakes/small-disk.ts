import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, small enough to be filled. */
export interface SmallDisk extends Disposable {
  path: string;
  /** Not a byte is left. */
  fill(): void;
  /** Room again. */
  empty(): void;
  /** Nothing may be written; works only while nobody has a file open for writing. */
  readOnly(on: boolean): void;
}

/** Raises what `mount` says where this process may not mount. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const filler = join(path, 'filler');
  const mount = (...options: string[]) => execFileSync('mount', options, { stdio: 'pipe' });
  try {
    mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', path);
  } catch (error) {
    rmSync(path, { recursive: true });
    throw error;
  }
  return {
    path,
    fill() {
      const file = openSync(filler, 'w');
      try {
        for (;;) writeSync(file, Buffer.alloc(4_096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filler, { force: true }),
    readOnly: (on) => void mount('-o', `remount,${on ? 'ro' : 'rw'}`, path),
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path], { stdio: 'pipe' });
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Tests that need a disk of their own are skipped where nothing can be mounted; in CI they must run. */
export const withoutMount = process.env['CI'] === undefined && !canMount();

function canMount(): boolean {
  try {
    mountSmallDisk(1)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

/** From now on no file of the process may grow beyond so many bytes; undefined lifts it. The other way to a full disk. */
export function limitFileSize(pid: number, bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`], { stdio: 'pipe' });
}

import { chmodSync, closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

export function keepForOwner(path: string): void {
  chmodSync(path, 0o600);
}

/** A file, or the names in a folder, brought to the disk. */
export function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Never over what is there. */
export function writeNew(path: string, content: string): void {
  const handle = openSync(path, 'wx', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

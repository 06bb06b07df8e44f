import { type FSWatcher, watch } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';

/** The operating system's limit for links that lead to links (ELOOP). */
const MOST_LINKS = 40;

/**
 * Calls `onTouched` when something happened that may change what the files hold, possibly for nothing and more than
 * once. Folders are watched, not files: certbot and Kubernetes swap links, editors rename, and a watched file stays the
 * old one. File systems that tell nothing (network mounts) are the business of a slower look.
 */
export class FileWatch implements Disposable {
  readonly #files: string[];
  readonly #onTouched: () => void;
  #watchers: FSWatcher[] = [];
  #ended = false;

  constructor(files: string[], onTouched: () => void) {
    this.#files = files.map((file) => resolve(file));
    this.#onTouched = onTouched;
  }

  /**
   * Finds anew what the files depend on. To be called at the start and before every reading, so that nothing happens
   * unseen between the two.
   */
  async follow(): Promise<void> {
    const steps = (await Promise.all(this.#files.map(wayTo))).flat();
    if (this.#ended) return;
    this.#close();
    for (const [folder, names] of Map.groupBy(steps, (step) => step.folder)) {
      this.#open(folder, new Set(names.map((step) => step.name)));
    }
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#close();
  }

  #close(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #open(folder: string, names: Set<string>): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || names.has(name)) this.#onTouched();
      });
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // The folder is gone, or the machine has no watches left.
    }
  }
}

interface Step {
  folder: string;
  /** The name in it whose change leads somewhere else. */
  name: string;
}

/** The links on the way to `file`, and the file that they lead to. */
async function wayTo(file: string): Promise<Step[]> {
  const steps: Step[] = [];
  let rest = file.split(sep).filter(Boolean);
  let folder: string = sep;
  for (let links = 0; rest.length > 0; ) {
    const [name = '', ...after] = rest;
    const target = links < MOST_LINKS ? await linkAt(join(folder, name)) : null;
    if (target !== null || after.length === 0) steps.push({ folder, name });
    if (target === null) {
      folder = join(folder, name);
      rest = after;
      continue;
    }
    links += 1;
    const full = isAbsolute(target) ? target : join(folder, target);
    rest = [...full.split(sep).filter(Boolean), ...after];
    folder = sep;
  }
  return steps;
}

async function linkAt(path: string): Promise<string | null> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : null;
  } catch {
    return null;
  }
}

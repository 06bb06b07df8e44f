import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Builds the pages when they are missing or older than what they are made from. Quiet when there is nothing to do. */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const page = here('./dist/index.html');

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const names = readdirSync(path).filter((name) => name !== 'dist');
  // The directory's own time counts too: it tells of files that were taken away.
  const own = path === here('.') ? 0 : stat.mtimeMs;
  return Math.max(own, ...names.map((name) => newest(`${path}/${name}`)));
}

function isFresh(): boolean {
  if (!existsSync(page)) return false;
  return statSync(page).mtimeMs >= Math.max(newest(here('.')), newest(here('../src/contracts/http.ts')));
}

if (!isFresh()) {
  try {
    const { build } = await import('vite');
    await build({ configFile: here('./vite.config.ts') });
  } catch (error) {
    // An installation without the build tools keeps the pages it came with.
    if (!existsSync(page)) throw error;
    process.stderr.write('The pages could not be built anew; the earlier ones are used.\n');
  }
}

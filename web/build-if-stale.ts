import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Builds the pages when they are missing or older than what they are made from. Quiet when there is nothing to do. */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(path)
      .filter((name) => name !== 'dist')
      .map((name) => newest(`${path}/${name}`)),
  );
}

const page = here('./dist/index.html');
const fresh =
  existsSync(page) && statSync(page).mtimeMs >= Math.max(newest(here('.')), newest(here('../src/contracts/http.ts')));
if (!fresh) {
  try {
    const { build } = await import('vite');
    await build({ configFile: here('./vite.config.ts') });
  } catch (error) {
    if (!existsSync(page)) throw error;
    process.stderr.write('The pages could not be built anew; the earlier ones are used.\n');
  }
}

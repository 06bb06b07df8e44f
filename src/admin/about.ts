import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdminDeps, AdminOptions } from './deps.ts';
import type { Handler } from './server.ts';

interface Package {
  name: string;
  version: string;
  licence: string;
}

/** What the build writes beside the server: `## name - version (licence)`, and the text of each. */
const NOTICES = 'THIRD-PARTY-LICENSES.md';
const HEADING = /^## (\S+) - (\S+) \((.+)\)$/gm;

/** What this program is, and what it is made of. */
export function aboutHandlers(deps: AdminDeps, { root }: AdminOptions): Record<'about' | 'licences', Handler> {
  return {
    about: async () => ({
      version: deps.version,
      licence: 'Apache-2.0',
      node: process.versions.node,
      startedAt: deps.startedAt,
      packages: unique(await packagesOf(root)),
    }),

    async licences(_request, reply) {
      const own = await readFile(join(root, 'LICENSE'), 'utf8').catch(() => '');
      return reply.type('text/plain; charset=utf-8').send(`${own}\n\n${await noticesOf(root)}`);
    },
  };
}

/** In an installed folder as the build noted it; in a checkout as the lock file says. */
async function packagesOf(root: string): Promise<Package[]> {
  const notices = join(root, NOTICES);
  if (existsSync(notices)) {
    const text = await readFile(notices, 'utf8');
    return [...text.matchAll(HEADING)].map(([, name = '', version = '', licence = '']) => ({ name, version, licence }));
  }
  return (await locked(root)).map(({ name, version, licence }) => ({ name, version, licence }));
}

async function noticesOf(root: string): Promise<string> {
  const notices = join(root, NOTICES);
  if (existsSync(notices)) return readFile(notices, 'utf8');
  const texts = await Promise.all(
    (await locked(root)).map(async ({ name, version, licence, folder }) => {
      const found = ['LICENSE', 'LICENSE.md', 'license', 'LICENCE', 'LICENSE.txt'].map((file) =>
        join(root, folder, file),
      );
      const file = found.find((path) => existsSync(path));
      return `## ${name} - ${version} (${licence})\n\n${file === undefined ? '' : await readFile(file, 'utf8')}`;
    }),
  );
  return texts.join('\n\n');
}

async function locked(root: string): Promise<(Package & { folder: string })[]> {
  const text = await readFile(join(root, 'package-lock.json'), 'utf8').catch(() => '{}');
  const { packages = {} } = JSON.parse(text) as {
    packages?: Record<string, { version?: string; license?: string; dev?: boolean; optional?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([folder, item]) => folder !== '' && item.dev !== true && item.optional !== true)
    .map(([folder, item]) => ({
      name: folder.replace(/^.*node_modules\//, ''),
      version: item.version ?? '',
      licence: item.license ?? '',
      folder,
    }));
}

/** Server and pages are built apart and may hold the same package. */
function unique(packages: Package[]): Package[] {
  const found = new Map(packages.map((item) => [`${item.name} ${item.version}`, item]));
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

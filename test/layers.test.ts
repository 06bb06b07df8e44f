import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const ADAPTERS = ['ledger', 'settings', 'providers', 'mqtt', 'metrics', 'admin', 'alerts', 'tls'];

/** What each layer may import besides its own folder and errors.ts: prefixes of paths in src, packages, or node:. */
const RULES: { layer: string; files: RegExp; own: string[]; packages: RegExp }[] = [
  { layer: 'domain', files: /^src\/domain\//, own: ['src/domain/'], packages: /^(luxon|rrule-temporal|windows-iana)$/ },
  {
    layer: 'contracts',
    files: /^src\/contracts\//,
    own: ['src/contracts/', 'src/domain/'],
    packages: /^typebox(\/value)?$/,
  },
  { layer: 'sync', files: /^src\/sync\//, own: ['src/sync/', 'src/domain/', 'src/contracts/'], packages: /^$/ },
  ...ADAPTERS.map((name) => ({
    layer: name,
    files: new RegExp(`^src/${name}/`),
    own: [`src/${name}/`, 'src/sync/ports.ts', 'src/domain/', 'src/contracts/', 'src/log.ts'],
    packages: /^(node:.*|[@a-z].*)$/,
  })),
  {
    layer: 'commands',
    files: /^src\/commands\//,
    own: ['src/commands/', 'src/ledger/', 'src/settings/', 'src/env.ts'],
    packages: /^(node:.*|typebox(\/value)?)$/,
  },
  {
    layer: 'firmware-bridge',
    files: /^firmware-bridge\//,
    own: ['firmware-bridge/', 'src/contracts/', 'src/domain/', 'src/mqtt/connection.ts', 'src/env.ts', 'src/log.ts'],
    packages: /^(node:.*|typebox(\/value)?|node-forge|luxon)$/,
  },
  { layer: 'web', files: /^web\/src\//, own: ['web/src/', 'src/contracts/http.ts'], packages: /^preact/ },
];

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`);
}

function imports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|^import) '([^']+)';$/gm)].map((match) => match[1] ?? '');
}

function breaches(file: string): string[] {
  const rule = RULES.find((item) => item.files.test(file));
  if (rule === undefined) return [];
  return imports(file).filter((target) => {
    if (!target.startsWith('.')) return !rule.packages.test(target);
    if (/\.(css|svg)$/.test(target)) return false;
    const path = relative(ROOT, resolve(ROOT, dirname(file), target));
    return path !== 'src/errors.ts' && !rule.own.some((prefix) => path.startsWith(prefix));
  });
}

describe('the layers of the house', () => {
  it('import only what their place allows', () => {
    const found = [...sources('src'), ...sources('firmware-bridge'), ...sources('web/src')].flatMap((file) =>
      breaches(file).map((target) => `${file} -> ${target}`),
    );
    expect(found).toEqual([]);
  });

  it('read the environment in the entry points alone', () => {
    const readers = [...sources('src'), ...sources('firmware-bridge')].filter((file) =>
      /process\.env/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(readers.sort()).toEqual([
      'firmware-bridge/main.ts',
      'src/commands/backup-main.ts',
      'src/commands/reset-password-main.ts',
      'src/commands/restore-main.ts',
      'src/main.ts',
    ]);
  });

  it('keep the simulator out of the bridge, and the bridge out of the simulator', () => {
    const simulator = 'firmware-bridge/simulator/';
    const crossing = sources('firmware-bridge').flatMap((file) =>
      imports(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(ROOT, resolve(ROOT, dirname(file), target)))
        .filter((path) => path.startsWith('firmware-bridge/'))
        .filter((path) => path.startsWith(simulator) !== file.startsWith(simulator))
        .map((path) => `${file} -> ${path}`),
    );
    expect(crossing).toEqual([]);
  });

  it('import the calendar client of Google alone, never the package of every API', () => {
    const roots = sources('src').filter((file) => imports(file).some((target) => target === 'googleapis'));
    expect(roots).toEqual([]);
  });
});

describe('the start', () => {
  it('does not wait for the mail library, which most agents never need', () => {
    const eager = sources('src').filter((file) => imports(file).includes('nodemailer'));
    expect(eager).toEqual([]);
  });
});

describe('the packages', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean; optional?: boolean; dev?: boolean }>;
  };
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;

  it('bring no install script but the one of the pinned Node', () => {
    const scripts = Object.entries(lock.packages).filter(([, item]) => item.hasInstallScript === true);
    expect(scripts.map(([name]) => name)).toEqual(['node_modules/node']);
  });

  it('are pinned to exact versions', () => {
    const loose = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});

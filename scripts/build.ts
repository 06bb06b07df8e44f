import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'vite';

/**
 * Builds what is shipped into `dist` (or the folder given): the pages, and the server with its packages in a few files.
 * It runs with Node 24 alone, without node_modules. What npm scripts of a checkout run from sources, the package runs
 * under the same name.
 */

interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  engines: Record<string, string>;
  scripts: Record<string, string>;
}

const LICENSES = 'THIRD-PARTY-LICENSES.md';
/** Options of Node, an entry file, arguments. */
const SHIPPED = /node ((?:--\S+ )*)((?:src|firmware-bridge|deploy)\/\S+\.ts)(.*)$/;

const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

const { entries, scripts } = shippedScripts(manifest.scripts);
mkdirSync(out, { recursive: true });
for (const name of ['server', 'web', LICENSES]) rmSync(join(out, name), { recursive: true, force: true });

await build({
  configFile: join(root, 'web/vite.config.ts'),
  build: { outDir: join(out, 'web/dist'), license: { fileName: LICENSES } },
});
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    outDir: join(out, 'server'),
    emptyOutDir: true,
    target: 'node24',
    // Readable, so that a stack trace in a log says where.
    minify: false,
    license: { fileName: LICENSES },
    // One folder: what the sources look up beside themselves (package.json, web/dist) lies as far from it as from src.
    rolldownOptions: { input: entries, output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
  },
});

const notices = ['server', 'web/dist'].map((folder) => {
  const file = join(out, folder, LICENSES);
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text;
});
writeFileSync(join(out, LICENSES), notices.join('\n'));
copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
const { name, version, description, license, engines } = manifest;
const shipped = { name, version, private: true, description, license, type: 'module', engines, scripts };
writeFileSync(join(out, 'package.json.tmp'), `${JSON.stringify(shipped, null, 2)}\n`);
renameSync(join(out, 'package.json.tmp'), join(out, 'package.json'));

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const [server, pages] = [size(join(out, 'server')), size(join(out, 'web'))];
console.log(`${out}: server ${megabytes(server)}, pages ${megabytes(pages)}, all ${megabytes(size(out))}`);

/** The entry files by name, and the scripts that run them. Two scripts may share an entry. */
function shippedScripts(all: Record<string, string>) {
  const inputs: Record<string, string> = {};
  const commands: Record<string, string> = {};
  for (const [script, command] of Object.entries(all)) {
    const match = SHIPPED.exec(command);
    if (match?.[2] === undefined) continue;
    const [, options = '', source, rest = ''] = match;
    const known = Object.entries(inputs).find(([, file]) => file === source);
    const entry = known?.[0] ?? (script === 'start' ? 'main' : script.replace(/\W+/g, '-'));
    inputs[entry] = source;
    commands[script] = `node ${options}server/${entry}.js${rest}`;
  }
  return {
    entries: Object.fromEntries(Object.entries(inputs).map(([entry, file]) => [entry, join(root, file)])),
    scripts: commands,
  };
}

function size(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, child) => sum + size(join(path, basename(child))), 0);
}

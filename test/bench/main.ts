import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bridge } from './bridge.ts';
import { burst } from './burst.ts';
import { type Figure, table, verdictOf } from './figure.ts';
import { footprint } from './footprint.ts';
import { inbox } from './inbox.ts';
import { latency } from './latency.ts';
import { ledgerSize } from './ledger-size.ts';
import { readOptions } from './options.ts';
import { openStage, type Stage } from './stage.ts';
import { thinking } from './thinking.ts';
import { throughput } from './throughput.ts';

/**
 * `npm run bench [-- --only a,b] [--quick]`: each figure is measured beside its reference, in turns, in the same run.
 * It prints a table, writes test-output/bench/latest.json and, when every benchmark ran in full, adds a line to
 * test/bench/history.jsonl. Exit code 1: an aim was missed.
 */

const BENCHMARKS: Record<string, (stage: Stage) => Promise<Figure[]>> = {
  a: throughput,
  b: latency,
  c: footprint,
  d: ledgerSize,
  e: inbox,
  f: bridge,
  g: burst,
  h: thinking,
};
const RESULTS = fileURLToPath(new URL('../../test-output/bench/', import.meta.url));
const HISTORY = fileURLToPath(new URL('./history.jsonl', import.meta.url));

process.env['NO_PROXY'] = '127.0.0.1,localhost';
const options = readOptions(process.argv.slice(2), Object.keys(BENCHMARKS));
const figures: Figure[] = [];
const shipped = build(`${RESULTS}dist`);
console.log('The built agent, script, loop, broker, PBX and the stand-in for Google run in a process each,');
console.log(`on ${cpus().length} processors: ${cpus()[0]?.model ?? 'unknown'}.`);
for (const letter of options.only) {
  // A stage for each: nothing that one benchmark leaves behind is a burden to the next.
  await using stage = await openStage({
    quick: options.quick,
    shipped,
    say: (text) => console.log(`${letter}  ${text}`),
  });
  figures.push(...((await BENCHMARKS[letter]?.(stage)) ?? []));
}
console.log(
  `\n${table(figures)}\n\nMedian (least-most of the rounds). Ratios are of rounds measured one after the other.`,
);

const record = {
  at: new Date().toISOString(),
  commit: commit(),
  node: process.version,
  machine: { model: cpus()[0]?.model ?? 'unknown', processors: cpus().length },
  quick: options.quick,
  figures: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })),
};
mkdirSync(RESULTS, { recursive: true });
writeFileSync(`${RESULTS}latest.json`, `${JSON.stringify(record, null, 2)}\n`);
if (!options.quick && options.only.length === Object.keys(BENCHMARKS).length) {
  appendFileSync(HISTORY, `${JSON.stringify(brief(record))}\n`);
}
process.exit(figures.some((figure) => verdictOf(figure) === 'missed') ? 1 : 0);

/** The folder that is shipped, and what `npm start` does in it. */
function build(folder: string): { main: string; nodeOptions: string[] } {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.ts', import.meta.url)), folder]);
  const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { scripts: { start: string } };
  const words = scripts.start.split(' ').slice(1);
  return { main: `${folder}/${words.at(-1)}`, nodeOptions: words.slice(0, -1) };
}

/** One line for the history: the middle values alone. */
function brief({ figures: all, quick: _quick, ...rest }: typeof record) {
  const digits = (value: number | undefined) => (value === undefined ? null : Number(value.toPrecision(4)));
  return {
    ...rest,
    figures: all.map(({ name, unit, subject, reference, ratio, verdict }) => ({
      name,
      unit,
      agent: digits(subject.median),
      reference: digits(reference?.median),
      ratio: digits(ratio?.median),
      verdict,
    })),
  };
}

/** The commit that was measured, with a mark when the checkout had changes of its own. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const changed = git('status', '--porcelain', '--', 'src').trim() !== '';
    return git('rev-parse', '--short', 'HEAD').trim() + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

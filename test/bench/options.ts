import { parseArgs } from 'node:util';

export interface BenchOptions {
  only: string[];
  /** Fewer and shorter rounds: to see that all works, not to be quoted. */
  quick: boolean;
}

/** Raises an Error that names the option and what it takes. */
export function readOptions(argv: readonly string[], letters: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
    strict: true,
  });
  const only = (values.only ?? letters.join(',')).split(',').map((item) => item.trim().toLowerCase());
  const unknown = only.filter((item) => !letters.includes(item));
  if (unknown.length > 0) {
    throw new Error(`--only takes letters of ${letters.join(',')}, separated by commas; not "${unknown.join(',')}"`);
  }
  return { only, quick: values.quick };
}

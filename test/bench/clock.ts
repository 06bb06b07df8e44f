/**
 * One clock for every process of a run, in fractions of a millisecond since the epoch. The monotonic clock of the
 * machine is the same in all of them; what is added to it is fixed by the first process and handed on.
 */

const monotonic = () => Number(process.hrtime.bigint()) / 1e6;

export const CLOCK_VARIABLE = 'BENCH_CLOCK';

const offset = Number(process.env[CLOCK_VARIABLE] ?? Date.now() - monotonic());
process.env[CLOCK_VARIABLE] = String(offset);

export const now = (): number => offset + monotonic();

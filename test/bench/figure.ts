import type { Spread } from './statistics.ts';

/** One line of the table: what was measured of the agent, against what, and what was aimed at. */
export interface Figure {
  /** The benchmark's letter and what is measured. */
  name: string;
  unit: string;
  subject: Spread;
  /** What the agent is compared with; null where the aim is an absolute one and there is nothing to compare. */
  reference: Spread | null;
  /** Of pairs measured one right after the other, so that a busy moment of the machine hits both. */
  ratio: Spread | null;
  aim: { of: 'ratio' | 'subject'; bound: 'at least' | 'at most'; value: number } | null;
}

export type Verdict = 'met' | 'missed' | '';

export function verdictOf(figure: Figure): Verdict {
  const { aim } = figure;
  if (aim === null) return '';
  const measured = (aim.of === 'ratio' ? figure.ratio : figure.subject)?.median;
  if (measured === undefined) return '';
  return (aim.bound === 'at least' ? measured >= aim.value : measured <= aim.value) ? 'met' : 'missed';
}

/** Rounds as they were measured -> a figure with the ratio of each pair. */
export function paired(
  facts: Pick<Figure, 'name' | 'unit' | 'aim'>,
  rounds: readonly { subject: number; reference: number }[],
  spread: (values: readonly number[]) => Spread,
): Figure {
  return {
    ...facts,
    subject: spread(rounds.map((round) => round.subject)),
    reference: spread(rounds.map((round) => round.reference)),
    ratio: spread(rounds.map((round) => round.subject / round.reference)),
  };
}

/** The figures as a table for people. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    ['figure', 'unit', 'agent', 'reference', 'ratio', 'aim', 'verdict'],
    ...figures.map((figure) => [
      figure.name,
      figure.unit,
      spell(figure.subject),
      figure.reference === null ? '' : spell(figure.reference),
      figure.ratio === null ? '' : spell(figure.ratio),
      figure.aim === null
        ? ''
        : `${figure.aim.of === 'ratio' ? 'ratio ' : ''}${figure.aim.bound} ${round(figure.aim.value)}`,
      verdictOf(figure),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function spell({ median, least, most }: Spread): string {
  return least === most ? round(median) : `${round(median)} (${round(least)}-${round(most)})`;
}

/** Three digits that mean something. */
function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

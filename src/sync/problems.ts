import type { Clock, Problem } from './ports.ts';

/** The open problems. Raising one again keeps its beginning; listeners hear of changes only. */
export class ProblemBoard {
  readonly #open = new Map<string, Problem>();
  readonly #clock: Clock;
  readonly #changed: () => void;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  raise(problem: Omit<Problem, 'since'>): void {
    const known = this.#open.get(problem.id);
    const since = known?.since ?? new Date(this.#clock()).toISOString();
    const next: Problem = { ...problem, since };
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(next)) return;
    this.#open.set(problem.id, next);
    this.#changed();
  }

  clear(id: string): void {
    if (this.#open.delete(id)) this.#changed();
  }

  list(): Problem[] {
    const rank = { danger: 0, warning: 1, info: 2 };
    return [...this.#open.values()].sort(
      (a, b) => rank[a.severity] - rank[b.severity] || a.since.localeCompare(b.since),
    );
  }
}

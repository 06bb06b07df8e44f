import { OPERATIONS, type OperationName } from './operations.ts';
import { type Cell, FAILURES, MOMENTS, type Moment } from './table.ts';

/** Cells that share one `kill -9` of the agent. */
export interface Round {
  kind: 'meetings' | 'grant' | 'clock' | 'token' | 'requests';
  cells: Record<Moment, Cell[]>;
}

/** As many calls as the agent has under way at once, less some room for those that are tried again meanwhile. */
const AT_ONCE = 6;
const BEFORE = 8;
const AFTER = 10;

/** Puts the cells, in the order they come, into as few rounds as their needs allow. */
export function planRounds(cells: readonly Cell[]): Round[] {
  const rounds: Round[] = [];
  for (const cell of cells) {
    const kind = kindOf(cell);
    const open = rounds.find((round) => round.kind === kind && hasRoom(round, cell));
    if (open !== undefined) {
      open.cells[cell.moment].push(cell);
      continue;
    }
    const round: Round = { kind, cells: { before: [], during: [], after: [] } };
    round.cells[cell.moment].push(cell);
    rounds.push(round);
  }
  return rounds;
}

function kindOf(cell: Cell): Round['kind'] {
  if (cell.group === 'token') return 'token';
  if (cell.group === 'request') return 'requests';
  const failure = FAILURES[cell.failure];
  if ('clockAhead' in failure) return 'clock';
  return cell.failure === 'grant revoked' ? 'grant' : 'meetings';
}

function hasRoom(round: Round, cell: Cell): boolean {
  const same = round.cells[cell.moment];
  const all = MOMENTS.flatMap((moment) => round.cells[moment]);
  const moments = (list: Cell[]) => list.every((other) => other.moment === cell.moment);
  switch (round.kind) {
    case 'token':
      return (
        same.length === 0 &&
        (cell.moment !== 'during' || round.cells.before.length === 0) &&
        (cell.moment !== 'before' || round.cells.during.length === 0)
      );
    case 'requests':
      // One after the other before and after; while the process dies those are under way that can be told apart.
      return cell.moment === 'during' ? same.every((other) => page(other) !== page(cell)) : same.length < 4;
    case 'grant':
      return moments(all) && all.length < AT_ONCE && alone(all, cell);
    case 'clock':
      return (
        moments(all) && all.every((other) => other.failure === cell.failure) && all.length < AT_ONCE && alone(all, cell)
      );
    case 'meetings': {
      if (!alone(all, cell) || !once(same, cell, 'token expired')) return false;
      if (cell.moment === 'during') return same.length < AT_ONCE;
      const slow = same.filter(slows).length;
      if (cell.moment === 'before') return slows(cell) ? slow === 0 : same.length - slow < BEFORE;
      return same.length < AFTER && (!slows(cell) || slow < 3) && once(same, cell, 'quotaExceeded');
    }
  }
}

/** Which button it is: the steps of a test entry are one, and so is everything that concerns the grant. */
function page({ operation }: Cell): string {
  return operation.startsWith('test entry') ? 'test' : operation.startsWith('choose') ? 'list' : 'grant';
}

/** Some calls name no meeting, so two of them could not be told apart. */
function alone(others: Cell[], cell: Cell): boolean {
  const names = (item: Cell) => OPERATIONS[item.operation as OperationName]?.alone !== true;
  return names(cell) || others.every(names);
}

function once(others: Cell[], cell: Cell, failure: Cell['failure']): boolean {
  return cell.failure !== failure || others.every((other) => other.failure !== failure);
}

export function slows(cell: Cell): boolean {
  const failure = FAILURES[cell.failure];
  return 'account' in failure && failure.account === 'slows';
}

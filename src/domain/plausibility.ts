/** How far the removal of one entry has come, where more than its own plan decides. */
export type RemovalMark =
  /** Waits a moment, so that a change that removes many is seen whole. */
  | 'settling'
  /** Waits for a person. */
  | 'stopped'
  /** A person let it go on. */
  | 'confirmed'
  /** Carried out; counts among the recent ones for a while. */
  | 'done';

export interface RemovalFigures {
  /** Removals that settle or are stopped, this one among them once it is marked. */
  waiting: number;
  /** Removals carried out within the last minute without a confirmation. */
  recent: number;
  /** Entries that the calendar holds for meetings not over yet. */
  future: number;
}

/** A change that removes no more than this many entries is never stopped. */
export const SMALL_CHANGE = 10;
const SHARE = 0.2;

/** How many of the future entries may go in one change without anyone being asked. */
export function removalLimit(future: number): number {
  return Math.max(SMALL_CHANGE, Math.floor(future * SHARE));
}

/**
 * Whether one removal may be carried out. A PBX that lost its configuration, or a selector set by mistake, looks like
 * many people cancelling at once; a calendar emptied and guests mailed cannot be taken back.
 */
export function judgeRemoval(mark: RemovalMark | null, figures: RemovalFigures): 'go' | 'settle' | 'stop' {
  if (mark === 'confirmed') return 'go';
  const future = figures.future + figures.recent;
  if (future <= SMALL_CHANGE) return 'go';
  if (mark !== 'settling' && mark !== 'stopped') return 'settle';
  return figures.waiting + figures.recent > removalLimit(future) ? 'stop' : 'go';
}

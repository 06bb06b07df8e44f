import type { WallClock } from './meeting.ts';

/** Moves `time` by as much as `from` is away from `to`, on the clock face: no zone is involved. */
export function shiftWallClock(time: WallClock, from: WallClock, to: WallClock): WallClock {
  const shifted = Date.parse(`${time}Z`) + Date.parse(`${to}Z`) - Date.parse(`${from}Z`);
  return new Date(shifted).toISOString().slice(0, 19);
}

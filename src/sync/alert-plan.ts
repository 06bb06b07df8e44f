import type { AlertChannel, AlertRecord, Problem, Severity } from './ports.ts';

/**
 * Who is to be told what. Level-triggered like the rest: what the recipients last heard is compared with what is, so
 * that a restart tells nothing twice, a problem that was over before anybody could be told is not told at all, and a
 * problem that comes back within the day is told when the day is over, if it is still there.
 */

export const DAY_MS = 24 * 3_600_000;

/** The problem "alerts do not go out through this channel". It is never told through that channel. */
export const failureProblemId = (channel: AlertChannel): string => `alerts-failed:${channel}`;

/** A problem from its first sight until it has been gone for as long as the delay. One that flaps stays one episode. */
export interface Episode {
  problem: Problem;
  since: number;
  /** null while the problem is there. */
  goneAt: number | null;
}

export type Episodes = ReadonlyMap<string, Episode>;

/**
 * @param lasting problems whose condition is not known to be over, although nobody reports them now: after a restart
 * a calendar that is gone is noticed again only with the next write
 */
export function observe(
  before: Episodes,
  problems: readonly Problem[],
  how: { now: number; delayMs: number; lasting(id: string): boolean },
): Episodes {
  const { now, delayMs, lasting } = how;
  const next = new Map<string, Episode>();
  for (const problem of problems) {
    const known = before.get(problem.id);
    const ended = known === undefined || hasEnded(known, now, delayMs);
    next.set(problem.id, { problem, since: ended ? now : known.since, goneAt: null });
  }
  for (const [id, episode] of before) {
    if (next.has(id)) continue;
    const goneAt = lasting(id) ? null : (episode.goneAt ?? now);
    if (!hasEnded({ ...episode, goneAt }, now, delayMs)) next.set(id, { ...episode, goneAt });
  }
  return next;
}

export interface AlertPolicy {
  enabled: boolean;
  /** The least severity that is told. */
  severity: Severity;
  delayMs: number;
}

export interface AlertStep {
  kind: 'opened' | 'closed';
  problem: Problem;
}

export interface AlertPlan {
  send: AlertStep[];
  /** Records whose recipients need not hear the end, or whose message was begun in vain. */
  drop: AlertRecord[];
  /** When there may be more to do, in milliseconds since the epoch; null = not before something changes. */
  nextAt: number | null;
}

const RANK: Record<Severity, number> = { info: 0, warning: 1, danger: 2 };

/** What one channel has to do now. `records` are those of this channel, by problem id. */
export function planAlerts(
  channel: AlertChannel,
  policy: AlertPolicy,
  state: { episodes: Episodes; records: ReadonlyMap<string, AlertRecord>; now: number },
): AlertPlan {
  const { episodes, records, now } = state;
  const plan: AlertPlan = { send: [], drop: [], nextAt: null };
  const later = (at: number) => {
    plan.nextAt = Math.min(plan.nextAt ?? at, at);
  };
  for (const [id, { problem, since, goneAt }] of episodes) {
    if (goneAt !== null) {
      later(goneAt + policy.delayMs);
      continue;
    }
    const record = records.get(id);
    const wanted = policy.enabled && RANK[problem.severity] >= RANK[policy.severity];
    if (!wanted || id === failureProblemId(channel) || record?.told === 'opened') continue;
    const due = Math.max(since + policy.delayMs, quietUntil(record, now));
    if (due <= now) plan.send.push({ kind: 'opened', problem });
    else later(due);
  }
  for (const [id, record] of records) {
    if (episodes.has(id)) continue;
    if (record.told === 'opened' && policy.enabled) plan.send.push({ kind: 'closed', problem: record.snapshot });
    else if (record.told === 'opened' || record.pending !== null) plan.drop.push(record);
  }
  return plan;
}

/** At most one opening message per problem and day. A clock that was set back by more than a day starts anew. */
function quietUntil(record: AlertRecord | undefined, now: number): number {
  const at = record?.openedAt ?? null;
  return at === null || at - now > DAY_MS ? Number.NEGATIVE_INFINITY : at + DAY_MS;
}

function hasEnded({ goneAt }: Pick<Episode, 'goneAt'>, now: number, delayMs: number): boolean {
  return goneAt !== null && goneAt + delayMs <= now;
}

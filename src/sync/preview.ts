import { type Taking, takeMeeting } from '../domain/directory.ts';
import { explain } from '../domain/failure.ts';
import type { DesiredState, MeetingEvent, Operation, Warning } from '../domain/meeting.ts';
import { type NextOccurrence, nextOccurrences } from '../domain/next-occurrences.ts';
import type { Plan, RecordedEntry, Step } from '../domain/plan.ts';
import { judge } from '../domain/standing.ts';
import { type Applying, apply, applyOccurrence } from './apply.ts';
import type { ReadEvent } from './ingest.ts';
import { planFor } from './planning.ts';
import type { CalendarProvider, CalendarSettings, CalendarTarget, Claim, Clock, Ledger, WireRequest } from './ports.ts';
import { distinct } from './result.ts';

const NEXT = 5;

export interface Preview {
  action: 'create' | 'update' | 'cancel' | 'none' | 'held';
  reason: string;
  /** The first request, exactly as it would go out. */
  request: WireRequest | null;
  /** All of them: a series with changed occurrences takes several. */
  requests: WireRequest[];
  warnings: Warning[];
  nextOccurrences: NextOccurrence[];
}

export interface PreviewDeps {
  ledger: Ledger;
  /** A calendar that answers questions from the real one and keeps what it is asked to write. */
  rehearse(): { calendar: CalendarProvider; requests: WireRequest[] };
  readEvent(input: { device: string; operation: Operation; payload: Uint8Array }): ReadEvent;
  contentHash(event: MeetingEvent): string;
  /** What meetings are taken in under at the moment. */
  taking(): Taking;
  settings(): CalendarSettings;
  target(): CalendarTarget;
  entryId(device: string, uid: string, generation: number): string;
  agentId: string;
  clock: Clock;
}

/**
 * What an event would do, without doing it: it is read, judged and planned as if it had arrived now, and the plan is
 * carried out against a calendar that writes nothing. Raises what reading from the calendar can raise.
 */
export async function previewEvent(
  deps: PreviewDeps,
  input: { device: string; operation: Operation; payload: Uint8Array },
): Promise<{ ok: true; preview: Preview } | Extract<ReadEvent, { ok: false }>> {
  const read = deps.readEvent(input);
  if (!read.ok) return read;
  const { claim, known } = await asIfTaken(deps, read.event);
  const wish = known.incoming;
  const meeting = claim.main?.meeting ?? null;
  const next =
    meeting === null
      ? []
      : nextOccurrences(meeting, deps.clock(), NEXT, {
          deviceZone: claim.identity?.timeZone ?? null,
          occurrences: claim.occurrences,
        });
  const nothing = (action: Preview['action'], reason: string, warnings: Warning[]): { ok: true; preview: Preview } => ({
    ok: true,
    preview: { action, reason, request: null, requests: [], warnings: distinct(warnings), nextOccurrences: next },
  });
  if (known.verdict !== 'applied') return nothing('none', REASONS[known.verdict], wish.warnings);
  const { settings, target, agentId, clock } = deps;
  const plan = planFor(claim, { settings: settings(), target: target(), agentId, now: clock() });
  if (plan.steps.length === 0) {
    const explained = plan.code === null ? '' : ` (${explain(plan.code).title})`;
    return nothing(plan.state === 'held' ? 'held' : 'none', `${plan.reason}${explained}`, plan.warnings);
  }
  const requests = await rehearsed(deps, claim, plan);
  return {
    ok: true,
    preview: {
      action: actionOf(plan.steps),
      reason: plan.reason,
      request: requests[0] ?? null,
      requests,
      warnings: distinct(plan.warnings),
      nextOccurrences: next,
    },
  };
}

const REASONS = {
  duplicate: 'exactly this is known already',
  stale: 'a newer state is known',
  'sequence-conflict': 'another content is known for this sequence: it would be rejected',
} as const;

/** The meeting as it would stand with the event taken in. */
async function asIfTaken(deps: PreviewDeps, event: MeetingEvent) {
  const { ledger, contentHash, clock } = deps;
  const { device, uid } = event;
  const found = await ledger.meeting({ device, uid });
  const identity = (await ledger.devices()).find((item) => item.device === device)?.identity ?? null;
  const incoming: DesiredState = {
    occurrence: event.occurrence,
    sequence: event.sequence,
    cancelled: event.operation === 'cancelled',
    contentHash: contentHash(event),
    // As ingest does it: what the directory and the choice of meetings say at this moment.
    meeting: event.meeting === null ? null : takeMeeting(event.meeting, deps.taking()),
    warnings: event.warnings,
  };
  const before =
    event.occurrence === null
      ? (found?.main ?? null)
      : (found?.occurrences.find((item) => item.occurrence === event.occurrence) ?? null);
  const others = (found?.occurrences ?? []).filter((item) => item.occurrence !== event.occurrence);
  const withdrawn = incoming.cancelled && event.occurrence === null ? event.sequence : -1;
  const claim: Claim = {
    device,
    uid,
    main: event.occurrence === null ? incoming : (found?.main ?? null),
    occurrences: event.occurrence === null ? others.filter((item) => item.sequence > withdrawn) : [...others, incoming],
    recorded: found?.recorded ?? [],
    leftBehind: found?.leftBehind ?? [],
    state: 'pending',
    error: null,
    warnings: [],
    attempt: 0,
    version: 0,
    identity,
    removal: null,
    correlation: null,
    openSince: clock(),
  };
  return { claim, known: { incoming, verdict: judge(before, incoming) } };
}

async function rehearsed(deps: PreviewDeps, claim: Claim, plan: Plan): Promise<WireRequest[]> {
  const { calendar, requests } = deps.rehearse();
  const context: Applying = {
    key: { device: claim.device, uid: claim.uid },
    calendar,
    entryId: (generation) => deps.entryId(claim.device, claim.uid, generation),
    async intend() {},
    agentId: deps.agentId,
    changedInCalendar: deps.settings().changedInCalendar,
    onPersonsChange() {},
    onForeignAgent() {},
  };
  let main: RecordedEntry | null = claim.recorded.find((item) => item.occurrence === null) ?? null;
  for (const step of plan.steps) {
    if (step.action !== 'change-occurrence' && step.action !== 'cancel-occurrence') main = await apply(step, context);
    else if (main !== null && main.state === 'live') await applyOccurrence(step, main, context);
  }
  return requests;
}

function actionOf(steps: Step[]): Preview['action'] {
  const [first] = steps;
  switch (first?.action) {
    case 'create':
    case 'revive':
      return 'create';
    case 'update':
    case 'change-occurrence':
      return 'update';
    case 'remove':
    case 'cancel-occurrence':
      return 'cancel';
    default:
      return 'none';
  }
}

import { type CalendarEntry, composeEntry, type EntryPolicy, sameContent, sameGuests } from './entry.ts';
import type { DesiredState, Meeting, WallClock, Warning } from './meeting.ts';
import { isOccurrence, lastEnd } from './recurrence.ts';
import { resolveZone, toInstant } from './zone.ts';

/** What the ledger knows of one calendar entry, or of one changed occurrence of it. */
export interface RecordedEntry {
  occurrence: WallClock | null;
  /** `sub` of the account, never its address. */
  account: string;
  /** Resolved: never the word `primary`. */
  calendarId: string;
  eventId: string;
  generation: number;
  /** 'intended' = a write was about to happen and its outcome is not known. */
  state: 'intended' | 'live' | 'removed' | 'deleted-by-person';
  etag: string | null;
  htmlLink: string | null;
  /** The newest sequence that the entry is known to fulfil. */
  sequence: number;
  /** As last written; while only intended, what the first attempt may have written. */
  entry: CalendarEntry | null;
}

export type Mail = 'all' | 'externalOnly' | 'none';

/** One write, or a bookkeeping step that touches no calendar (`forget`). */
export type Step =
  | {
      action: 'create';
      generation: number;
      account: string;
      calendarId: string;
      /** What an earlier attempt, whose outcome is not known, may have written under this id. */
      earlier: CalendarEntry | null;
      entry: CalendarEntry;
      mail: Mail;
    }
  | { action: 'update'; recorded: RecordedEntry; entry: CalendarEntry; guestsChanged: boolean; mail: Mail }
  | { action: 'revive'; recorded: RecordedEntry; entry: CalendarEntry; mail: Mail }
  | { action: 'remove'; recorded: RecordedEntry; mail: Mail }
  | { action: 'forget'; recorded: RecordedEntry }
  | {
      action: 'change-occurrence';
      occurrence: WallClock;
      zone: string;
      recorded: RecordedEntry | null;
      entry: CalendarEntry;
      mail: Mail;
    }
  | { action: 'cancel-occurrence'; occurrence: WallClock; zone: string; recorded: RecordedEntry | null; mail: Mail };

export interface Plan {
  steps: Step[];
  /** The state that the meeting has once every step is done; 'held' and 'failed' come with a code and no steps. */
  state: 'synced' | 'skipped' | 'cancelled' | 'held' | 'failed';
  code: string | null;
  /** Why, in a few words, for the history and for a dry run. */
  reason: string;
  warnings: Warning[];
}

export interface PlanPolicy extends Omit<EntryPolicy, 'organizerAddress'> {
  sendUpdates: Mail;
  selector: 'tick' | 'all' | 'tag';
  tag: string;
  deletedInCalendar: 'leave' | 'recreate';
  /** Where new entries go, or the code of what forbids it. */
  target: { ok: true; account: string; address: string; calendarId: string } | { ok: false; code: string };
}

export interface PlanInput {
  device: string;
  deviceZone: string | null;
  main: DesiredState | null;
  occurrences: DesiredState[];
  recorded: RecordedEntry[];
  policy: PlanPolicy;
  /** null = the device may get new entries, else the code of what forbids it. */
  deviceCode: string | null;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * The whole decision, as a value. Cases, in this order:
 *
 * 1. only occurrences are known -> held `series-unknown`
 * 2. withdrawn, or not chosen by the selector -> remove what is there (left alone when the meeting is over)
 * 3. a person deleted the entry -> skipped, or made anew when the settings say so
 * 4. the zone is not known -> held
 * 5. the entry lives -> update when the content differs, and settle its occurrences
 * 6. no entry -> held while the device or the account forbids it, else create, or revive what we removed
 */
export function plan(input: PlanInput): Plan {
  const { main, policy } = input;
  if (main === null) return held('series-unknown', 'only single occurrences have arrived');
  const entry = input.recorded.find((item) => item.occurrence === null) ?? null;
  const meeting = main.meeting;
  if (main.cancelled || meeting === null) return withdraw(input, entry, 'cancelled', 'the PBX cancelled the meeting');
  if (!wanted(meeting, policy)) return withdraw(input, entry, 'skipped', 'the meeting is not chosen for the calendar');
  if (entry?.state === 'deleted-by-person' && policy.deletedInCalendar === 'leave')
    return deletedByPerson(main.warnings);

  const zone = resolveZone(meeting.timeZone, input.deviceZone, Number(meeting.start.slice(0, 4)));
  if (zone === null) return held('zone-unknown', `"${meeting.timeZone}" names no time zone`, main.warnings);
  const warnings = [...main.warnings];
  if (zone.warning) warnings.push({ ...zone.warning, path: '/data/timeZone' });
  const over = isOver(meeting, zone.zone, input.now);
  if (over) warnings.push({ code: 'over', path: '', message: 'The meeting is over; nobody is mailed.' });
  const context: Writing = { input, meeting, zone: zone.zone, over, warnings };

  if (entry !== null && (entry.state === 'live' || entry.state === 'intended')) return keep(context, entry);
  return make(context, entry);
}

interface Writing {
  input: PlanInput;
  meeting: Meeting;
  zone: string;
  over: boolean;
  warnings: Warning[];
}

/** The entry lives, or may live: bring it to the wished content. */
function keep(context: Writing, recorded: RecordedEntry): Plan {
  const { input, warnings } = context;
  const composed = compose(context, recorded.calendarId);
  warnings.push(...composed.warnings);
  const entry = composed.entry;
  const steps: Step[] = [];
  if (recorded.state === 'intended') {
    const { account, calendarId, generation } = recorded;
    const earlier = recorded.entry;
    steps.push({ action: 'create', generation, account, calendarId, earlier, entry, mail: mailFor(context, entry) });
  } else if (recorded.entry === null || !sameContent(recorded.entry, entry)) {
    const before = recorded.entry?.guests ?? [];
    const guestsChanged = recorded.entry === null || !sameGuests(before, entry.guests);
    const mailed = before.length + entry.guests.length > 0;
    // What changed is a setting, not the meeting: nobody needs to hear of it unless somebody is newly invited.
    const bookkeeping = recorded.sequence === input.main?.sequence && !guestsChanged;
    steps.push({
      action: 'update',
      recorded,
      entry,
      guestsChanged,
      mail: mailed && !context.over && !bookkeeping ? input.policy.sendUpdates : 'none',
    });
  }
  steps.push(...occurrenceSteps(context, recorded));
  if (steps.length === 0) return { steps, state: 'synced', code: null, reason: 'the entry is as asked', warnings };
  const forbidden = accountForbids(input, recorded);
  if (forbidden !== null) return held(forbidden, 'the entry cannot be written now', warnings);
  return { steps, state: 'synced', code: null, reason: 'the meeting changed', warnings };
}

/** There is no entry: make one, or revive the one that was removed. */
function make(context: Writing, removed: RecordedEntry | null): Plan {
  const { input, warnings } = context;
  if (input.deviceCode !== null) return held(input.deviceCode, 'the device may not get new entries yet', warnings);
  const target = input.policy.target;
  if (!target.ok) return held(target.code, 'there is no calendar to write to', warnings);
  const composed = compose(context, target.calendarId);
  warnings.push(...composed.warnings);
  const entry = composed.entry;
  const mail = mailFor(context, entry);
  const revivable = removed !== null && removed.account === target.account && removed.calendarId === target.calendarId;
  const first: Step = revivable
    ? { action: 'revive', recorded: removed, entry, mail }
    : {
        action: 'create',
        generation: removed === null ? 0 : removed.generation + 1,
        account: target.account,
        calendarId: target.calendarId,
        earlier: null,
        entry,
        mail,
      };
  const reason = revivable ? 'the meeting is wanted again' : 'the meeting is new';
  return { steps: [first, ...occurrenceSteps(context, null)], state: 'synced', code: null, reason, warnings };
}

/** No entry is wanted. A meeting that is over keeps its entry: it happened. */
function withdraw(
  input: PlanInput,
  recorded: RecordedEntry | null,
  state: 'cancelled' | 'skipped',
  reason: string,
): Plan {
  const none: Plan = { steps: [], state, code: null, reason, warnings: [] };
  if (recorded === null || recorded.state === 'removed') return none;
  if (recorded.state === 'deleted-by-person') return { ...none, steps: [{ action: 'forget', recorded }] };
  const last = recorded.entry === null ? null : entryEnd(recorded.entry);
  if (last !== null && last <= input.now) {
    const message = 'The meeting is over; its entry stays and nobody is mailed.';
    return { ...none, warnings: [{ code: 'over', path: '', message }] };
  }
  const forbidden = accountForbids(input, recorded);
  if (forbidden !== null) return held(forbidden, reason);
  // Guests who were told of a meeting are told of its end: 'none' would leave a dead entry in their calendars.
  const mail: Mail = recorded.entry !== null && recorded.entry.guests.length === 0 ? 'none' : 'all';
  return { ...none, steps: [{ action: 'remove', recorded, mail }] };
}

function occurrenceSteps(context: Writing, main: RecordedEntry | null): Step[] {
  const { input, meeting, zone, warnings } = context;
  const steps: Step[] = [];
  for (const wish of input.occurrences) {
    const occurrence = wish.occurrence;
    if (occurrence === null) continue;
    if (
      meeting.recurrence === null ||
      !isOccurrence(meeting.recurrence, meeting.start, { zone, candidate: occurrence })
    ) {
      const message = `The rule of the series no longer produces ${occurrence}.`;
      warnings.push({ code: 'occurrence-not-in-series', path: '/data/occurrence', message });
      continue;
    }
    warnings.push(...wish.warnings);
    // What was recorded under an earlier entry of this meeting says nothing about this one.
    const recorded =
      main === null
        ? null
        : (input.recorded.find((item) => item.occurrence === occurrence && item.eventId.startsWith(main.eventId)) ??
          null);
    const step = occurrenceStep(context, wish, recorded);
    if (step !== null) steps.push(step);
  }
  return steps;
}

function occurrenceStep(context: Writing, wish: DesiredState, recorded: RecordedEntry | null): Step | null {
  const { input, zone } = context;
  const occurrence = wish.occurrence as WallClock;
  const gone = recorded?.state === 'removed' || recorded?.state === 'deleted-by-person';
  if (wish.cancelled || wish.meeting === null || !wanted(wish.meeting, input.policy)) {
    if (gone) return null;
    const past = toInstant(occurrence, zone) <= input.now;
    return { action: 'cancel-occurrence', occurrence, zone, recorded, mail: past ? 'none' : 'all' };
  }
  if (recorded?.state === 'deleted-by-person' && input.policy.deletedInCalendar === 'leave') return null;
  const own = resolveZone(wish.meeting.timeZone, input.deviceZone, Number(wish.meeting.start.slice(0, 4)));
  const occurrenceContext: Writing = {
    ...context,
    meeting: { ...wish.meeting, recurrence: null },
    over: toInstant(wish.meeting.end, own?.zone ?? zone) <= input.now,
  };
  const composed = compose({ ...occurrenceContext, zone: own?.zone ?? zone }, calendarOf(context, recorded));
  context.warnings.push(...composed.warnings);
  if (recorded?.state === 'live' && recorded.entry !== null && sameContent(recorded.entry, composed.entry)) return null;
  const mail = mailFor(occurrenceContext, composed.entry);
  return { action: 'change-occurrence', occurrence, zone, recorded, entry: composed.entry, mail };
}

function compose(context: Writing, calendarId: string): { entry: CalendarEntry; warnings: Warning[] } {
  const { input, meeting, zone } = context;
  const { policy, device } = input;
  // A primary calendar's id is its owner's address: there the owner is the organizer, not a guest. The id of any
  // other calendar is nobody's address.
  return composeEntry(meeting, { device, zone, occurrence: null, policy: { ...policy, organizerAddress: calendarId } });
}

function calendarOf(context: Writing, recorded: RecordedEntry | null): string {
  const main = context.input.recorded.find((item) => item.occurrence === null);
  const target = context.input.policy.target;
  return recorded?.calendarId ?? main?.calendarId ?? (target.ok ? target.calendarId : '');
}

function mailFor(context: Writing, entry: CalendarEntry): Mail {
  return context.over || entry.guests.length === 0 ? 'none' : context.input.policy.sendUpdates;
}

function accountForbids(input: PlanInput, recorded: RecordedEntry): string | null {
  const target = input.policy.target;
  if (!target.ok) return target.code;
  return target.account === recorded.account ? null : 'other-account';
}

function wanted(meeting: Meeting, policy: PlanPolicy): boolean {
  if (policy.selector === 'all') return true;
  if (policy.selector === 'tick') return meeting.syncToGoogleCalendar;
  const tag = policy.tag.toLowerCase();
  return meeting.subject.toLowerCase().includes(tag) || meeting.agenda.toLowerCase().includes(tag);
}

/** Milliseconds since the epoch of the last end; null when the meeting repeats for ever. */
export function meetingEnd(meeting: Meeting, zone: string): number | null {
  if (meeting.recurrence === null) return toInstant(meeting.end, zone);
  return lastEnd(meeting, zone);
}

function isOver(meeting: Meeting, zone: string, now: number): boolean {
  const end = meetingEnd(meeting, zone);
  return end !== null && end <= now;
}

/** The end of a single entry; null for a series, whose end is not read back from its rule here. */
function entryEnd(entry: CalendarEntry): number | null {
  return entry.recurrence.length > 0 ? null : toInstant(entry.end.local, entry.end.zone);
}

function held(code: string, reason: string, warnings: Warning[] = []): Plan {
  return { steps: [], state: 'held', code, reason, warnings };
}

function deletedByPerson(warnings: Warning[]): Plan {
  const message = 'A person deleted the entry in the calendar; it is left deleted.';
  return {
    steps: [],
    state: 'skipped',
    code: null,
    reason: 'a person deleted the entry in the calendar',
    warnings: [...warnings, { code: 'deleted-in-calendar', path: '', message }],
  };
}

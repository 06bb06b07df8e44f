import { isChosen } from './directory.ts';
import { type CalendarEntry, composeEntry, type EntryPolicy, sameContent, sameGuests } from './entry.ts';
import type { DesiredState, Meeting, WallClock, Warning } from './meeting.ts';
import { type PlacedOccurrence, placeOccurrences, standingRecurrence } from './occurrences.ts';
import { calendarSeriesEnd, lastEnd, occurrences, recurrenceFault } from './recurrence.ts';
import { shiftWallClock } from './wall-clock.ts';
import { resolveZone, toInstant, zoneRefusal } from './zone.ts';

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
      unsettles: RecordedEntry[];
    }
  | {
      action: 'update';
      recorded: RecordedEntry;
      entry: CalendarEntry;
      guestsChanged: boolean;
      mail: Mail;
      /** Changed occurrences that this write may undo in the calendar; each is looked at again after it. */
      unsettles: RecordedEntry[];
    }
  | { action: 'revive'; recorded: RecordedEntry; entry: CalendarEntry; mail: Mail; unsettles: RecordedEntry[] }
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
 * 4. the zone is not known -> held; the repeat rule cannot be written -> failed; it leaves no occurrence -> as 2
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

  const year = Number(meeting.start.slice(0, 4));
  const zone = resolveZone(meeting.timeZone, input.deviceZone, year);
  if (zone === null) {
    const message = zoneRefusal(meeting.timeZone, input.deviceZone, year);
    return held('zone-unknown', message, [...main.warnings, { code: 'zone-unknown', path: '/data/timeZone', message }]);
  }
  const warnings = [...main.warnings];
  if (zone.warning) warnings.push({ ...zone.warning, path: '/data/timeZone' });
  const series = standingSeries(input, meeting, zone.zone);
  if (!series.ok) return refused(series.message, warnings);
  const over = isOver(series.meeting, zone.zone, input);
  if (over) warnings.push({ code: 'over', path: '', message: 'The meeting is over; nobody is mailed.' });
  if (zone.fixed && meeting.recurrence !== null) {
    const message = `"${meeting.timeZone}" is an offset and no place: the series does not follow summer time.`;
    warnings.push({ code: 'zone-fixed-offset', path: '/data/timeZone', message });
  }
  if (series.empty) return withdraw(input, entry, 'skipped', 'every occurrence of the series is excluded');
  const context: Writing = { input, meeting: series.meeting, zone: zone.zone, over, warnings };

  if (entry !== null && (entry.state === 'live' || entry.state === 'intended')) return keep(context, entry);
  return make(context, entry);
}

/** The meeting with the exclusions that count; `empty` when they leave no occurrence. */
function standingSeries(
  input: PlanInput,
  meeting: Meeting,
  zone: string,
): { ok: true; meeting: Meeting; empty: boolean } | { ok: false; message: string } {
  if (meeting.recurrence === null) return { ok: true, meeting, empty: false };
  const fault = recurrenceFault(meeting.recurrence, meeting.start, zone);
  if (fault !== null) return { ok: false, message: fault };
  const wished = (wish: DesiredState) => wish.meeting !== null && wanted(wish.meeting, input.policy);
  const recurrence = standingRecurrence(meeting, input.occurrences, wished);
  const empty = recurrence !== null && occurrences(recurrence, meeting.start, { zone, limit: 1 }).length === 0;
  return { ok: true, meeting: { ...meeting, recurrence }, empty };
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
  const placed = placeIn(context, recorded.eventId);
  const orphans = orphanSteps(context, placed);
  // They go before the series moves; where it is not known to exist, it comes first.
  const steps: Step[] = recorded.state === 'intended' ? [] : [...orphans];
  let mailed = false;
  if (recorded.state === 'intended') {
    const { account, calendarId, generation } = recorded;
    const mail = mailFor(context, entry);
    const unsettles = settledRows(placed);
    steps.push({ action: 'create', generation, account, calendarId, earlier: recorded.entry, entry, mail, unsettles });
  } else if (recorded.entry === null || !sameContent(recorded.entry, entry)) {
    const before = recorded.entry?.guests ?? [];
    const guestsChanged = recorded.entry === null || !sameGuests(before, entry.guests);
    // What changed is a setting, not the meeting: nobody needs to hear of it unless somebody is newly invited.
    const bookkeeping = recorded.sequence === input.main?.sequence && !guestsChanged;
    mailed = before.length + entry.guests.length > 0 && !context.over && !bookkeeping;
    steps.push({
      action: 'update',
      recorded,
      entry,
      guestsChanged,
      mail: mailed ? input.policy.sendUpdates : 'none',
      unsettles: recorded.entry !== null && sameSeries(recorded.entry, entry) ? [] : settledRows(placed),
    });
  }
  const main = steps.at(-1);
  if (recorded.state === 'intended') steps.push(...orphans);
  steps.push(...occurrenceSteps(context, placed, { main, mailed }));
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
  const placed = placeIn(context, removed?.eventId ?? null);
  const revivable = removed !== null && removed.account === target.account && removed.calendarId === target.calendarId;
  const first: Step = revivable
    ? { action: 'revive', recorded: removed, entry, mail, unsettles: settledRows(placed) }
    : {
        action: 'create',
        generation: removed === null ? 0 : removed.generation + 1,
        account: target.account,
        calendarId: target.calendarId,
        earlier: null,
        entry,
        mail,
        unsettles: [],
      };
  const reason = revivable ? 'the meeting is wanted again' : 'the meeting is new';
  const kept = revivable ? placed : placeIn(context, null);
  const rest = [...orphanSteps(context, kept), ...occurrenceSteps(context, kept, { main: first, mailed: true })];
  return { steps: [first, ...rest], state: 'synced', code: null, reason, warnings };
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
  const last = entryEnd(recorded, input.recorded);
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

/** The wished and the recorded occurrences, placed in the series as it stands. */
function placeIn(context: Writing, entryId: string | null): PlacedOccurrence[] {
  const { input, meeting, zone } = context;
  return placeOccurrences({ meeting, zone, wishes: input.occurrences, recorded: input.recorded, entryId });
}

function settledRows(placed: PlacedOccurrence[]): RecordedEntry[] {
  return placed.flatMap((item) =>
    (item.kind === 'wish' || item.kind === 'follow') &&
    item.recorded !== null &&
    item.recorded.state !== 'deleted-by-person'
      ? [item.recorded]
      : [],
  );
}

/** Before the series changes: a changed occurrence that it will have no more would stay in the calendar. */
function orphanSteps(context: Writing, placed: PlacedOccurrence[]): Step[] {
  return placed.flatMap((item): Step[] => {
    if (item.kind !== 'orphan') return [];
    const { occurrence, recorded } = item;
    const end = recorded.entry === null ? null : toInstant(recorded.entry.end.local, recorded.entry.end.zone);
    const mail: Mail = end !== null && end <= context.input.now ? 'none' : 'all';
    return [{ action: 'cancel-occurrence', occurrence, zone: context.zone, recorded, mail }];
  });
}

function occurrenceSteps(
  context: Writing,
  placed: PlacedOccurrence[],
  series: { main: Step | undefined; mailed: boolean },
): Step[] {
  const { warnings } = context;
  const unsettled = series.main !== undefined && 'unsettles' in series.main ? series.main.unsettles : [];
  const steps: Step[] = [];
  for (const item of placed) {
    if (item.kind === 'orphan') continue;
    if (item.kind === 'unknown') {
      // One that is to go, and is excluded as well, is where it shall be.
      if (item.excluded && item.wish.cancelled) continue;
      const message = item.excluded
        ? `A later change of the series excludes ${item.occurrence}.`
        : `The rule of the series no longer produces ${item.occurrence}.`;
      warnings.push({ code: 'occurrence-not-in-series', path: '/data/occurrence', message });
      continue;
    }
    const known = item.recorded;
    const recorded: RecordedEntry | null =
      known !== null && unsettled.includes(known) ? { ...known, state: 'intended' } : known;
    if (item.kind === 'wish') warnings.push(...item.wish.warnings);
    const step =
      item.kind === 'wish'
        ? occurrenceStep(context, item.wish, recorded)
        : followStep(context, { occurrence: item.occurrence, recorded: recorded ?? item.recorded }, series.mailed);
    if (step !== null) steps.push(step);
  }
  return steps;
}

/** An occurrence that was changed or cancelled once and is to look as the series does. */
function followStep(
  context: Writing,
  { occurrence, recorded }: { occurrence: WallClock; recorded: RecordedEntry },
  mailed: boolean,
): Step | null {
  if (recorded.state === 'deleted-by-person') return null;
  const { meeting, zone, input } = context;
  const end = shiftWallClock(meeting.end, meeting.start, occurrence);
  const own: Writing = {
    ...context,
    meeting: { ...meeting, start: occurrence, end, recurrence: null },
    over: toInstant(end, zone) <= input.now,
  };
  const { entry } = compose(own, calendarOf(context, recorded));
  if (recorded.state === 'live' && recorded.entry !== null && sameContent(recorded.entry, entry)) return null;
  // Whoever is mailed about the series needs no second mail about one of its occurrences.
  const mail = recorded.state === 'removed' || !mailed ? mailFor(own, entry) : 'none';
  return { action: 'change-occurrence', occurrence, zone, recorded, entry, mail };
}

function occurrenceStep(context: Writing, wish: DesiredState, recorded: RecordedEntry | null): Step | null {
  const { input, zone, warnings } = context;
  const occurrence = wish.occurrence as WallClock;
  const gone = recorded?.state === 'removed' || recorded?.state === 'deleted-by-person';
  if (wish.cancelled || wish.meeting === null || !wanted(wish.meeting, input.policy)) {
    if (gone) return null;
    const past = toInstant(occurrence, zone) <= input.now;
    return { action: 'cancel-occurrence', occurrence, zone, recorded, mail: past ? 'none' : 'all' };
  }
  if (recorded?.state === 'deleted-by-person' && input.policy.deletedInCalendar === 'leave') return null;
  const { timeZone, start, end } = wish.meeting;
  const own = timeZone.trim() === '' ? { zone } : resolveZone(timeZone, null, Number(start.slice(0, 4)));
  if (own === null) {
    const message = `${occurrence}: ${zoneRefusal(timeZone, null, Number(start.slice(0, 4)))}`;
    warnings.push({ code: 'zone-unknown', path: '/data/timeZone', message });
    return null;
  }
  const occurrenceContext: Writing = {
    ...context,
    meeting: { ...wish.meeting, recurrence: null },
    zone: own.zone,
    over: toInstant(end, own.zone) <= input.now,
  };
  const composed = compose(occurrenceContext, calendarOf(context, recorded));
  warnings.push(...composed.warnings);
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

/** A narrower choice holds at once; a wider one for what is taken in under it. */
function wanted(meeting: Meeting, policy: PlanPolicy): boolean {
  return isChosen(meeting, policy) && (meeting.selection === undefined || isChosen(meeting, meeting.selection));
}

/** Milliseconds since the epoch of the last end; null when the meeting repeats for ever. */
export function meetingEnd(meeting: Meeting, zone: string): number | null {
  if (meeting.recurrence === null) return toInstant(meeting.end, zone);
  return lastEnd(meeting, zone);
}

/** Over when its last occurrence is, those that were moved further on included. */
function isOver(meeting: Meeting, zone: string, input: PlanInput): boolean {
  const end = meetingEnd(meeting, zone);
  if (end === null || end > input.now) return false;
  return input.occurrences.every((wish) => {
    if (wish.meeting === null || meeting.recurrence === null) return true;
    const { timeZone, start, end: last } = wish.meeting;
    const own = timeZone.trim() === '' ? null : resolveZone(timeZone, null, Number(start.slice(0, 4)));
    return toInstant(last, own?.zone ?? zone) <= input.now;
  });
}

/** When what was written ends, changed occurrences included; null for a series without end, or where it is not known. */
function entryEnd(main: RecordedEntry, recorded: readonly RecordedEntry[]): number | null {
  const { entry } = main;
  if (entry === null) return null;
  const end = entry.recurrence.length > 0 ? calendarSeriesEnd(entry) : toInstant(entry.end.local, entry.end.zone);
  if (end === null) return null;
  const moved = recorded.flatMap((row) =>
    row.occurrence !== null && row.state === 'live' && row.entry !== null && row.eventId.startsWith(`${main.eventId}_`)
      ? [toInstant(row.entry.end.local, row.entry.end.zone)]
      : [],
  );
  return Math.max(end, ...moved);
}

/** Whether two entries have their occurrences at the same times: then a write leaves the changed ones alone. */
function sameSeries(left: CalendarEntry, right: CalendarEntry): boolean {
  const times = ({ start, end, recurrence }: CalendarEntry) => JSON.stringify([start, end, recurrence]);
  return times(left) === times(right);
}

function refused(reason: string, warnings: Warning[]): Plan {
  const warning = {
    code: 'recurrence-refused',
    path: '/data/recurrence/rrule',
    message: `The repeat rule: ${reason}.`,
  };
  return { steps: [], state: 'failed', code: 'recurrence-refused', reason, warnings: [...warnings, warning] };
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

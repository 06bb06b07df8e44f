import { differences } from '../domain/compare.ts';
import { addressKey, type CalendarEntry, type HeldEntry, sameContent } from '../domain/entry.ts';
import type { Mail, RecordedEntry, Step } from '../domain/plan.ts';
import { instanceSuffix } from '../domain/recurrence.ts';
import { AppError } from '../errors.ts';
import type { CalendarProvider, GuestRow, MeetingKey } from './ports.ts';

/** How often an entry may change under our hands before we come back later. */
const CONFLICTS = 3;
/** How many ids are tried when an id is taken by something that is not ours, or by what cannot be revived. */
const GENERATIONS = 4;
/** How many writes in doubt are kept in mind. */
const MOST_TRIED = 5;
/** What a calendar says of an entry that it will not bring back. */
const GONE = ['forbidden', 'not-found', 'gone'];

export interface Applying {
  key: MeetingKey;
  calendar: CalendarProvider;
  /** (device, uid, generation) -> the entry's id. */
  entryId(generation: number): string;
  /** Made durable before the calendar is asked to create. */
  intend(recorded: RecordedEntry): Promise<void>;
  agentId: string;
  /** Whose word counts where a person changed what the PBX decides. */
  changedInCalendar: 'pbx-wins' | 'leave';
  /** A person had changed these fields of the entry; they were left so, or set back. */
  onPersonsChange(fields: string[], outcome: 'left' | 'set-back'): void;
  /** Two agents serve this device: the entry carries another agent's name. */
  onForeignAgent(agent: string): void;
}

/** Writes one step. Raises the codes of CalendarProvider that a step cannot settle by itself. */
export async function apply(step: Step, context: Applying): Promise<RecordedEntry> {
  switch (step.action) {
    case 'create':
      await unsettle(step.unsettles, context);
      return create(step, context);
    case 'revive':
      await unsettle(step.unsettles, context);
      return revive(step, context);
    case 'update':
      await unsettle(step.unsettles, context);
      return update(step.recorded, { entry: step.entry, guestsChanged: step.guestsChanged, mail: step.mail }, context);
    case 'remove':
      return remove(step.recorded, step.mail, context);
    case 'forget':
      return { ...step.recorded, state: 'removed', etag: null };
    case 'change-occurrence':
    case 'cancel-occurrence':
      throw new AppError('internal-error', 'an occurrence is written with its series');
  }
}

/**
 * Calendars drop or keep the changed occurrences of a series as they like when the series changes. What is known of them
 * is taken back before the write, so that they are looked at again even when the process ends right after it.
 */
async function unsettle(rows: RecordedEntry[], context: Applying): Promise<void> {
  await Promise.all(rows.map((row) => context.intend({ ...row, state: 'intended' })));
}

async function create(step: Extract<Step, { action: 'create' }>, context: Applying): Promise<RecordedEntry> {
  const { calendar } = context;
  const { entry, mail, account, calendarId } = step;
  const before = step.earlier === null ? entry : withTried(step.earlier, entry);
  for (let generation = step.generation; generation < step.generation + GENERATIONS; generation += 1) {
    const eventId = context.entryId(generation);
    const address = { calendarId, eventId };
    const intended: RecordedEntry = {
      occurrence: null,
      account,
      calendarId,
      eventId,
      generation,
      state: 'intended',
      etag: null,
      htmlLink: null,
      sequence: -1,
      entry: before,
    };
    await context.intend(intended);
    try {
      return written(intended, entry, await calendar.insert(address, entry, mail));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'duplicate') throw error;
    }
    // The id exists: our own earlier attempt, our own deleted entry, or something that is not ours.
    const held = await calendar.get(address);
    if (held === null || !isOurs(held, context)) continue;
    if (held.status === 'cancelled') {
      const revived = await tryRevive(intended, { entry, mail }, context);
      if (revived !== null) return revived;
      continue;
    }
    const adopted = written(intended, entry, held);
    if (differences(entry, held).length === 0) return adopted;
    return update({ ...adopted, entry: before }, { entry, guestsChanged: true, mail }, context);
  }
  throw new AppError('entry-conflict', 'every id tried for this entry is taken');
}

async function revive(step: Extract<Step, { action: 'revive' }>, context: Applying): Promise<RecordedEntry> {
  const { recorded, entry, mail } = step;
  const revived = await tryRevive(recorded, { entry, mail }, context);
  if (revived !== null) return revived;
  const { account, calendarId } = recorded;
  const generation = recorded.generation + 1;
  return create(
    { action: 'create', generation, account, calendarId, earlier: null, entry, mail, unsettles: [] },
    context,
  );
}

/** null = what was deleted cannot be brought back under this id. */
async function tryRevive(
  recorded: RecordedEntry,
  wish: { entry: CalendarEntry; mail: Mail },
  context: Applying,
): Promise<RecordedEntry | null> {
  const address = { calendarId: recorded.calendarId, eventId: recorded.eventId };
  const held = await context.calendar.get(address);
  if (held === null || !isOurs(held, context)) return null;
  // A revival whose answer was lost: nothing is left to write, and nobody is mailed twice.
  if (held.status !== 'cancelled' && differences(wish.entry, held).length === 0)
    return written(recorded, wish.entry, held);
  try {
    // Guests that we had added and no longer want are not brought back with the rest.
    const guests = mergeGuests(held, wish.entry, recorded.entry);
    await context.intend({ ...recorded, state: 'intended', entry: withTried(recorded.entry, wish.entry) });
    const after = await context.calendar.patch(
      address,
      { entry: wish.entry, guests, revive: true },
      held.etag,
      wish.mail,
    );
    return after.status === 'cancelled' ? null : written(recorded, wish.entry, after);
  } catch (error) {
    if (error instanceof AppError && GONE.includes(error.code)) return null;
    throw conflictOf(error);
  }
}

/**
 * PATCH of our own fields under the etag that we know; when it moved, the entry is read and the decision made anew:
 * gone -> a person deleted it; already as asked -> our own answer was lost; else our fields are applied again.
 */
async function update(
  recorded: RecordedEntry,
  wish: { entry: CalendarEntry; guestsChanged: boolean; mail: Mail },
  context: Applying,
): Promise<RecordedEntry> {
  const { calendar } = context;
  const address = { calendarId: recorded.calendarId, eventId: recorded.eventId };
  let etag = recorded.etag;
  let guests: GuestRow[] | null = null;
  let foreign: string[] = [];
  // Also where an earlier write may have been carried out: what it left is not what was recorded.
  let read = wish.guestsChanged || etag === null || recorded.entry?.tried !== undefined;
  for (let round = 0; round <= CONFLICTS; round += 1) {
    if (read) {
      const held = await calendar.get(address);
      if (held === null || held.status === 'cancelled') return { ...recorded, state: 'deleted-by-person', etag: null };
      if (!isOurs(held, context)) throw new AppError('entry-conflict', 'the entry no longer carries our mark');
      if (differences(wish.entry, held).length === 0 && !superfluousGuests(held, wish.entry, recorded.entry)) {
        return written(recorded, wish.entry, held);
      }
      const theirs = personsChanges(recorded.entry, held);
      if (theirs.length > 0 && context.changedInCalendar === 'leave') {
        context.onPersonsChange(theirs, 'left');
        return { ...recorded, htmlLink: held.htmlLink ?? recorded.htmlLink };
      }
      foreign = theirs;
      etag = held.etag;
      guests = mergeGuests(held, wish.entry, recorded.entry);
    }
    await context.intend({ ...recorded, entry: withTried(recorded.entry, wish.entry) });
    try {
      const after = await calendar.patch(address, { entry: wish.entry, guests, revive: false }, etag, wish.mail);
      if (after.status === 'cancelled') return { ...recorded, state: 'deleted-by-person', etag: null };
      if (foreign.length > 0) context.onPersonsChange(foreign, 'set-back');
      return written(recorded, wish.entry, after);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!['precondition-failed', 'not-found', 'gone', 'forbidden'].includes(error.code)) throw error;
      read = true;
    }
  }
  throw new AppError('entry-conflict', 'the entry changed several times while it was written');
}

async function remove(recorded: RecordedEntry, mail: Mail, context: Applying): Promise<RecordedEntry> {
  const address = { calendarId: recorded.calendarId, eventId: recorded.eventId };
  const removed: RecordedEntry = { ...recorded, state: 'removed', etag: null };
  // An entry whose creation is in doubt may be somebody else's by now: look before deleting.
  if (recorded.state === 'intended') {
    const held = await context.calendar.get(address);
    if (held === null || held.status === 'cancelled' || !isOurs(held, context)) return removed;
  } else await context.intend({ ...recorded, state: 'intended' });
  try {
    await context.calendar.remove(address, mail);
    return removed;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'forbidden') throw error;
    const held = await context.calendar.get(address);
    if (held === null || held.status === 'cancelled') return removed;
    throw new AppError('calendar-read-only', 'the calendar refuses to delete its entry', { cause: error });
  }
}

/** Changes or cancels one occurrence; the series itself is never written. */
export async function applyOccurrence(
  step: Extract<Step, { action: 'change-occurrence' | 'cancel-occurrence' }>,
  series: RecordedEntry,
  context: Applying,
): Promise<RecordedEntry> {
  const { calendar } = context;
  // One that is to go bears the id under which it was changed, though the series has moved since.
  const earlier = step.action === 'cancel-occurrence' ? step.recorded?.eventId : undefined;
  const eventId = earlier ?? `${series.eventId}_${instanceSuffix(step.occurrence, step.zone)}`;
  const address = { calendarId: series.calendarId, eventId };
  const base: RecordedEntry = {
    ...series,
    occurrence: step.occurrence,
    eventId,
    state: 'live',
    etag: null,
    entry: step.recorded?.entry ?? null,
  };
  if (step.action === 'cancel-occurrence') {
    const held = await calendar.get(address);
    if (held !== null && held.status !== 'cancelled') {
      await context.intend({ ...base, state: 'intended' });
      await calendar.remove(address, step.mail);
    }
    return { ...base, state: 'removed' };
  }
  const held = await calendar.get(address);
  if (held === null) throw new AppError('meeting-refused', `the calendar knows no occurrence at ${step.occurrence}`);
  const revive = held.status === 'cancelled';
  if (!revive && differences(step.entry, held).length === 0) return written(base, step.entry, held);
  // A calendar that dropped the change shows the guests of the series there: ours as well, not added by people.
  const before = step.recorded?.entry && series.entry ? withTried(step.recorded.entry, series.entry) : series.entry;
  // What our own change of the series, or a write of unknown outcome, left of it is nobody's doing.
  const theirs = step.recorded?.state === 'live' && !revive ? personsChanges(step.recorded.entry, held) : [];
  if (theirs.length > 0 && context.changedInCalendar === 'leave') {
    context.onPersonsChange(theirs, 'left');
    return { ...base, etag: step.recorded?.etag ?? null };
  }
  // What is brought back begins as the series is, whatever it looked like: its guests are always told.
  const guests = mergeGuests(held, step.entry, before) ?? (revive ? held.guests : null);
  // Known before it is made: should the series move meanwhile, it would be left behind in the calendar.
  await context.intend({ ...base, state: 'intended', entry: withTried(before, step.entry) });
  const change = { entry: step.entry, guests, revive };
  const after = await calendar.patch(address, change, held.etag, step.mail).catch((error: unknown) => {
    if (!revive || !(error instanceof AppError) || !GONE.includes(error.code)) throw conflictOf(error);
    // Nothing else can be put in its place under this series; trying again and again would not help.
    const message = `the calendar does not bring back its cancelled occurrence at ${step.occurrence}`;
    throw new AppError('meeting-refused', message, { cause: error });
  });
  if (after.status === 'cancelled') return { ...base, state: 'deleted-by-person' };
  if (theirs.length > 0) context.onPersonsChange(theirs, 'set-back');
  return written(base, step.entry, after);
}

/**
 * The attendee rows as they shall be: kept guests keep their row with answer, comment and name; rows that people added
 * stay; rows that we added earlier and no longer want go. null = the list is right as it is and is not sent.
 */
function mergeGuests(held: HeldEntry, entry: CalendarEntry, before: CalendarEntry | null): GuestRow[] | null {
  const wanted = new Map(entry.guests.map((guest) => [addressKey(guest.email), guest]));
  const earlier = before === null ? [] : [before, ...(before.tried ?? [])];
  const ours = new Set(earlier.flatMap((known) => known.guests).map((guest) => addressKey(guest.email)));
  const kept = held.guests.filter((row) => wanted.has(addressKey(row.email)) || !ours.has(addressKey(row.email)));
  const present = new Set(kept.map((row) => addressKey(row.email)));
  const added: GuestRow[] = entry.guests
    .filter((guest) => !present.has(addressKey(guest.email)))
    .map((guest) => ({
      email: guest.email,
      ...(guest.displayName === null ? {} : { displayName: guest.displayName }),
    }));
  if (added.length === 0 && kept.length === held.guests.length) return null;
  return [...kept, ...added];
}

/** What may be in the calendar while a write is under way: what was there, or the write, or an earlier one in doubt. */
function withTried(before: CalendarEntry | null, entry: CalendarEntry): CalendarEntry {
  const { tried = [], ...known } = before ?? entry;
  const doubtful = tried.some((other) => sameContent(other, entry)) ? tried : [...tried, entry];
  return { ...known, tried: doubtful.slice(-MOST_TRIED) };
}

/** The fields that hold what no write of ours can have left there. */
function personsChanges(before: CalendarEntry | null, held: HeldEntry): string[] {
  if (before === null) return [];
  const others = (before.tried ?? []).map((known) => new Set(differences(known, held)));
  return differences(before, held).filter((field) => others.every((fields) => fields.has(field)));
}

function superfluousGuests(held: HeldEntry, entry: CalendarEntry, before: CalendarEntry | null): boolean {
  const rows = mergeGuests(held, entry, before);
  return rows !== null && rows.length !== held.guests.length;
}

/** The entry moved between the look and the write, as it does when somebody edits it: the next attempt looks again. */
function conflictOf(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'precondition-failed') return error;
  return new AppError('entry-conflict', 'the entry changed while it was written', { cause: error });
}

function isOurs(held: HeldEntry, context: Applying): boolean {
  const marker = held.marker;
  if (marker === null || marker.pbxDevice !== context.key.device || marker.pbxMeeting !== context.key.uid) return false;
  if (marker.pbxAgent !== context.agentId) context.onForeignAgent(marker.pbxAgent);
  return true;
}

function written(base: RecordedEntry, entry: CalendarEntry, held: HeldEntry): RecordedEntry {
  return {
    ...base,
    state: 'live',
    etag: held.etag,
    htmlLink: held.htmlLink ?? base.htmlLink,
    sequence: Number(entry.marker.pbxSequence),
    entry,
  };
}

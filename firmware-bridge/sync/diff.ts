import type { Recurrence, WallClock } from '../../src/domain/meeting.ts';
import { occurrenceTest } from '../../src/domain/recurrence.ts';
import { shiftWallClock } from '../../src/domain/wall-clock.ts';
import type { Note, PbxMeeting } from '../meeting.ts';
import {
  contentOf,
  hashOf,
  isOver,
  type KnownItem,
  type Outgoing,
  type SeenItem,
  startsLater,
  uidOf,
  zoneOf,
} from './known.ts';

/**
 * Compares a complete list with what is remembered. Pure. A cancellation needs proof: two complete lists in a row
 * without a meeting that was still to come, no answer of the PBX that shows it after all, and no collapse of the list.
 */

export interface DiffInput {
  known: ReadonlyMap<string, KnownItem>;
  seen: readonly SeenItem[];
  /** Listed, but not readable just now: they stay as they are. */
  held: ReadonlySet<string>;
  /** What the PBX answered when it was asked for a vanished meeting by name. */
  asked: ReadonlyMap<string, 'there' | 'gone' | 'unclear'>;
  now: number;
  /** How long a collapsed list is doubted. */
  holdMs: number;
}

export interface DiffResult {
  items: KnownItem[];
  events: Outgoing[];
  notes: (Note & { item: string })[];
  /** Set while cancellations are held because too much vanished at once. */
  collapse: { gone: number; of: number } | null;
}

const LISTS_NEEDED = 2;
const FEW = 5;

/** Published meetings that were still to come and are not in the list: those that need a second look. */
export function vanishedItems(input: Pick<DiffInput, 'known' | 'seen' | 'held' | 'now'>): KnownItem[] {
  const listed = listedIds(input);
  return [...input.known.values()].filter(
    (item) =>
      item.state === 'present' &&
      item.content !== null &&
      !listed.has(item.item) &&
      startsLater(item.meeting, input.now),
  );
}

function listedIds(input: Pick<DiffInput, 'seen' | 'held'>): Set<string> {
  return new Set([...input.seen.map((item) => item.meeting.id), ...input.held]);
}

export function diff(input: DiffInput): DiffResult {
  return new Comparison(input).run();
}

class Comparison {
  readonly #input: DiffInput;
  readonly #items: KnownItem[] = [];
  readonly #events: Outgoing[] = [];
  readonly #notes: (Note & { item: string })[] = [];
  readonly #sequences = new Map<string, number>();
  /** Series and single meetings of this list, as they stand after the comparison. */
  readonly #mains = new Map<string, KnownItem>();

  constructor(input: DiffInput) {
    this.#input = input;
    for (const item of input.known.values()) {
      this.#sequences.set(item.uid, Math.max(item.sequence, this.#sequences.get(item.uid) ?? 0));
    }
  }

  run(): DiffResult {
    const { seen, known } = this.#input;
    const moved = new Map<string, Set<WallClock>>();
    for (const { meeting } of seen) {
      if (meeting.seriesId === null || meeting.originalStart === null || meeting.cancelled) continue;
      moved.set(meeting.seriesId, (moved.get(meeting.seriesId) ?? new Set()).add(meeting.originalStart));
    }
    for (const id of this.#input.held) {
      const item = known.get(id);
      if (item !== undefined && item.seriesItem === null) this.#mains.set(id, item);
    }
    for (const item of seen)
      if (item.meeting.seriesId === null) this.#keep(this.#main(item, moved.get(item.meeting.id)));
    for (const item of seen) if (item.meeting.seriesId !== null) this.#keep(this.#occurrence(item));
    const listed = listedIds(this.#input);
    for (const id of this.#input.held) {
      const item = known.get(id);
      if (item !== undefined) this.#keep({ ...item, missed: 0, missedSince: null });
    }
    const collapse = this.#collapse();
    const missing = [...known.values()].filter((item) => item.state === 'present' && !listed.has(item.item));
    // Series first: what becomes of their occurrences depends on them.
    for (const item of missing) if (item.seriesItem === null) this.#keep(this.#vanished(item, collapse !== null));
    for (const item of missing)
      if (item.seriesItem !== null) this.#keep(this.#vanishedOccurrence(item, collapse !== null));
    return {
      items: this.#items.filter((item) => this.#changed(item)),
      events: this.#events,
      notes: this.#notes,
      collapse,
    };
  }

  #main(seen: SeenItem, moved: ReadonlySet<WallClock> | undefined): KnownItem {
    const { now } = this.#input;
    const { meeting } = seen;
    for (const note of meeting.notes) this.#notes.push({ ...note, item: meeting.id });
    const old = this.#input.known.get(meeting.id);
    const fresh = this.#place(seen, old);
    this.#mains.set(meeting.id, fresh);

    if (meeting.cancelled) {
      if (fresh.content !== null && fresh.state === 'present' && startsLater(meeting, now)) this.#cancel(fresh, null);
      fresh.state = 'cancelled';
      return fresh;
    }
    fresh.state = 'present';
    if (fresh.content === null && isOver(meeting, now)) return fresh;
    if (meeting.repeat.kind === 'unknown') {
      const harmless = fresh.content === null ? startsLater(meeting, now) : !fresh.recurring;
      this.#notes.push({
        item: meeting.id,
        code: harmless ? 'repeat-unknown' : 'repeat-unknown-held',
        message: harmless
          ? 'the PBX repeats it in a way that the dialect does not know; only the first meeting was published'
          : 'the PBX repeats it in a way that the dialect does not know; it was held back',
      });
      if (!harmless) return fresh;
    }
    const recurrence: Recurrence | null =
      meeting.repeat.kind === 'rule'
        ? {
            rrule: meeting.repeat.rrule,
            // A moved occurrence is an exception of its own, not a gap.
            excluded: meeting.repeat.excluded.filter((time) => moved?.has(time) !== true),
          }
        : null;
    return this.#publish(fresh, { occurrence: null, recurrence }, old?.state === 'cancelled');
  }

  #occurrence(seen: SeenItem): KnownItem | null {
    const { now } = this.#input;
    const { meeting } = seen;
    for (const note of meeting.notes) this.#notes.push({ ...note, item: meeting.id });
    const old = this.#input.known.get(meeting.id);
    const series = this.#mains.get(meeting.seriesId ?? '');
    if (series === undefined || meeting.originalStart === null) {
      this.#notes.push({
        item: meeting.id,
        code: series === undefined ? 'occurrence-without-series' : 'occurrence-without-start',
        message:
          series === undefined
            ? 'it belongs to a series that the list does not show; it was held back'
            : 'the PBX does not say which occurrence it replaces; it was held back',
      });
      return old === undefined ? null : { ...old, missed: 0, missedSince: null };
    }
    const fresh: KnownItem = {
      ...this.#place(seen, old),
      uid: series.uid,
      occurrence: meeting.originalStart,
      seriesItem: meeting.seriesId,
    };
    if (old !== undefined && (old.uid !== fresh.uid || old.occurrence !== fresh.occurrence)) fresh.content = null;
    if (series.state === 'cancelled') return { ...fresh, state: 'cancelled' };
    if (series.content === null) return { ...fresh, content: null };
    if (meeting.cancelled) {
      if (old?.state !== 'cancelled' && startsLater(meeting, now)) this.#cancel(fresh, meeting.originalStart);
      return { ...fresh, state: 'cancelled' };
    }
    fresh.state = 'present';
    if (fresh.content === null && isOver(meeting, now)) return fresh;
    return this.#publish(fresh, { occurrence: meeting.originalStart, recurrence: null }, old?.state === 'cancelled');
  }

  /** Which meeting this id names now: the one remembered, or another for which the PBX took the same id. */
  #place(seen: SeenItem, old: KnownItem | undefined): KnownItem {
    const { now } = this.#input;
    const { meeting } = seen;
    const fresh: KnownItem = {
      item: meeting.id,
      uid: uidOf(meeting.id, null),
      occurrence: null,
      seriesItem: null,
      meeting,
      rowHash: seen.rowHash,
      readAt: seen.readAt,
      content: null,
      recurring: false,
      sequence: 0,
      state: 'present',
      missed: 0,
      missedSince: null,
    };
    if (old === undefined) return fresh;
    const same =
      old.state === 'present'
        ? old.content === null || !isOver(old.meeting, now) || !startsLater(meeting, now)
        : old.meeting.subject === meeting.subject && old.meeting.start === meeting.start;
    const sameRole = (old.seriesItem === null) === (meeting.seriesId === null);
    if (same && sameRole) {
      return {
        ...fresh,
        uid: old.uid,
        occurrence: old.occurrence,
        content: old.content,
        recurring: old.recurring,
        sequence: old.sequence,
        state: old.state,
      };
    }
    return { ...fresh, uid: uidOf(meeting.id, Math.floor(now / 1_000)) };
  }

  #publish(
    item: KnownItem,
    frame: { occurrence: WallClock | null; recurrence: Recurrence | null },
    revived: boolean,
  ): KnownItem {
    const data = contentOf(item.meeting, frame);
    const content = hashOf(data);
    if (content === item.content && !revived) return item;
    const operation = item.content === null || revived ? 'scheduled' : 'updated';
    item.content = content;
    item.recurring = frame.recurrence !== null;
    // An occurrence changes a meeting that is known already.
    this.#emit(item, frame.occurrence === null ? operation : 'updated', data);
    return item;
  }

  #vanished(item: KnownItem, collapsed: boolean): KnownItem {
    const { now, asked, holdMs } = this.#input;
    if (item.content === null || !startsLater(item.meeting, now)) return { ...item, state: 'archived' };
    if (asked.get(item.item) === 'there') {
      this.#notes.push({
        item: item.item,
        code: 'list-contradicts',
        message: 'the list leaves it out, but the PBX still has it; nothing was cancelled',
      });
      return { ...item, missed: 0, missedSince: null };
    }
    const missed = { ...item, missed: item.missed + 1, missedSince: item.missedSince ?? now };
    const held = collapsed && now - missed.missedSince < holdMs;
    if (missed.missed < LISTS_NEEDED || held) return missed;
    this.#cancel(missed, null);
    return { ...missed, state: 'cancelled' };
  }

  /**
   * A changed occurrence that is gone while its series goes on: the PBX took the change back. When the series no longer
   * produces it either, it does not take place.
   */
  #vanishedOccurrence(item: KnownItem, collapsed: boolean): KnownItem | null {
    const { now, known, seen } = this.#input;
    const series = seen.find((other) => other.meeting.id === item.seriesItem)?.meeting;
    if (series === undefined) {
      // It goes the way of its series.
      const fate = this.#items.find((other) => other.item === item.seriesItem) ?? known.get(item.seriesItem ?? '');
      return fate !== undefined && fate.state !== 'present' ? { ...item, state: fate.state } : null;
    }
    if (item.content === null || !startsLater(item.meeting, now)) return { ...item, state: 'archived' };
    const missed = { ...item, missed: item.missed + 1, missedSince: item.missedSince ?? now };
    if (missed.missed < LISTS_NEEDED || collapsed) return missed;
    const original = item.occurrence;
    const zone = zoneOf(series);
    if (original === null || series.repeat.kind !== 'rule' || zone === null) return missed;
    const produced =
      occurrenceTest(series.repeat, series.start, zone)(original) && !series.repeat.excluded.includes(original);
    if (!produced) {
      this.#cancel(missed, original);
      return { ...missed, state: 'cancelled' };
    }
    const back: PbxMeeting = { ...series, start: original, end: shiftWallClock(series.end, series.start, original) };
    const data = contentOf(back, { occurrence: original, recurrence: null });
    this.#emit(missed, 'updated', data);
    return { ...missed, content: null, state: 'archived' };
  }

  #collapse(): { gone: number; of: number } | null {
    const { known, seen, held, now, asked } = this.#input;
    const future = [...known.values()].filter(
      (item) =>
        item.state === 'present' && item.content !== null && item.seriesItem === null && startsLater(item.meeting, now),
    );
    const gone = vanishedItems(this.#input).filter((item) => item.seriesItem === null);
    if (gone.length === 0) return null;
    const much = gone.length > FEW && gone.length > future.length / 2;
    // The last few meetings of a small site may well be deleted; then the PBX says so of each one by name.
    const empty = seen.length + held.size === 0 && !gone.every((item) => asked.get(item.item) === 'gone');
    return much || empty ? { gone: gone.length, of: future.length } : null;
  }

  #cancel(item: KnownItem, occurrence: WallClock | null): void {
    this.#emit(item, 'cancelled', { occurrence });
  }

  #emit(item: KnownItem, operation: Outgoing['operation'], content: Record<string, unknown>): void {
    const { uid } = item;
    const last = Math.max(this.#sequences.get(uid) ?? 0, item.sequence);
    const sequence = Math.max(last + 1, Math.floor(this.#input.now / 1_000));
    this.#sequences.set(uid, sequence);
    item.sequence = sequence;
    this.#events.push({ item: item.item, operation, uid, sequence, data: { uid, sequence, ...content } });
  }

  #keep(item: KnownItem | null): void {
    if (item !== null) this.#items.push(item);
  }

  /** Most items are as they were at the last poll and need no writing. */
  #changed(item: KnownItem): boolean {
    const old = this.#input.known.get(item.item);
    if (old === undefined) return true;
    const names = ['uid', 'occurrence', 'rowHash', 'readAt', 'content', 'sequence', 'state', 'missed'] as const;
    return names.some((name) => old[name] !== item[name]);
  }
}

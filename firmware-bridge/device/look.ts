import { AppError } from '../../src/errors.ts';
import { aliasIn, lookUp, readMeeting } from '../dialect/read.ts';
import type { Dialect } from '../dialect/schema.ts';
import { readText } from '../dialect/values.ts';
import type { Note, PbxMeeting } from '../meeting.ts';
import { type Call, readCompleteList, readDetail } from '../pbx/list.ts';
import type { Members } from '../pbx/transport.ts';
import { hashOf, type KnownItem, type SeenItem } from '../sync/known.ts';

/** One look at everything that is scheduled on the PBX. */
export interface Look {
  seen: SeenItem[];
  /** Listed, but its detail could not be read: as it was. */
  held: Set<string>;
  notes: (Note & { item: string })[];
  /** The name under which this PBX lists its ids; null while it lists none. */
  idField: string | null;
}

export interface LookOptions {
  call: Call;
  dialect: Dialect;
  deviceZone: string | null;
  /** Changes with the dialect and the zone; then everything is read anew. */
  readingKey: string;
  known: ReadonlyMap<string, KnownItem>;
  /** Details read by a look that did not come to its end. */
  cache: Map<string, SeenItem>;
  now: number;
  /** How many details may be read again although nothing seems changed: the list may not show every change. */
  sweep: { olderThan: number; most: number };
}

const DETAIL_UNSUPPORTED: Note = {
  code: 'detail-unsupported',
  message: 'this firmware shows no details; what the list does not tell (participants, agenda) is missing',
};
const ONE_ITEM_ONLY = ['pbx-invalid-parameters', 'pbx-no-such-item'];

/**
 * Raises `mapping-incomplete` when a required field of any row is missing, naming fields and keys; `list-incomplete`;
 * and what the calls raise.
 */
export async function look(options: LookOptions): Promise<Look> {
  try {
    return await lookOnce(options, false);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'list-changed') throw error;
    // A meeting vanished between the list and its detail: list once more.
    return lookOnce(options, true);
  }
}

async function lookOnce(options: LookOptions, again: boolean): Promise<Look> {
  const { call, dialect, known, now, cache } = options;
  const rows = await readCompleteList(call, dialect.list, dialect.fields.id);
  const due = sweepDue(options);
  const result: Look = { seen: [], held: new Set(), notes: [], idField: null };
  const ids = new Set<string>();
  for (const row of rows) {
    const idField = aliasIn(row, dialect.fields.id);
    const id = idField === null ? null : readText(lookUp(row, idField));
    if (idField === null || id === null) throw incomplete(dialect, ['id'], Object.keys(row));
    result.idField = idField;
    if (ids.has(id)) throw new AppError('list-incomplete', 'the list is not complete: a meeting stood in it twice');
    ids.add(id);
    const rowHash = hashOf([options.readingKey, canonical(row, dialect.list.volatile ?? [])]);
    const old = known.get(id);
    if (old !== undefined && old.rowHash === rowHash && !due.has(id)) {
      result.seen.push({ meeting: old.meeting, rowHash, readAt: old.readAt });
      continue;
    }
    const cached = cache.get(id);
    if (cached !== undefined && cached.rowHash === rowHash && !due.has(id)) {
      result.seen.push(cached);
      continue;
    }
    try {
      const detail = await detailOf(options, { id, idField });
      const meeting = mapped({ row, detail }, options);
      if (detail === null && dialect.get !== null) meeting.notes.push(DETAIL_UNSUPPORTED);
      const seen = { meeting, rowHash, readAt: now };
      cache.set(id, seen);
      result.seen.push(seen);
    } catch (error) {
      if (!(error instanceof AppError) || !ONE_ITEM_ONLY.includes(error.code)) throw error;
      if (error.code === 'pbx-no-such-item' && !again) throw new AppError('list-changed', error.message);
      result.held.add(id);
      result.notes.push({
        item: id,
        code: 'detail-refused',
        message: `the PBX lists it but does not show it (${error.code}); it was left as it is`,
      });
    }
  }
  // Nothing readable at all is no picture of the PBX: the action itself is wrong.
  if (result.seen.length === 0 && result.held.size > 0) {
    throw new AppError('pbx-invalid-parameters', `${dialect.get?.action ?? 'the detail'} shows no meeting`, {
      detail: { action: dialect.get?.action ?? '' },
    });
  }
  return result;
}

/** null where there is none to be had: then the row must do, and every required field must stand in it. */
async function detailOf(
  { call, dialect }: LookOptions,
  item: { id: string; idField: string },
): Promise<Members | null> {
  if (dialect.get === null) return null;
  try {
    return await readDetail(call, dialect.get, dialect, item);
  } catch (error) {
    if (error instanceof AppError && error.code === 'pbx-unsupported') return null;
    throw error;
  }
}

/** Whether the PBX still shows a meeting that its list left out. */
export async function ask(
  call: Call,
  dialect: Dialect,
  item: { id: string; idField: string },
): Promise<'there' | 'gone' | 'unclear'> {
  if (dialect.get === null) return 'unclear';
  try {
    const detail = await readDetail(call, dialect.get, dialect, item);
    const alias = aliasIn(detail, dialect.fields.id);
    return alias !== null && readText(lookUp(detail, alias)) === item.id ? 'there' : 'unclear';
  } catch (error) {
    if (error instanceof AppError && error.code === 'pbx-no-such-item') return 'gone';
    if (error instanceof AppError && error.code === 'pbx-invalid-parameters') return 'unclear';
    throw error;
  }
}

function mapped(sources: { row: Members; detail: Members | null }, options: LookOptions): PbxMeeting {
  const read = readMeeting(sources, options.dialect, options.deviceZone);
  if (!read.ok) throw incomplete(options.dialect, read.missing, read.keys);
  return read.meeting;
}

function incomplete(dialect: Dialect, missing: string[], keys: string[]): AppError {
  return new AppError('mapping-incomplete', `${dialect.id}: ${missing.join(', ')} not found`, {
    detail: { dialect: dialect.id, missing: missing.join(', '), keys: keys.sort().join(', ') },
  });
}

function sweepDue({ known, sweep }: LookOptions): Set<string> {
  return new Set(
    [...known.values()]
      .filter((item) => item.state === 'present' && item.readAt < sweep.olderThan)
      .sort((left, right) => left.readAt - right.readAt)
      .slice(0, sweep.most)
      .map((item) => item.item),
  );
}

/** Members in one order, without those that change by themselves. */
function canonical(value: unknown, without: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => canonical(item, without));
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([name]) => !without.includes(name))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => [name, canonical(member, without)]);
}

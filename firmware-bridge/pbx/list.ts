import { AppError } from '../../src/errors.ts';
import { aliasIn, lookUp } from '../dialect/read.ts';
import type { Dialect, GetAction, ListAction } from '../dialect/schema.ts';
import { isOneOf, readText } from '../dialect/values.ts';
import { isMembers, type Members } from './transport.ts';

export type Call = (action: string, parameters: Members, how?: { statusOptional?: boolean }) => Promise<Members>;

const MOST_PAGES = 1_000;

/**
 * Every row, or an error. A list counts as complete only when its pages add up: what is missing from half a list would
 * otherwise look deleted. Raises `list-incomplete` (worth a second try), `mapping-incomplete`, and what `call` raises.
 */
export async function readCompleteList(call: Call, list: ListAction, idAliases: readonly string[]): Promise<Members[]> {
  try {
    return await readOnce(call, list, idAliases);
  } catch (error) {
    // Somebody scheduled a meeting between two pages: look once more.
    if (error instanceof AppError && error.code === 'list-incomplete') return readOnce(call, list, idAliases);
    throw error;
  }
}

async function readOnce(call: Call, list: ListAction, idAliases: readonly string[]): Promise<Members[]> {
  const how = { statusOptional: list.statusOptional === true };
  if (!list.paged) return keep(rowsOf(await call(list.action, list.params, how), list), list);
  const rows: Members[] = [];
  const seen = new Set<string>();
  let announced: number | null = null;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const response = await call(list.action, { ...list.params, item_num: list.pageSize, page }, how);
    const found = rowsOf(response, list);
    const total = numberOf(response['total_item']);
    const pages = numberOf(response['total_page']);
    if (page > 1 && total !== announced) throw incomplete('the number of meetings changed between two pages');
    announced = total;
    const fresh = found.filter((row) => {
      const alias = aliasIn(row, idAliases);
      const id = alias === null ? null : readText(lookUp(row, alias));
      if (id === null) return true;
      if (seen.has(id)) return false;
      seen.add(id);
      return true;
    });
    rows.push(...fresh);
    if (total === null && pages === null) {
      // No totals: a page that brings nothing new is the end, also on a firmware that ignores `page`.
      if (fresh.length === 0) break;
      if (page === 1 && found.length < list.pageSize) break;
      continue;
    }
    if (fresh.length !== found.length) throw incomplete('a meeting stood on two pages');
    if (pages !== null ? page >= pages : rows.length >= (total ?? 0)) break;
    if (found.length === 0) throw incomplete('a page was empty');
  }
  if (announced !== null && rows.length !== announced) {
    throw incomplete(`${rows.length} meetings came of ${announced}`);
  }
  return keep(rows, list);
}

/** One meeting in full. Raises `pbx-no-such-item` when it is gone. */
export async function readDetail(
  call: Call,
  get: GetAction,
  dialect: Dialect,
  /** `idField` is the name under which the list carries the id. */
  row: { id: string; idField: string },
): Promise<Members> {
  const parameter = (name: string) => (name === '*idField' ? row.idField : name);
  const names = [...new Set(get.idParam.map(parameter))];
  for (const [index, name] of names.entries()) {
    try {
      const response = await call(get.action, { [name]: row.id }, { statusOptional: get.statusOptional === true });
      const detail = objectOf(response, get);
      const alias = detail === null ? null : aliasIn(detail, dialect.fields.id);
      if (detail === null || (alias !== null && readText(lookUp(detail, alias)) !== row.id)) {
        throw new AppError('pbx-no-such-item', `${get.action} answered without this meeting`);
      }
      return detail;
    } catch (error) {
      const wrongName = error instanceof AppError && error.code === 'pbx-invalid-parameters';
      if (!wrongName || index === names.length - 1) throw error;
    }
  }
  throw new AppError('pbx-no-such-item', `${get.action} has no parameter`);
}

function rowsOf(response: Members, list: ListAction): Members[] {
  for (const rule of list.rows) {
    const rows = rowsBy(rule, response);
    if (rows === null) continue;
    if (rows.every(isMembers)) return rows;
    throw mapping(`a row of ${list.action} is no object`, response);
  }
  // An empty list may come without its member, but then it must say so.
  if (numberOf(response['total_item']) === 0) return [];
  throw mapping(`${list.action} was answered without a list that the dialect knows`, response);
}

function rowsBy(rule: string, response: Members): unknown[] | null {
  if (rule === '*onlyArray') {
    const arrays = Object.values(response).filter(Array.isArray);
    return arrays.length === 1 ? (arrays[0] ?? null) : null;
  }
  if (rule === '*groupedByKey') {
    const groups = Object.values(response).filter((value) => typeof value === 'object' && value !== null);
    return groups.every(Array.isArray) ? groups.flat() : null;
  }
  const value = lookUp(response, rule);
  return Array.isArray(value) ? value : null;
}

function objectOf(response: Members, get: GetAction): Members | null {
  for (const rule of get.object) {
    if (rule === '*onlyObject') {
      const objects = Object.values(response).filter(isMembers);
      if (objects.length === 1) return objects[0] ?? null;
    } else if (rule === '*response') {
      return Object.keys(response).length > 0 ? response : null;
    } else {
      const value = lookUp(response, rule);
      if (isMembers(value)) return value;
      if (Array.isArray(value) && value.length === 1 && isMembers(value[0])) return value[0];
    }
  }
  return null;
}

function keep(rows: Members[], list: ListAction): Members[] {
  const ignore = Object.entries(list.ignore ?? {});
  return ignore.length === 0
    ? rows
    : rows.filter((row) => !ignore.some(([name, values]) => isOneOf(lookUp(row, name) ?? '', values)));
}

function numberOf(value: unknown): number | null {
  const text = readText(value);
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function incomplete(why: string): AppError {
  return new AppError('list-incomplete', `the list is not complete: ${why}`);
}

function mapping(why: string, response: Members): AppError {
  return new AppError('mapping-incomplete', why, { detail: { keys: Object.keys(response).sort().join(', ') } });
}

import { createHash } from 'node:crypto';
import { Check, Errors } from 'typebox/value';
import { compareVersions } from '../../src/domain/device.ts';
import { readRule } from '../../src/domain/rrule.ts';
import { AppError } from '../../src/errors.ts';
import meetme from '../dialects/meetme.json' with { type: 'json' };
import reservation from '../dialects/reservation.json' with { type: 'json' };
import type { PbxIdentity } from '../pbx/identity.ts';
import { type Dialect, DialectSchema } from './schema.ts';

export function shippedDialects(): Dialect[] {
  return [checkDialect(meetme, 'meetme.json'), checkDialect(reservation, 'reservation.json')];
}

/**
 * A site's own file: a whole dialect, or `{"extends": "reservation-1", ...}` with the leaves that differ. A list
 * replaces a list, a table a table. Raises `dialect-invalid` naming each member at fault.
 */
export function loadDialect(text: string, name: string): Dialect {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid(name, [error instanceof Error ? error.message : String(error)]);
  }
  if (!isObject(document)) throw invalid(name, ['a JSON object is expected']);
  const { extends: base, ...own } = document;
  if (base === undefined) return checkDialect(own, name);
  const shipped = shippedDialects();
  const parent = shipped.find((item) => item.id === base);
  if (parent === undefined) {
    throw invalid(name, [`/extends: expects one of ${shipped.map((item) => item.id).join(', ')}`]);
  }
  return checkDialect(merge(parent, own), name);
}

/** The first dialect whose model and lowest firmware fit; null when none does. */
export function chooseDialect(dialects: readonly Dialect[], identity: PbxIdentity): Dialect | null {
  return (
    dialects.find(
      ({ match }) =>
        new RegExp(match.model, 'i').test(identity.model) &&
        (match.firmware === undefined || compareVersions(identity.firmware, match.firmware) >= 0),
    ) ?? null
  );
}

/** Changes when anything that shapes the reading of a meeting changes. */
export function readingKey(dialect: Dialect, deviceZone: string | null): string {
  return createHash('sha256')
    .update(JSON.stringify([dialect, deviceZone]))
    .digest('hex');
}

function checkDialect(document: unknown, name: string): Dialect {
  if (!Check(DialectSchema, document)) {
    const faults = Errors(DialectSchema, document).map((fault) => `${fault.instancePath || '/'}: ${fault.message}`);
    throw invalid(name, [...new Set(faults)].slice(0, 20));
  }
  const faults: string[] = [];
  for (const [index, rule] of Object.keys(document.values.repeat.rules).entries()) {
    const read = readRule(rule);
    if (!read.ok) faults.push(`/values/repeat/rules (number ${index + 1}): ${read.message}`);
  }
  try {
    new RegExp(document.match.model);
  } catch {
    faults.push('/match/model: is no regular expression');
  }
  for (const field of ['id', 'subject', 'start', 'googleSync'] as const) {
    if (document.fields[field].length === 0) faults.push(`/fields/${field}: needs at least one name`);
  }
  if (document.fields.end.length + document.fields.durationMinutes.length === 0) {
    faults.push('/fields/end: needs at least one name, or /fields/durationMinutes does');
  }
  if (faults.length > 0) throw invalid(name, faults);
  return document;
}

/** Tables whose names are the site's own: half of ours between them would be sent as well. */
const TABLES =
  /^\/(list\/params|list\/ignore|users\/list\/params|values\/(repeat\/rules|weekdays)|write\/(params|member|repeat))$/;

function merge(base: unknown, own: unknown, path = ''): unknown {
  if (!isObject(base) || !isObject(own) || TABLES.test(path)) return own;
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(own)) {
    merged[name] = name in base ? merge(base[name], value, `${path}/${name}`) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, faults: string[]): AppError {
  return new AppError('dialect-invalid', `${name} is no dialect:\n  ${faults.join('\n  ')}`, {
    detail: { faults: faults.join('; ') },
  });
}

/**
 * What an answer of the PBX looks like, without anything that it says: the paths of its members and the kinds of their
 * values. Made to be pasted into a support request.
 */

const MOST_PATHS = 400;
const DEEPEST = 8;

/** `rooms[].start_time: text like 2026-01-31 10:00:00`, sorted; several kinds of one path are joined. */
export function keyPaths(value: unknown): string[] {
  const found = new Map<string, Set<string>>();
  walk({ value, path: '', depth: 0, found });
  return [...found]
    .map(([path, kinds]) => `${path === '' ? '(the answer)' : path}: ${[...kinds].sort().join(' or ')}`)
    .sort()
    .slice(0, MOST_PATHS);
}

function walk(at: { value: unknown; path: string; depth: number; found: Map<string, Set<string>> }): void {
  const { value, path, depth, found } = at;
  if (Array.isArray(value) && value.length > 0 && depth < DEEPEST) {
    for (const item of value) walk({ value: item, path: `${path}[]`, depth: depth + 1, found });
    return;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < DEEPEST) {
    for (const [name, member] of Object.entries(value)) {
      walk({
        value: member,
        path: path === '' ? safeName(name) : `${path}.${safeName(name)}`,
        depth: depth + 1,
        found,
      });
    }
    return;
  }
  const kinds = found.get(path) ?? new Set();
  // Not even how long a PIN is.
  kinds.add(/pass|pin|secret/i.test(path) && value !== '' ? 'hidden' : kindOf(value));
  found.set(path, kinds);
  const inner = typeof value === 'string' ? jsonIn(value) : null;
  if (inner !== null) walk({ value: inner, path: `${path}(json)`, depth: depth + 1, found });
}

/** A key may itself be a value: a room, an extension, an address. */
function safeName(name: string): string {
  if (/^[\d*#+]+$/.test(name)) return '<number>';
  return /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name) ? name : '<text>';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'empty list' : 'list';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') return Number.isInteger(value) ? `number of ${String(value).length} digits` : 'number';
  if (typeof value === 'boolean') return 'true/false';
  if (typeof value !== 'string') return typeof value;
  if (value === '') return 'empty text';
  if (/^(yes|no|true|false|on|off)$/i.test(value)) return 'text yes/no';
  if (/^\d+$/.test(value)) return `text of ${value.length} digits`;
  if (/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}/.test(value)) {
    return `text like ${value
      .replace(/\d/g, '9')
      .replace(/[^9T:+Z .-]/g, '?')
      .slice(0, 32)}`;
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return 'text like 9999-99-99';
  if (/^\(\s*(UTC|GMT)/i.test(value)) return 'text like (UTC+99:99) zone';
  if (/^[+-]\d{2}:?\d{2}$/.test(value)) return 'text like an offset';
  if (jsonIn(value) !== null) return 'text with JSON';
  if (/^\S+@\S+$/.test(value)) return 'text like an address';
  return /^[A-Za-z_]+\/[A-Za-z_/+-]+\d*$/.test(value) ? 'text like a zone' : 'text';
}

function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

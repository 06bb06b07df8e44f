import { badParameter } from './api-error.ts';
import type { Json, JsonObject } from './types.ts';

interface Mask {
  [name: string]: Mask;
}

/** Partial responses: `fields=items(id,etag),nextPageToken` and `a/b`. Raises ApiError 400. */
export function applyFields(body: JsonObject, fields: string | null): JsonObject {
  return fields === null || fields === '*' ? body : (keep(body, parse(fields)) as JsonObject);
}

function parse(text: string): Mask {
  const root: Mask = {};
  let rest = text;
  const list = (into: Mask): void => {
    for (;;) {
      const name = /^[\w*@-]+/.exec(rest)?.[0];
      if (name === undefined) throw badParameter('fields', `Invalid field selection ${text}`);
      rest = rest.slice(name.length);
      const child: Mask = {};
      into[name] = child;
      if (rest.startsWith('/')) {
        rest = rest.slice(1);
        list(child);
        return;
      }
      if (rest.startsWith('(')) {
        rest = rest.slice(1);
        list(child);
        if (!rest.startsWith(')')) throw badParameter('fields', `Invalid field selection ${text}`);
        rest = rest.slice(1);
      }
      if (!rest.startsWith(',')) return;
      rest = rest.slice(1);
    }
  };
  list(root);
  if (rest !== '') throw badParameter('fields', `Invalid field selection ${text}`);
  return root;
}

function keep(value: Json, mask: Mask): Json {
  if (Array.isArray(value)) return value.map((item) => keep(item, mask));
  if (typeof value !== 'object' || value === null || Object.keys(mask).length === 0 || mask['*']) return value;
  return Object.fromEntries(
    Object.entries(mask).flatMap(([name, inner]) => {
      const child = value[name];
      return child === undefined ? [] : [[name, keep(child, inner)]];
    }),
  );
}

/** The sort key of the last row of a page, opaque to callers. */
export function writeCursor(key: unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** An unreadable cursor is the first page: a cursor is a hint of ours, not input of somebody's. */
export function readCursor<T extends unknown[]>(cursor: string | undefined): T | null {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(key) && key.every((part) => typeof part === 'string' || typeof part === 'number')
      ? (key as T)
      : null;
  } catch {
    return null;
  }
}

/** A pattern for LIKE ... ESCAPE '\' that finds the text anywhere; null = everything. */
export function anywhere(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

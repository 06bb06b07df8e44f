import { account } from './failures/account.ts';
import { authorizing } from './failures/authorizing.ts';
import type { Explanation, Fault } from './failures/explanation.ts';
import { meetings } from './failures/meetings.ts';
import { operation } from './failures/operation.ts';

export type { Fault };

/** What a failure means and what a person can do about it. One table; page, API, result topic and log read it. */
const table = { ...authorizing, ...account, ...meetings, ...operation } as const;

export type FailureCode = keyof typeof table;

/** Every code that has an explanation. */
export const FAILURE_CODES = Object.keys(table) as FailureCode[];

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(table, code);
}

/** The explanation of a code, with the project and whatever else the failure's own facts name filled in. */
export function explain(
  code: string,
  detail: Readonly<Record<string, string>> = {},
): Omit<Explanation, 'named'> & { code: FailureCode } {
  const known: FailureCode = isFailureCode(code) ? code : 'internal-error';
  const { named, ...found }: Explanation = table[known];
  return {
    ...found,
    code: known,
    cause: named === undefined ? found.cause : (fill(named, detail) ?? found.cause),
    link: found.link === null ? null : (fill(found.link, detail) ?? found.link.replace(/\?project=\{project\}$/, '')),
  };
}

/** null when a gap cannot be filled. */
function fill(text: string, detail: Readonly<Record<string, string>>): string | null {
  let whole = true;
  const filled = text.replace(/\{(\w+)\}/g, (_gap, name: string) => {
    const value = detail[name];
    if (value === undefined || value === '') whole = false;
    return value ?? '';
  });
  return whole ? filled : null;
}

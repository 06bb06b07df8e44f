import { explain } from '../domain/failure.ts';
import type { Warning } from '../domain/meeting.ts';
import type { RecordedEntry } from '../domain/plan.ts';
import { AppError } from '../errors.ts';
import type { Outcome, ResultError } from './ports.ts';

/** The account that this version of the agent serves, as paths and results name it. */
const ACCOUNT = 'default';

/** The payload of `pbx/{device}/meetings/{uid}/result`: what does not apply is null or empty. */
export function resultPayload(
  outcome: Omit<Outcome, 'result' | 'recorded' | 'history'>,
  context: { sequence: number; main: RecordedEntry | null; now: number },
): string {
  const { main } = context;
  const exists = main !== null && (main.state === 'live' || main.state === 'intended');
  return JSON.stringify({
    uid: outcome.uid,
    sequence: context.sequence,
    state: outcome.state,
    account: main === null ? null : ACCOUNT,
    calendarId: exists ? main.calendarId : null,
    eventId: exists ? main.eventId : null,
    htmlLink: exists ? main.htmlLink : null,
    warnings: outcome.warnings,
    error: outcome.error,
    occurrences: outcome.occurrences,
    attempt: outcome.attempt,
    nextAttemptAt: outcome.nextAttemptAt === null ? null : new Date(outcome.nextAttemptAt).toISOString(),
    at: new Date(context.now).toISOString(),
  });
}

/** A failure as people and programs read it. What Google said is added where it helps. */
export function resultError(code: string, detail: Readonly<Record<string, string>> = {}): ResultError {
  const found = explain(code, detail);
  const said = detail['googleSays'];
  return {
    code: found.code,
    title: found.title,
    cause: found.cause,
    fault: found.fault,
    fix: said === undefined ? found.fix : `${found.fix} Google says: ${said}`,
    link: found.link,
    retryable: found.class !== 'meeting',
  };
}

export function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal-error', error instanceof Error ? error.message : String(error), { cause: error });
}

/** Warnings without repetition, in their order. */
export function distinct(warnings: readonly Warning[]): Warning[] {
  const seen = new Set<string>();
  return warnings.filter((warning) => {
    const key = `${warning.code}\n${warning.path}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

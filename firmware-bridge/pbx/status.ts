import { AppError } from '../../src/errors.ts';

/**
 * What the negative `status` values of the API mean, in the vendor's words and in ours. Four independent client programs
 * agree on the table. HTTP itself always answers 200.
 */

export type Reaction =
  /** Log in again, once. */
  | 'login'
  /** Wait `waitMs`, then ask again. */
  | 'wait'
  /** No more logins: the next one could lock the account. */
  | 'stop'
  /** Try again later. */
  | 'retry'
  /** Repeating cannot help. */
  | 'permanent';

interface Meaning {
  words: string;
  code: string;
  reaction: Reaction;
  waitMs?: number;
}

const MEANINGS: Record<number, Meaning> = {
  [-1]: { words: 'invalid parameters', code: 'pbx-invalid-parameters', reaction: 'permanent' },
  [-5]: { words: 'need authentication', code: 'pbx-session', reaction: 'login' },
  [-6]: { words: 'cookie error', code: 'pbx-session', reaction: 'login' },
  [-7]: { words: 'connection closed', code: 'pbx-busy', reaction: 'retry' },
  [-8]: { words: 'session timeout', code: 'pbx-session', reaction: 'login' },
  [-9]: { words: 'abnormal system error', code: 'pbx-busy', reaction: 'retry' },
  [-15]: { words: 'invalid value', code: 'pbx-invalid-parameters', reaction: 'permanent' },
  [-16]: { words: 'no such item', code: 'pbx-no-such-item', reaction: 'permanent' },
  [-19]: { words: 'unsupported', code: 'pbx-unsupported', reaction: 'permanent' },
  [-24]: { words: 'failed to operate data', code: 'pbx-busy', reaction: 'retry' },
  [-25]: { words: 'failed to update data', code: 'pbx-busy', reaction: 'retry' },
  [-26]: { words: 'failed to get data', code: 'pbx-busy', reaction: 'retry' },
  [-37]: { words: 'wrong account or password', code: 'pbx-login-refused', reaction: 'stop' },
  [-43]: { words: 'data modified or deleted', code: 'pbx-no-such-item', reaction: 'permanent' },
  [-44]: { words: 'item already added', code: 'pbx-item-exists', reaction: 'permanent' },
  [-45]: { words: 'too frequent, retry after 15 s', code: 'pbx-throttled', reaction: 'wait', waitMs: 15_000 },
  [-46]: {
    words: 'others are doing the same, retry after 15 s',
    code: 'pbx-throttled',
    reaction: 'wait',
    waitMs: 15_000,
  },
  [-47]: { words: 'no permission', code: 'pbx-no-permission', reaction: 'permanent' },
  [-50]: { words: 'sensitive characters', code: 'pbx-invalid-parameters', reaction: 'permanent' },
  [-51]: { words: 'another task is running', code: 'pbx-busy', reaction: 'retry' },
  [-57]: { words: 'too frequent, retry after 60 s', code: 'pbx-throttled', reaction: 'wait', waitMs: 60_000 },
  [-68]: { words: 'login restriction', code: 'pbx-locked', reaction: 'stop' },
  [-69]: { words: 'a conference is going on', code: 'pbx-busy', reaction: 'retry' },
  [-70]: { words: 'login forbidden', code: 'pbx-login-forbidden', reaction: 'stop' },
  [-71]: { words: 'the user does not exist', code: 'pbx-login-refused', reaction: 'stop' },
  [-90]: { words: 'the conference is busy', code: 'pbx-busy', reaction: 'retry' },
  [-98]: { words: 'digital calls in progress', code: 'pbx-busy', reaction: 'retry' },
  [-251]: { words: 'another task is running', code: 'pbx-busy', reaction: 'retry' },
};

/** Undocumented codes exist; they are retried later. */
export function meaningOf(status: number): Meaning {
  return (
    MEANINGS[status] ?? {
      words: `device error ${status}`,
      code: 'pbx-busy',
      reaction: status < 0 ? 'retry' : 'permanent',
    }
  );
}

/** The error for one answer. `action` may be shown: it is a name, never a value. */
export function statusError(action: string, status: number, detail: Record<string, string> = {}): AppError {
  const { words, code, waitMs } = meaningOf(status);
  return new AppError(code, `${action} was answered ${status} (${words})`, {
    detail: { action, status: String(status), ...detail },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

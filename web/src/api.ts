import type { ProblemBody } from '../../src/contracts/http.ts';

/** A failure as the page shows it: what happened, what to do, and which fields are concerned. */
export class Failure extends Error {
  readonly problem: ProblemBody;
  constructor(problem: ProblemBody) {
    super(problem.title);
    this.problem = problem;
  }
  /** The message for one field, from its path. */
  field(name: string): string | undefined {
    return this.problem.errors?.find((item) => item.path === `/${name}`)?.message;
  }
}

export const onSignedOut: { handler: () => void } = { handler: () => {} };

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new Failure({
      type: 'about:blank',
      status: 0,
      title: 'The agent does not answer',
      detail: 'The connection to the agent was lost.',
      fix: 'Check that the agent runs; this page tries again by itself.',
    });
  }
  const text = await response.text();
  const value: unknown = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
  if (response.ok) return value as T;
  if (response.status === 401 && !path.endsWith('/session')) onSignedOut.handler();
  throw new Failure(
    (value as ProblemBody | null) ?? {
      type: 'about:blank',
      status: response.status,
      title: `The agent answered ${response.status}`,
    },
  );
}

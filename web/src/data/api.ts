import type { ProblemBody } from '../../../src/contracts/http.ts';
import { t } from '../messages/t.ts';

/** A failure as the page shows it: what happened, what to do, and which fields are concerned. */
export class Failure extends Error {
  readonly problem: ProblemBody;

  constructor(problem: Omit<ProblemBody, 'type'>) {
    super(problem.title);
    this.problem = { type: 'about:blank', ...problem };
  }

  /** The message for one field of the form, by the name of its member. */
  field(name: string): string | undefined {
    return this.problem.errors?.find((item) => item.path === `/${name}` || item.path.startsWith(`/${name}/`))?.message;
  }
}

/** Set by the app: what to do when the session has ended, or its role seems to be another by now. */
export const session: { ended: () => void; roleChanged: () => void } = { ended: () => {}, roleChanged: () => {} };

/** One request to the agent. Raises Failure, and nothing else. */
export async function call<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  const text = await response.text().catch(() => '');
  const value = parse(response, text);
  if (response.ok) return value as T;
  // A refused sign-in answers 401 as well; only elsewhere does it mean that the session is over.
  if (response.status === 401 && path !== '/api/v1/session') session.ended();
  if (isProblem(value) && value.code === 'role-missing') session.roleChanged();
  throw new Failure(
    isProblem(value) ? value : { status: response.status, title: t('badAnswer', { status: response.status }) },
  );
}

export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure({ status: 0, title: error instanceof Error ? error.message : String(error) });
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      ...(body === undefined ? {} : content(body)),
    });
  } catch {
    throw new Failure({ status: 0, title: t('lostTitle'), detail: t('lostDetail'), fix: t('lostFix') });
  }
}

/** A file goes as it is, everything else as JSON. */
function content(body: unknown): { headers: Record<string, string>; body: Blob | string } {
  if (body instanceof Blob) return { headers: { 'content-type': body.type }, body };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function parse(response: Response, text: string): unknown {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProblem(value: unknown): value is ProblemBody {
  return typeof value === 'object' && value !== null && 'title' in value;
}

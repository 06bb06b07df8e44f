import type { FastifyError } from 'fastify';
import { type AlertFailureCode, explainAlertFailure, isAlertFailureCode } from '../domain/alert-failure.ts';
import { explain, type Fault, isFailureCode } from '../domain/failure.ts';
import { AppError } from '../errors.ts';

export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
  fix?: string;
  link?: string | null;
  fault?: Fault;
  errors?: { path: string; message: string }[];
  pending?: { account: string; earlierAccount: string; entries: number; expiresAt: string };
}

/** An answer of the API that is an error by itself, not a failure of something behind it. */
export class ApiProblem extends Error {
  readonly problem: ProblemDetails;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    problem: {
      code: string;
      title: string;
      detail?: string;
      fix?: string;
      errors?: { path: string; message: string }[];
    },
    headers: Record<string, string> = {},
  ) {
    super(problem.title);
    this.problem = { type: 'about:blank', status, ...problem };
    this.headers = headers;
  }
}

/** Where the validator's own words say less. */
const MESSAGES: Record<string, string> = {
  additionalProperties: 'is not known here',
  minProperties: 'expects exactly one member',
  maxProperties: 'expects exactly one member',
};

/** RFC 9457, from whatever was thrown. null = not meant for eyes: the caller logs it and answers 500. */
export function problemOf(error: unknown): ProblemDetails | null {
  if (error instanceof ApiProblem) return error.problem;
  if (error instanceof AppError) return ofFailure(error);
  const failure = error as Partial<FastifyError>;
  if (Array.isArray(failure.validation)) {
    const errors = failure.validation.map((item) => ({
      path: `${item.instancePath}${item.keyword === 'required' ? `/${String(item.params['missingProperty'])}` : ''}${item.keyword === 'additionalProperties' ? `/${String(item.params['additionalProperty'])}` : ''}`,
      message: MESSAGES[item.keyword] ?? item.message ?? 'is invalid',
    }));
    return {
      type: 'about:blank',
      title: 'The request is not as expected',
      status: 400,
      code: 'schema',
      detail: errors.map((item) => `${item.path || '/'} ${item.message}`).join('; '),
      fix: 'Correct the members named under errors.',
      errors,
    };
  }
  const status = failure.statusCode ?? 500;
  if (status < 400 || status >= 500) return null;
  const title =
    status === 413
      ? 'The request is too large'
      : status === 415
        ? 'The request is not JSON'
        : 'The request cannot be read';
  return {
    type: 'about:blank',
    title,
    status,
    code: 'bad-request',
    detail: failure.message ?? '',
    fix: 'Send the request as the API document says.',
  };
}

function ofFailure(error: AppError): ProblemDetails | null {
  if (error.code === 'schema') {
    const errors = Object.entries(error.detail).map(([name, message]) => ({ path: `/${name}`, message }));
    const detail = errors.map((item) => `${item.path.slice(1)} ${item.message}`).join('; ');
    const { title, status, code, fix, fault } = explain('schema');
    return { type: 'about:blank', title, status, code, detail, fix, fault, errors };
  }
  if (isAlertFailureCode(error.code)) return ofAlertFailure(error.code, error.detail);
  if (!isFailureCode(error.code)) return null;
  const known = explain(error.code, error.detail);
  const said = error.detail['googleSays'];
  const cause = LOCAL.includes(error.code) ? error.message : known.cause;
  return {
    type: 'about:blank',
    title: known.title,
    status: known.status,
    code: known.code,
    detail: said === undefined ? cause : `${cause} Google says: ${said}`,
    fix: known.fix,
    link: known.link,
    fault: known.fault,
    ...(error.code === 'other-account-chosen' ? { pending: pendingOf(error.detail) } : {}),
  };
}

function ofAlertFailure(code: AlertFailureCode, { status, said, ...detail }: AppError['detail']): ProblemDetails {
  const known = explainAlertFailure(code, detail);
  const answer = [status, said].filter((part) => part !== undefined && part !== '').join(' ');
  return {
    type: 'about:blank',
    title: known.title,
    status: known.status,
    code,
    detail: answer === '' ? known.cause : `${known.cause} The answer was: ${answer}`,
    fix: known.fix,
  };
}

/** Failures of the machine: their own message names the file or the broker. */
const LOCAL = ['settings-unavailable', 'settings-sealed', 'ledger-unavailable', 'mqtt-unavailable'];

function pendingOf(detail: Readonly<Record<string, string>>): ProblemDetails['pending'] {
  const { chosen = '', earlier = '', entries = '0', expiresAt = '' } = detail;
  return { account: chosen, earlierAccount: earlier, entries: Number(entries), expiresAt };
}

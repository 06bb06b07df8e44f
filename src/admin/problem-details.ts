import type { FastifyError } from 'fastify';
import { type AlertFailureCode, explainAlertFailure, isAlertFailureCode } from '../domain/alert-failure.ts';
import { explain, isFailureCode } from '../domain/failure.ts';
import { AppError } from '../errors.ts';

export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
  fix?: string;
  link?: string | null;
  errors?: { path: string; message: string }[];
}

/** An answer of the API that is an error by itself, not a failure of something behind it. */
export class ApiProblem extends Error {
  readonly problem: ProblemDetails;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    problem: { code: string; title: string; detail?: string; fix?: string },
    headers: Record<string, string> = {},
  ) {
    super(problem.title);
    this.problem = { type: 'about:blank', status, ...problem };
    this.headers = headers;
  }
}

/** RFC 9457, from whatever was thrown. null = not meant for eyes: the caller logs it and answers 500. */
export function problemOf(error: unknown): ProblemDetails | null {
  if (error instanceof ApiProblem) return error.problem;
  if (error instanceof AppError) return ofFailure(error);
  const failure = error as Partial<FastifyError>;
  if (Array.isArray(failure.validation)) {
    const errors = failure.validation.map((item) => ({
      path: `${item.instancePath}${item.keyword === 'required' ? `/${String(item.params['missingProperty'])}` : ''}${item.keyword === 'additionalProperties' ? `/${String(item.params['additionalProperty'])}` : ''}`,
      message: item.keyword === 'additionalProperties' ? 'is not known here' : (item.message ?? 'is invalid'),
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
    return {
      type: 'about:blank',
      title: 'The input is not complete',
      status: 400,
      code: 'schema',
      detail,
      fix: 'Correct the fields named here.',
      errors,
    };
  }
  if (
    error.code === 'settings-unavailable' ||
    error.code === 'settings-sealed' ||
    error.code === 'ledger-unavailable' ||
    error.code === 'mqtt-unavailable'
  ) {
    return {
      type: 'about:blank',
      title: UNAVAILABLE[error.code],
      status: error.code === 'settings-sealed' ? 409 : 503,
      code: error.code,
      detail: error.message,
      fix:
        error.code === 'settings-sealed'
          ? 'Put the key file back and start the agent again, or click Reset and enter the credentials anew.'
          : error.code === 'mqtt-unavailable'
            ? 'Check the connection to the MQTT broker and try again.'
            : 'Make room on the disk of DATA_DIR, and check that the agent may write there.',
    };
  }
  if (isAlertFailureCode(error.code)) return ofAlertFailure(error.code, error.detail);
  if (!isFailureCode(error.code)) return null;
  const known = explain(error.code, error.detail);
  const said = error.detail['googleSays'];
  return {
    type: 'about:blank',
    title: known.title,
    status: known.status,
    code: known.code,
    detail: said === undefined ? known.cause : `${known.cause} Google says: ${said}`,
    fix: known.fix,
    link: known.link,
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

const UNAVAILABLE = {
  'settings-unavailable': 'The settings cannot be written',
  'settings-sealed': 'The stored secrets cannot be opened',
  'ledger-unavailable': 'The ledger cannot be written',
  'mqtt-unavailable': 'The MQTT broker is not connected',
};

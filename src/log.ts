import pino, { type Logger as PinoLogger } from 'pino';
import { explain, isFailureCode } from './domain/failure.ts';
import { AppError } from './errors.ts';

export type Logger = PinoLogger;

/** JSON lines on stdout, readable ones on a terminal. Errors show what is meant to be shown and nothing that clings to them. */
export function createLog(level: string): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
    redact: {
      paths: [
        'password',
        'clientSecret',
        'refreshToken',
        '*.password',
        '*.clientSecret',
        '*.refreshToken',
        '*.accessToken',
      ],
      censor: '***',
    },
  };
  return process.stdout.isTTY ? pino({ ...options, transport: { target: 'pino-pretty' } }) : pino(options);
}

/** The client library's errors carry requests and tokens as members: only name, message and stack pass. */
export function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      ...(isFailureCode(error.code) ? { explanation: textOf(error) } : {}),
      detail: error.detail,
      cause: error.cause === undefined ? undefined : describeError(error.cause),
    };
  }
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { message: String(error) };
}

/** The log tells of a failure in the same words as the page. */
function textOf({ code, detail }: AppError): Record<string, string> {
  const { title, cause, fault, fix } = explain(code, detail);
  return { title, cause, fault, fix };
}

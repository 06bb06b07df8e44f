import pino, { type DestinationStream, type Logger as PinoLogger } from 'pino';
import { explain, isFailureCode } from './domain/failure.ts';
import { AppError } from './errors.ts';
import { LogLines } from './log-lines.ts';
import { LogMask } from './log-mask.ts';

export type Logger = PinoLogger;

export interface Log {
  log: Logger;
  /** The last lines, for the admin pages. */
  lines: LogLines;
  /** Where the values to be masked are told. */
  mask: LogMask;
}

/** JSON lines on stdout, readable ones on a terminal. Errors show what is meant to be shown and nothing that clings to them. */
export async function openLog(level: string): Promise<Log> {
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
  const lines = new LogLines(level);
  const mask = new LogMask();
  const out = process.stdout.isTTY ? await readable() : gathered();
  const destination: DestinationStream = {
    write(line) {
      const masked = mask.apply(line);
      lines.add(masked);
      out.write(masked);
    },
  };
  return { log: pino(options, destination), lines, mask };
}

/** The same for a program without pages. */
export async function createLog(level: string): Promise<Logger> {
  return (await openLog(level)).log;
}

/** In this thread, not as a transport in its own: that one is looked up by name, and the built agent has no packages. */
async function readable(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty();
}

/** So long lines gather for one write while there are many of them. */
const GATHER_MS = 20;

/**
 * Lines that come in quick succession go out in one write, which returns when the reader's pipe has them. pino's own
 * way hands every line to another thread (which takes ten times as long as the write), or sleeps when the pipe is full.
 */
function gathered(): DestinationStream {
  let lines = '';
  let waits = false;
  const flush = () => {
    const text = lines;
    lines = '';
    waits = text !== '';
    if (!waits) return;
    process.stdout.write(text);
    setTimeout(flush, GATHER_MS).unref();
  };
  // Nobody reads the log any more: no reason to stop working.
  process.stdout.on('error', () => {});
  process.once('exit', flush);
  return {
    write(line) {
      lines += line;
      if (waits) return;
      waits = true;
      setImmediate(flush);
    },
  };
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

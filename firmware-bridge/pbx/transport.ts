import { request } from 'node:https';
import { isIP } from 'node:net';
import { AppError } from '../../src/errors.ts';
import { statusError } from './status.ts';
import { PinnedAgent, type TlsTrust } from './tls.ts';

/** `POST /api`, JSON both ways: the envelope `{"request":{...}}` -> `{"status":0,"response":{...}}`. */

export type Members = Record<string, unknown>;

export interface TransportOptions {
  /** Origin such as https://192.168.1.10:8089. */
  url: string;
  tls: TlsTrust;
  timeoutMs?: number;
  maxBytes?: number;
}

export interface Transport extends Disposable {
  /**
   * Raises `pbx-unreachable`, `pbx-timeout`, `pbx-certificate`, `not-a-pbx`, `pbx-answer`, and what the status means.
   * `statusOptional`: this action is known to answer without the envelope.
   */
  call(action: string, parameters: Members, options?: { statusOptional?: boolean }): Promise<Members>;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 8 * 1024 * 1024;

export function openTransport(options: TransportOptions): Transport {
  const url = new URL('/api', options.url);
  const agent = new PinnedAgent(options.tls);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  // The API handles one session poorly under concurrency: whatever is asked stands in line.
  let tail: Promise<unknown> = Promise.resolve();

  const post = (body: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const hostname = url.hostname.replace(/^\[|\]$/g, '');
      const outgoing = request(
        url,
        {
          method: 'POST',
          agent,
          servername: isIP(hostname) === 0 ? hostname : '',
          headers: {
            'content-type': 'application/json;charset=UTF-8',
            'content-length': Buffer.byteLength(body),
            accept: 'application/json',
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          let size = 0;
          incoming.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size <= maxBytes) chunks.push(chunk);
            else giveUp(new AppError('pbx-answer', `the answer is larger than ${maxBytes} bytes`));
          });
          incoming.on('error', finish);
          incoming.on('end', () => {
            clearTimeout(timer);
            resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
          });
        },
      );
      // The whole exchange has this long: an answer that drips in must not hold the device's line for ever.
      const timer = setTimeout(
        () => giveUp(new AppError('pbx-timeout', `no complete answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      function finish(error: Error): void {
        clearTimeout(timer);
        const failure = error instanceof AppError ? error : unreachable(error);
        reject(outgoing.reusedSocket && failure.code === 'pbx-unreachable' ? new StaleConnection(failure) : failure);
      }
      function giveUp(error: AppError): void {
        finish(error);
        outgoing.destroy();
      }
      outgoing.on('error', finish);
      outgoing.end(body);
    });

  const exchange = async (action: string, parameters: Members, statusOptional: boolean): Promise<Members> => {
    const body = JSON.stringify({ request: { action, ...parameters } });
    const answer = await post(body).catch((error: unknown) => {
      if (!(error instanceof StaleConnection)) throw error;
      if (!/^(list|get)/.test(action)) throw error.failure;
      return post(body);
    });
    const document = readDocument(action, answer);
    const status = document['status'];
    if (status === undefined && statusOptional) return document;
    if (typeof status !== 'number' || !Number.isInteger(status)) {
      throw new AppError('pbx-answer', `${action} was answered without a status`, { detail: { action } });
    }
    const response = isMembers(document['response']) ? document['response'] : {};
    if (status !== 0) {
      const left = response['remain_num'];
      throw statusError(action, status, left === undefined ? {} : { triesLeft: String(left) });
    }
    return response;
  };

  return {
    call(action, parameters, how = {}) {
      const turn = tail.then(() => exchange(action, parameters, how.statusOptional === true));
      tail = turn.catch(() => {});
      return turn;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The PBX had closed the kept connection; what only reads may be asked again on a new one. */
class StaleConnection extends Error {
  readonly failure: AppError;

  constructor(failure: AppError) {
    super(failure.message);
    this.failure = failure;
  }
}

function readDocument(action: string, answer: { status: number; text: string }): Members {
  const detail = { action, http: String(answer.status) };
  if (answer.status !== 200) {
    throw new AppError('not-a-pbx', `HTTP ${answer.status} instead of an answer of the API`, { detail });
  }
  try {
    const document: unknown = JSON.parse(answer.text);
    if (isMembers(document)) return document;
  } catch {
    // Told below: the text itself may be a page of whoever really answered.
  }
  const kind = /^\s*</.test(answer.text) ? 'a web page' : 'no JSON object';
  throw new AppError('not-a-pbx', `${kind} instead of an answer of the API`, { detail });
}

function unreachable(error: Error): AppError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const certificate = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_(GET|VERIFY)/.test(code);
  if (certificate) {
    return new AppError('pbx-certificate', `the certificate of the PBX is not trusted (${code})`, { detail: { code } });
  }
  if (/DH_KEY_TOO_SMALL|SSL|TLS|EPROTO/.test(code)) {
    return new AppError('pbx-tls', `no secure connection could be agreed on (${code})`, { detail: { code } });
  }
  return new AppError('pbx-unreachable', `cannot be reached (${code})`, { detail: { code } });
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Json } from './types.ts';

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  json?: Json;
  html?: string;
}

export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export function parseJson(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

export function parseForm(request: IncomingMessage, text: string): URLSearchParams | undefined {
  const type = request.headers['content-type'] ?? '';
  return type.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(text) : undefined;
}

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  options: { gzip: boolean; truncate: boolean },
): void {
  const text = reply.html ?? (reply.json === undefined ? '' : JSON.stringify(reply.json, null, 1));
  const type = reply.html !== undefined ? 'text/html; charset=UTF-8' : 'application/json; charset=UTF-8';
  let content = Buffer.from(text);
  const headers: Record<string, string> = { 'cache-control': 'no-store', ...reply.headers };
  if (content.length > 0) headers['content-type'] = type;
  if (
    options.gzip &&
    !options.truncate &&
    content.length > 0 &&
    /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  ) {
    content = gzipSync(content);
    headers['content-encoding'] = 'gzip';
  }
  if (options.truncate) content = content.subarray(0, Math.floor(content.length / 2));
  if (reply.status !== 204 && reply.status !== 304) headers['content-length'] = String(content.length);
  response.writeHead(reply.status, headers);
  response.end(reply.status === 204 || reply.status === 304 ? undefined : content);
}

const SECRET = new Set([
  'code',
  'client_secret',
  'refresh_token',
  'token',
  'access_token',
  'id_token',
  'code_verifier',
  'request',
]);

/** For the log: every value that could open a door becomes stars. */
export function masked(parameters: URLSearchParams | undefined): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const name of new Set(parameters?.keys() ?? [])) {
    const values = (parameters?.getAll(name) ?? []).map((value) => (SECRET.has(name) ? '***' : value));
    result[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return result;
}

import { connect, type Socket } from 'node:net';
import { AppError } from '../errors.ts';
import type { AlertReceipt, AlertSender, SmtpSettings } from '../sync/ports.ts';
import { mailOf } from './mail.ts';
import { networkFailure } from './network-failure.ts';
import { guardedLookup, isForbiddenHost } from './target.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_LENGTH = 400;

export interface SmtpTarget
  extends Pick<SmtpSettings, 'host' | 'port' | 'security' | 'username' | 'from' | 'recipients'> {
  password: string;
}

export interface SmtpOptions {
  /** Raises `alerts-not-configured` and `alerts-secret-lost`. */
  target(): SmtpTarget;
  agentId: string;
  publicUrl: string | null;
  timeoutMs?: number;
}

/** One mail to all recipients, over a connection of its own. Raises `smtp-...`, `alerts-...`. */
export function createSmtpSender(options: SmtpOptions): AlertSender {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return {
    async send(message, signal) {
      const target = options.target();
      const { host, port, security, username, password, from, recipients } = target;
      if (isForbiddenHost(host)) throw refused();
      // Loaded with the first mail: most agents never send one.
      const { createTransport } = await import('nodemailer');
      const deadline = AbortSignal.timeout(timeoutMs);
      const stop = AbortSignal.any([signal, deadline]);
      const transport = createTransport({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        tls: { minVersion: 'TLSv1.2' },
        ...(username === '' ? {} : { auth: { user: username, pass: password } }),
        name: 'calendar-agent.invalid',
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        disableFileAccess: true,
        disableUrlAccess: true,
        // The library looks names up by itself; our own socket refuses addresses that alerts must not reach.
        getSocket(_options, callback) {
          open(target, stop).then(
            (connection) => callback(null, { connection }),
            (error: Error) => callback(error, false),
          );
        },
      });
      const domain = from.slice(from.lastIndexOf('@') + 1);
      const messageId = (id: string) => `<${id}@${domain}>`;
      try {
        const sent = await transport.sendMail({
          ...mailOf(message, { id: options.agentId, publicUrl: options.publicUrl }),
          from: { name: 'Calendar Agent', address: from },
          to: recipients.map((address) => ({ name: '', address })),
          messageId: messageId(message.id),
          ...(message.opening === null
            ? {}
            : { inReplyTo: messageId(message.opening), references: messageId(message.opening) }),
          // RFC 3834: an answering machine shall not answer.
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: stop,
        });
        return receiptOf(sent);
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (signal.aborted) throw new AppError('alerts-interrupted', 'the agent is stopping', { cause: error });
        throw failureOf(deadline.aborted ? deadline.reason : error);
      } finally {
        transport.close();
      }
    },
  };
}

function open({ host, port }: SmtpTarget, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port, lookup: guardedLookup });
  const give = () => socket.destroy(new Error('given up', { cause: signal.reason }));
  signal.addEventListener('abort', give, { once: true });
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    signal.removeEventListener('abort', give);
    resolve(socket);
  });
  return promise;
}

function receiptOf(sent: { response: string; rejected: unknown[] }): AlertReceipt {
  return {
    status: Number(/^\d{3}/.exec(sent.response)?.[0] ?? 250),
    answer: printable(sent.response),
    refused: sent.rejected.map((item) =>
      typeof item === 'string' ? item : String((item as { address?: string }).address),
    ),
  };
}

interface MailError {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  message?: string;
}

/** What the mail library's error means. Its own message is not passed on: it may quote what was sent. */
function failureOf(error: unknown): AppError {
  const { code, command, response, responseCode } = error as MailError;
  const said = printable(response ?? '');
  const detail = {
    ...(said === '' ? {} : { said }),
    ...(responseCode === undefined ? {} : { status: String(responseCode) }),
  };
  const fail = (name: string, reason = said) =>
    new AppError(name, `the mail was not sent: ${name}`, {
      detail: { ...detail, reason },
      cause: withoutQuotes(error),
    });
  if (code === 'EAUTH' || code === 'ENOAUTH' || responseCode === 535) return fail('smtp-auth');
  if (responseCode === 530) return fail('smtp-sender-refused');
  if (code === 'EENVELOPE' && command === 'MAIL FROM') return fail('smtp-sender-refused');
  if (code === 'EENVELOPE' && command === 'RCPT TO') return fail('smtp-recipients-refused');
  if (responseCode !== undefined && code !== 'ETLS') return fail('smtp-refused');
  const network = networkFailure(error);
  if (network.kind === 'forbidden') return refused();
  if (network.kind === 'certificate') return fail('smtp-certificate', network.reason);
  if (network.kind === 'timeout') return fail('smtp-timeout', network.reason);
  if (code === 'ETLS') return fail('smtp-security', said === '' ? 'the TLS handshake failed' : said);
  if (/does not speak TLS/.test(network.reason)) return fail('smtp-security', network.reason);
  return fail('smtp-unreachable', network.reason);
}

function refused(): AppError {
  const reason = 'leads to the machine itself';
  return new AppError('alerts-address-refused', reason, { detail: { reason } });
}

/** The library's message repeats the server's words, which may repeat addresses. */
function withoutQuotes(error: unknown): Error {
  const { code, command } = error as MailError;
  return new Error([code, command].filter(Boolean).join(' ') || 'mail error');
}

function printable(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, ANSWER_LENGTH);
}

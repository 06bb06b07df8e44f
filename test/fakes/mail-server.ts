import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string[];
  /** Headers and body as they came. */
  source: string;
  /** Whether the connection was encrypted, and who had signed in. */
  secure: boolean;
  user: string | null;
}

export interface MailServer extends AsyncDisposable {
  port: number;
  mails: ReceivedMail[];
  until(count: number): Promise<ReceivedMail[]>;
}

/** A real SMTP server on loopback that keeps what it gets. User and password are those of the options. */
export async function startMailServer(
  options: SMTPServerOptions & { account?: { user: string; password: string }; refuses?: string[] } = {},
): Promise<MailServer> {
  const { account, refuses = [], ...rest } = options;
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    disableReverseLookup: true,
    closeTimeout: 10,
    authOptional: account === undefined,
    ...(account === undefined && rest.disabledCommands === undefined ? { disabledCommands: ['AUTH'] } : {}),
    ...rest,
    onConnect(_session, callback) {
      callback();
    },
    onAuth(auth, _session, callback) {
      const fits = auth.username === account?.user && auth.password === account?.password;
      callback(fits ? null : new Error('5.7.8 Bad credentials'), fits ? { user: auth.username } : undefined);
    },
    onRcptTo({ address }, _session, callback) {
      callback(refuses.includes(address) ? Object.assign(new Error('No such user'), { responseCode: 550 }) : null);
    },
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mailServer.mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((item) => item.address),
          source: Buffer.concat(parts).toString(),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        });
        callback(null, 'kept');
        for (const wake of waiting) wake();
        waiting.clear();
      });
    },
  });
  // A client that turns away from a certificate is no fault of the server.
  server.on('error', () => {});
  const mailServer: MailServer = {
    port: 0,
    mails: [],
    async until(count) {
      while (mailServer.mails.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
      return mailServer.mails;
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  mailServer.port = (server.server.address() as AddressInfo).port;
  return mailServer;
}

/** One header of a mail, unfolded and decoded (RFC 2047), or null. */
export function headerOf({ source }: ReceivedMail, name: string): string | null {
  const head = source.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const line = new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head)?.[1];
  if (line === undefined) return null;
  return line
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/\r?\n[ \t]+/g, ' ')
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString() : unquote(text.replaceAll('_', ' ')),
    );
}

/** The parts of a multipart mail, decoded. */
export function partsOf({ source }: ReceivedMail): Record<string, string> {
  const boundary = /boundary="([^"]+)"/.exec(source)?.[1] ?? '';
  const parts: Record<string, string> = {};
  for (const part of source.split(`--${boundary}`).slice(1)) {
    const [head = '', ...body] = part.trimStart().split(/\r?\n\r?\n/);
    const type = /content-type: ([\w/]+)/i.exec(head)?.[1];
    if (type === undefined) continue;
    const text = body.join('\n\n');
    parts[type] = /quoted-printable/i.test(head)
      ? unquote(text)
      : /base64/i.test(head)
        ? Buffer.from(text, 'base64').toString()
        : text;
  }
  return parts;
}

function unquote(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

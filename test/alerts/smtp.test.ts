import { once } from 'node:events';
import { createServer } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSmtpSender, type SmtpTarget } from '../../src/alerts/smtp.ts';
import type { AlertMessage, AlertProblem } from '../../src/sync/ports.ts';
import { certificate, trustAuthority } from '../fakes/fixed-certificates.ts';
import { headerOf, type MailServer, partsOf, startMailServer } from '../fakes/mail-server.ts';

const problem: AlertProblem = {
  id: 'calendar-gone',
  severity: 'danger',
  title: 'The calendar is gone',
  cause: 'It was deleted <or> hidden & "lost"',
  action: 'Choose another one',
  link: 'https://agent.example.com/integrations/google/settings',
  since: '2026-11-21T09:59:00.000Z',
};
const opened: AlertMessage = { id: 'msg_1', kind: 'opened', at: '2026-11-21T10:00:00.000Z', opening: null, problem };
const account = { user: 'pbx', password: 'mail-password' };
const never = new AbortController().signal;

function sender(server: { port: number }, change: Partial<SmtpTarget> & { timeoutMs?: number } = {}) {
  const { timeoutMs, ...target } = change;
  return createSmtpSender({
    target: () => ({
      host: 'localhost',
      port: server.port,
      security: 'starttls',
      username: '',
      password: '',
      from: 'pbx@example.com',
      recipients: ['admin@example.com', 'second@example.com'],
      ...target,
    }),
    agentId: 'agent',
    publicUrl: 'https://agent.example.com',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

const only = (server: MailServer) => {
  const [mail] = server.mails;
  if (mail === undefined || server.mails.length > 1) throw new Error(`${server.mails.length} mails`);
  return mail;
};

describe('an alert by mail', () => {
  beforeAll(trustAuthority);

  it('goes over STARTTLS, signed in, to every recipient, as text and as HTML', async () => {
    await using server = await startMailServer({ ...certificate('localhost'), account });
    const receipt = await sender(server, { username: account.user, password: account.password }).send(opened, never);
    expect(receipt).toMatchObject({ status: 250, refused: [] });
    const mail = only(server);
    expect(mail).toMatchObject({
      secure: true,
      user: 'pbx',
      from: 'pbx@example.com',
      to: ['admin@example.com', 'second@example.com'],
    });
    expect(headerOf(mail, 'Subject')).toBe('[Calendar Agent agent] Problem: The calendar is gone');
    expect(headerOf(mail, 'From')).toBe('Calendar Agent <pbx@example.com>');
    expect(headerOf(mail, 'Message-ID')).toBe('<msg_1@example.com>');
    expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated');
    const { 'text/plain': text = '', 'text/html': html = '' } = partsOf(mail);
    for (const words of ['The calendar is gone', problem.action, '2026-11-21 09:59 UTC', 'https://agent.example.com']) {
      expect(text).toContain(words);
      expect(html).toContain(words);
    }
    expect(text).toContain('It was deleted <or> hidden & "lost"');
    expect(html).toContain('It was deleted &lt;or&gt; hidden &amp; &quot;lost&quot;');
  });

  it('goes over TLS from the start', async () => {
    await using server = await startMailServer({ ...certificate('localhost'), secure: true });
    await sender(server, { security: 'tls' }).send(opened, never);
    expect(only(server).secure).toBe(true);
  });

  it('goes unencrypted only where that was chosen', async () => {
    await using server = await startMailServer({ disabledCommands: ['STARTTLS', 'AUTH'] });
    await expect(sender(server).send(opened, never)).rejects.toMatchObject({ code: 'smtp-security' });
    expect(server.mails).toEqual([]);
    await sender(server, { security: 'none' }).send(opened, never);
    expect(only(server).secure).toBe(false);
  });

  it('threads the end with its beginning', async () => {
    await using server = await startMailServer(certificate('localhost'));
    await sender(server).send({ ...opened, id: 'msg_2', kind: 'closed', opening: 'msg_1' }, never);
    const mail = only(server);
    expect(headerOf(mail, 'Subject')).toBe('[Calendar Agent agent] Ended: The calendar is gone');
    expect(headerOf(mail, 'In-Reply-To')).toBe('<msg_1@example.com>');
    expect(partsOf(mail)['text/plain']).toContain('Until: 2026-11-21 10:00 UTC');
  });

  it('lets no problem write headers, recipients, commands or HTML of its own', async () => {
    await using server = await startMailServer(certificate('localhost'));
    const evil = 'X\r\nBcc: victim@example.com\r\n\r\n.\r\nMAIL FROM:<evil@example.com>\r\n<script>alert(1)</script>';
    await sender(server).send(
      { ...opened, problem: { ...problem, title: evil, cause: evil, action: evil, link: 'javascript:alert(1)' } },
      never,
    );
    const mail = only(server);
    expect(mail.to).toEqual(['admin@example.com', 'second@example.com']);
    expect(headerOf(mail, 'Bcc')).toBeNull();
    expect(headerOf(mail, 'Subject')).toMatch(/^\[Calendar Agent agent\] Problem: X Bcc: victim@example\.com/);
    const html = partsOf(mail)['text/html'] ?? '';
    expect(html).not.toMatch(/<script|href="javascript/);
    expect(html).toContain('&lt;script&gt;');
  });

  it.each([
    ['other-name', 'its certificate is for another name'],
    ['expired', 'its certificate has expired'],
    ['self-signed', 'its certificate is self-signed'],
  ] as const)(
    'is not sent when the certificate is %s, over TLS and over STARTTLS, and says why',
    async (name, reason) => {
      for (const security of ['tls', 'starttls'] as const) {
        await using server = await startMailServer({ ...certificate(name), secure: security === 'tls', account });
        const sending = sender(server, { security, username: account.user, password: account.password });
        await expect(sending.send(opened, never)).rejects.toMatchObject({
          code: 'smtp-certificate',
          detail: { reason },
        });
        expect(server.mails).toEqual([]);
      }
    },
  );

  it('explains a refused password without repeating it', async () => {
    await using server = await startMailServer({ ...certificate('localhost'), account });
    const sending = sender(server, { username: 'pbx', password: 'wrong-password' });
    const error = await sending.send(opened, never).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'smtp-auth', detail: { status: '535' } });
    const all = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
    expect(all).not.toMatch(/wrong-password|d3JvbmctcGFzc3dvcmQ/);
  });

  it('explains a server that asks for a sign-in', async () => {
    await using server = await startMailServer({ ...certificate('localhost'), account });
    await expect(sender(server).send(opened, never)).rejects.toMatchObject({ code: 'smtp-sender-refused' });
  });

  it('is sent when one recipient is refused, and says which', async () => {
    await using server = await startMailServer({ ...certificate('localhost'), refuses: ['second@example.com'] });
    expect(await sender(server).send(opened, never)).toMatchObject({ refused: ['second@example.com'] });
    expect(only(server).to).toEqual(['admin@example.com']);
  });

  it('is not sent when every recipient is refused', async () => {
    const refuses = ['admin@example.com', 'second@example.com'];
    await using server = await startMailServer({ ...certificate('localhost'), refuses });
    await expect(sender(server).send(opened, never)).rejects.toMatchObject({ code: 'smtp-recipients-refused' });
  });

  it('gives up on a server that hangs, and at once when the agent stops', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(sender({ port }, { timeoutMs: 100 }).send(opened, never)).rejects.toMatchObject({
      code: 'smtp-timeout',
    });
    const stop = new AbortController();
    const connected = once(silent, 'connection');
    const sending = sender({ port }).send(opened, stop.signal);
    await connected;
    stop.abort();
    await expect(sending).rejects.toMatchObject({ code: 'alerts-interrupted' });
    silent.close();
  });

  it('says that TLS and STARTTLS were mixed up', async () => {
    await using plain = await startMailServer(certificate('localhost'));
    await expect(sender(plain, { security: 'tls' }).send(opened, never)).rejects.toMatchObject({
      code: 'smtp-security',
    });
  });

  it('says that nothing listens, and goes to no metadata service', async () => {
    const server = await startMailServer(certificate('localhost'));
    await server[Symbol.asyncDispose]();
    await expect(sender(server).send(opened, never)).rejects.toMatchObject({
      code: 'smtp-unreachable',
      detail: { reason: 'nothing listens there' },
    });
    await expect(sender(server, { host: '169.254.169.254' }).send(opened, never)).rejects.toMatchObject({
      code: 'alerts-address-refused',
    });
  });
});

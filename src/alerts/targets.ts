import { AppError } from '../errors.ts';
import type { AlertSettingsStore } from '../sync/ports.ts';
import type { SmtpTarget } from './smtp.ts';

/** Where the webhook goes, from the saved settings. Raises `alerts-not-configured`, `alerts-secret-lost`. */
export function webhookTarget({ alerts, alertSecrets }: AlertSettingsStore): { url: string; secret: string } {
  const { url } = alerts.webhook;
  const secret = alertSecrets.webhook;
  if (secret === 'lost') throw lost();
  if (url === '' || secret === 'none') throw missing(url === '' ? 'the address' : 'the signing secret');
  return { url, secret: secret.value };
}

/** Where mails go, from the saved settings. Raises `alerts-not-configured`, `alerts-secret-lost`. */
export function smtpTarget({ alerts, alertSecrets }: AlertSettingsStore): SmtpTarget {
  const { host, port, security, username, from, recipients } = alerts.smtp;
  const password = alertSecrets.smtp;
  if (host === '') throw missing('the host');
  if (from === '') throw missing('the sender');
  if (recipients.length === 0) throw missing('a recipient');
  if (username !== '' && password === 'lost') throw lost();
  if (username !== '' && password === 'none') throw missing('the password');
  const secret = typeof password === 'string' ? '' : password.value;
  return { host, port, security, username, password: secret, from, recipients };
}

function missing(what: string): AppError {
  return new AppError('alerts-not-configured', `${what} is missing`, { detail: { reason: `${what} is missing` } });
}

function lost(): AppError {
  return new AppError('alerts-secret-lost', 'a stored secret cannot be opened');
}

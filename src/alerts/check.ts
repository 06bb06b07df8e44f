import type { AlertSecret, AlertSettings, AlertSettingsInput, SmtpSettings } from '../sync/ports.ts';
import { isForbiddenHost, isLoopbackHost } from './target.ts';
import { webhookAddress } from './webhook.ts';

/** One address as mail programs write it, without a name. Narrower than RFC 5322 where that serves nobody. */
const ADDRESS =
  /^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u;
const HOST = /^[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?\.?$|^\[?[0-9a-f:]+(?:%[\w.]+)?\]?$/iu;

const NEEDED = 'is needed before mails can be switched on';

/** Messages by field, each to follow the field's name; empty when the settings can be saved. */
export function checkAlertSettings(
  input: AlertSettingsInput,
  stored: { settings: AlertSettings; secrets: Record<'webhook' | 'smtp', AlertSecret> },
): Record<string, string> {
  return { ...checkWebhook(input, stored.secrets.webhook), ...checkSmtp(input.smtp, stored) };
}

function checkWebhook({ webhook }: AlertSettingsInput, secret: AlertSecret): Record<string, string> {
  const { enabled, url } = webhook;
  if (url === '') return enabled ? { 'webhook/url': 'is needed before the webhook can be switched on' } : {};
  const address = webhookAddress(url);
  if (typeof address === 'string') return { 'webhook/url': address };
  if (enabled && (secret === 'none' || secret === 'lost'))
    return {
      'webhook/secret': 'is needed before the webhook can be switched on: make one and enter it at the receiver',
    };
  return {};
}

function checkSmtp(
  smtp: AlertSettingsInput['smtp'],
  stored: { settings: AlertSettings; secrets: Record<'smtp', AlertSecret> },
): Record<string, string> {
  const errors: Record<string, string> = {};
  const { enabled, host, username, from, recipients, password } = smtp;
  if (host === '') {
    if (enabled) errors['smtp/host'] = NEEDED;
  } else if (!HOST.test(host)) errors['smtp/host'] = 'expects a name or an address such as mail.example.com';
  else if (isForbiddenHost(host)) errors['smtp/host'] = 'leads to the machine itself';
  if (from === '') {
    if (enabled) errors['smtp/from'] = NEEDED;
  } else if (!ADDRESS.test(from)) errors['smtp/from'] = 'expects one address such as pbx@example.com';
  const wrong = recipients.find((address) => !ADDRESS.test(address));
  if (wrong !== undefined)
    errors['smtp/recipients'] = `expects addresses such as admin@example.com; “${wrong}” is none`;
  else if (enabled && recipients.length === 0) errors['smtp/recipients'] = NEEDED;
  if (/\p{Cc}/u.test(username)) errors['smtp/username'] = 'must hold no control characters';
  const keeps = password === undefined && stored.secrets.smtp !== 'none';
  if (username === '' && typeof password === 'string') errors['smtp/username'] = 'is needed where a password is given';
  else if (username !== '' && keeps && goesElsewhere(smtp, stored.settings.smtp))
    errors['smtp/password'] =
      'is needed again where host, port, security or user change: the stored one is sent to the server that it was entered for';
  else if (username !== '' && enabled && !keeps && typeof password !== 'string')
    errors['smtp/password'] = 'is needed for this user';
  return errors;
}

/** A stored password must not be sent to another server by someone who does not know it. */
function goesElsewhere(next: SmtpSettings, before: SmtpSettings): boolean {
  return (['host', 'port', 'security', 'username'] as const).some((name) => next[name] !== before[name]);
}

/** What is allowed and yet worth a word. */
export function warningsOf({ smtp }: AlertSettings): { path: string; message: string }[] {
  const found: { path: string; message: string }[] = [];
  if (smtp.security === 'none' && smtp.host !== '' && !isLoopbackHost(smtp.host))
    found.push({
      path: '/smtp/security',
      message: `Mails${smtp.username === '' ? '' : ', user and password'} travel unencrypted: whoever is on the way can read them.`,
    });
  return found;
}

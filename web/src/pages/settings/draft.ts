import type { AlertSettingsInput, AlertSettingsView } from '../../../../src/contracts/http.ts';

/** The settings as they stand in the form: texts as they are typed, and a password only where one was typed. */
export interface Draft {
  includeMeetings: boolean;
  delaySeconds: number;
  webhook: AlertSettingsInput['webhook'];
  smtp: Omit<AlertSettingsInput['smtp'], 'port' | 'recipients' | 'password'> & {
    port: string;
    recipients: string;
    password: string;
  };
}

export function draftOf(view: AlertSettingsView): Draft {
  const { enabled, url, severity } = view.webhook;
  const { smtp } = view;
  return {
    includeMeetings: view.includeMeetings,
    delaySeconds: view.delaySeconds,
    webhook: { enabled, url, severity },
    smtp: {
      enabled: smtp.enabled,
      host: smtp.host,
      port: String(smtp.port),
      security: smtp.security,
      username: smtp.username,
      password: '',
      from: smtp.from,
      recipients: smtp.recipients.join('\n'),
      severity: smtp.severity,
    },
  };
}

export function inputOf({ smtp, ...draft }: Draft): AlertSettingsInput {
  const { port, recipients, password, ...rest } = smtp;
  return {
    ...draft,
    smtp: {
      ...rest,
      port: Number(port),
      // People separate addresses by lines, commas and semicolons alike.
      recipients: recipients
        .split(/[\n,;]/)
        .map((address) => address.trim())
        .filter((address) => address !== ''),
      ...(password === '' ? {} : { password }),
    },
  };
}

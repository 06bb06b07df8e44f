import { AppError } from '../errors.ts';
import type { AlertChannel, AlertReceipt, AlertSettings, AlertSettingsStore, AlertsAdmin } from '../sync/ports.ts';
import { checkAlertSettings, warningsOf } from './check.ts';
import { newWebhookSecret } from './signature.ts';

export interface AlertsAdminDeps {
  store: AlertSettingsStore;
  test(channel: AlertChannel): Promise<AlertReceipt & { tookMs: number }>;
  /** The channels whose settings or secret changed. */
  changed(channels: AlertChannel[]): void;
}

/** Settings > Alerts. */
export function createAlertsAdmin({ store, test, changed }: AlertsAdminDeps): AlertsAdmin {
  const admin: AlertsAdmin = {
    view() {
      const { webhook, smtp, ...common } = store.alerts;
      const { webhook: secret, smtp: password } = store.alertSecrets;
      return {
        ...common,
        webhook: {
          ...webhook,
          secretHint: typeof secret === 'string' ? null : secret.value.slice(-4),
          secretLost: secret === 'lost',
        },
        smtp: { ...smtp, passwordStored: typeof password !== 'string', passwordLost: password === 'lost' },
        warnings: warningsOf(store.alerts),
      };
    },

    async save(input) {
      const { password, ...smtp } = { ...input.smtp, host: input.smtp.host.trim(), from: input.smtp.from.trim() };
      const cleaned = {
        ...input,
        webhook: { ...input.webhook, url: input.webhook.url.trim() },
        smtp: { ...smtp, recipients: distinct(smtp.recipients), ...(password === undefined ? {} : { password }) },
      };
      const errors = checkAlertSettings(cleaned, { settings: store.alerts, secrets: store.alertSecrets });
      if (Object.keys(errors).length > 0)
        throw new AppError('schema', 'the settings are not complete', { detail: errors });
      const { password: _, ...plain } = cleaned.smtp;
      const next: AlertSettings = { ...cleaned, smtp: plain };
      const before = store.alerts;
      // Without a user there is nothing that a password could be for.
      const secret = smtp.username === '' ? null : password;
      await store.saveAlerts({ settings: next, secrets: secret === undefined ? {} : { smtp: secret } });
      changed(
        (['webhook', 'smtp'] as const).filter(
          (name) =>
            JSON.stringify(next[name]) !== JSON.stringify(before[name]) || (name === 'smtp' && password !== undefined),
        ),
      );
      return admin.view();
    },

    async newSecret() {
      const secret = newWebhookSecret();
      await store.saveAlerts({ secrets: { webhook: secret } });
      changed(['webhook']);
      return secret;
    },

    test,
  };
  return admin;
}

function distinct(addresses: readonly string[]): string[] {
  const seen = new Map(addresses.map((address) => [address.trim().toLowerCase(), address.trim()]));
  return [...seen.values()].filter((address) => address !== '');
}

import { randomUUID } from 'node:crypto';
import { createAlertsAdmin } from './alerts/administration.ts';
import { createSmtpSender } from './alerts/smtp.ts';
import { smtpTarget, webhookTarget } from './alerts/targets.ts';
import { createWebhookSender } from './alerts/webhook.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { Alerting } from './sync/alerting.ts';
import type { AlertMemory, AlertSettingsStore, AlertsAdmin, AlertWatch, Clock } from './sync/ports.ts';

export interface RunningAlerts extends AsyncDisposable {
  readonly watch: AlertWatch;
  readonly admin: AlertsAdmin;
}

/** Alerts, put together: problems -> what is to be told -> webhook and mail. */
export async function startAlerts(options: {
  config: Config;
  settings: AlertSettingsStore;
  memory: AlertMemory;
  log: Logger;
  version: string;
  clock: Clock;
}): Promise<RunningAlerts> {
  const { config, settings, memory, log, version, clock } = options;
  const { agentId, publicUrl } = config;
  const alerting = new Alerting({
    settings: () => settings.alerts,
    senders: {
      webhook: createWebhookSender({ target: () => webhookTarget(settings), agentId, version, clock }),
      smtp: createSmtpSender({ target: () => smtpTarget(settings), agentId, publicUrl }),
    },
    memory,
    publicUrl,
    newId: () => `msg_${randomUUID().replaceAll('-', '')}`,
    clock,
    random: Math.random,
    log,
  });
  await alerting.start();
  return {
    watch: alerting,
    admin: createAlertsAdmin({
      store: settings,
      test: (channel) => alerting.test(channel),
      changed: (channels) => alerting.settingsChanged(channels),
    }),
    [Symbol.asyncDispose]: () => alerting[Symbol.asyncDispose](),
  };
}

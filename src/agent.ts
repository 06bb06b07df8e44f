import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAdminServer } from './admin/server.ts';
import { startAlerts } from './alerting.ts';
import type { Config, Secrets } from './config.ts';
import { supportOf } from './domain/device.ts';
import { startEngine } from './engine.ts';
import { lockDataDir } from './ledger/lock.ts';
import { openLedger } from './ledger/sqlite.ts';
import type { Log } from './log.ts';
import { openSettings } from './settings/lowdb.ts';
import type { AlertSettingsStore, Clock, SettingsStore } from './sync/ports.ts';
import { Certificate } from './tls/certificate.ts';

/** The checkout, or the folder that was installed. */
const root = fileURLToPath(new URL('..', import.meta.url));

export interface Agent extends AsyncDisposable {
  /** Where the admin pages are. */
  readonly url: string;
  readonly mqttUrl: string;
  /** SHA-256 of the certificate; null = plain http. */
  readonly fingerprint: string | null;
  /** Looks at once whether the certificate files changed. */
  reload(): Promise<void>;
}

/**
 * The whole agent. Raises `data-dir-in-use`, `settings-damaged`, `ledger-damaged`, `ledger-newer`, `secret-key`,
 * `broker-port`, `tls-pair`, `tls-unavailable`; what was opened until then is closed again.
 */
export async function startAgent(
  options: Log & {
    config: Config;
    secrets: Secrets;
    version: string;
    clock: Clock;
    showSetupToken(token: string): void;
  },
): Promise<Agent> {
  const { config, secrets, log, lines, mask, version, clock } = options;
  await using parts = new AsyncDisposableStack();
  parts.use(lockDataDir(config.dataDir));
  const settings = await openSettings({ file: join(config.dataDir, 'settings.json'), keyFile: config.secretKeyFile });
  mask.hide(() => [secrets.adminPassword, secrets.metricsToken, secrets.mqttPassword]);
  mask.hide(() => secretsOf(settings));
  const ledger = parts.use(openLedger({ file: join(config.dataDir, 'ledger.db'), clock }));
  const { host, publicUrl, dataDir } = config;
  const certificate =
    config.tls === null
      ? null
      : parts.use(
          await Certificate.open({
            source: config.tls,
            dataDir,
            host,
            publicUrl,
            clock,
            log: log.child({ component: 'tls' }),
          }),
        );
  const alerts = parts.use(
    await startAlerts({ config, settings, memory: ledger, log: log.child({ component: 'alerts' }), version, clock }),
  );
  const engine = parts.use(
    await startEngine({
      config,
      secrets,
      ledger,
      settings,
      alerts: alerts.watch,
      log,
      version,
      clock,
      certificate,
    }),
  );
  const admin = parts.use(
    await startAdminServer(
      {
        ledger,
        settings,
        google: engine.google,
        alerts: alerts.admin,
        status: engine.status,
        ready: engine.ready,
        metrics: engine.metrics,
        resync: engine.resync,
        confirm: engine.confirm,
        retry: engine.retry,
        verify: engine.verify,
        preview: engine.preview,
        settingsChanged: engine.settingsChanged,
        retaking: engine.retaking,
        erase: engine.erase,
        supportOf,
        // Seldom asked for, and loaded when they are.
        async icsOf(sources) {
          const { meetingsIcs } = await import('./providers/ics/meeting-ics.ts');
          return meetingsIcs(sources, { agentId: config.agentId, now: clock() });
        },
        async asyncApi() {
          const { asyncApiDocument } = await import('./contracts/asyncapi.ts');
          return asyncApiDocument({ prefix: config.mqtt.prefix, agentId: config.agentId, version });
        },
        onChange: engine.onChange,
        mqtt: engine.mqtt,
        testMqtt: engine.testMqtt,
        lines,
        version,
        startedAt: engine.startedAt,
        clock,
        log: log.child({ component: 'admin' }),
      },
      {
        host: config.host,
        port: config.port,
        tls: certificate,
        publicUrl: config.publicUrl,
        trustProxy: config.trustProxy,
        dataDir: config.dataDir,
        adminPassword: secrets.adminPassword,
        metricsToken: secrets.metricsToken,
        root,
        webRoot: join(root, 'web/dist'),
        showSetupToken(token) {
          mask.hide(() => [token]);
          options.showSetupToken(token);
        },
      },
    ),
  );
  const owned = parts.move();
  return {
    url: admin.url,
    mqttUrl: engine.mqttUrl,
    fingerprint: certificate?.view().fingerprint ?? null,
    async reload() {
      await certificate?.reload();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function secretsOf({ google, alertSecrets }: SettingsStore & AlertSettingsStore): (string | null | undefined)[] {
  const { credentials, grant, pending } = google;
  const alerts = Object.values(alertSecrets).map((secret) => (typeof secret === 'string' ? null : secret.value));
  return [credentials?.clientSecret, grant?.refreshToken, pending?.codeVerifier, pending?.state, ...alerts];
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAdminServer } from './admin/server.ts';
import type { Config, Secrets } from './config.ts';
import { asyncApiDocument } from './contracts/asyncapi.ts';
import { supportOf } from './domain/device.ts';
import { startEngine } from './engine.ts';
import { lockDataDir } from './ledger/lock.ts';
import { openLedger } from './ledger/sqlite.ts';
import type { Logger } from './log.ts';
import { meetingsIcs } from './providers/ics/meeting-ics.ts';
import { openSettings } from './settings/lowdb.ts';
import type { Clock } from './sync/ports.ts';

export interface Agent extends AsyncDisposable {
  /** Where the admin pages are. */
  readonly url: string;
  readonly mqttUrl: string;
}

const MAINTAIN_MS = 3_600_000;

/**
 * The whole agent. Raises `data-dir-in-use`, `settings-damaged`, `ledger-damaged`, `ledger-newer`, `secret-key`,
 * `broker-port`; what was opened until then is closed again.
 */
export async function startAgent(options: {
  config: Config;
  secrets: Secrets;
  log: Logger;
  version: string;
  clock: Clock;
  showSetupToken(token: string): void;
}): Promise<Agent> {
  const { config, secrets, log, version, clock } = options;
  await using parts = new AsyncDisposableStack();
  parts.use(lockDataDir(config.dataDir));
  const settings = await openSettings({ file: join(config.dataDir, 'settings.json'), keyFile: config.secretKeyFile });
  const ledger = parts.use(openLedger({ file: join(config.dataDir, 'ledger.db'), clock }));
  const engine = parts.use(await startEngine({ config, secrets, ledger, settings, log, version, clock }));
  const admin = parts.use(
    await startAdminServer(
      {
        ledger,
        settings,
        google: engine.google,
        status: engine.status,
        ready: engine.ready,
        resync: engine.resync,
        wake: engine.wake,
        settingsChanged: engine.settingsChanged,
        supportOf,
        icsOf: (sources) => meetingsIcs(sources, { agentId: config.agentId, now: clock() }),
        asyncApi: asyncApiDocument({ prefix: config.mqtt.prefix, agentId: config.agentId, version }),
        version,
        clock,
        log,
      },
      {
        host: config.host,
        port: config.port,
        tls:
          config.tls === null || secrets.tlsKey === undefined ? null : { cert: config.tls.cert, key: secrets.tlsKey },
        publicUrl: config.publicUrl,
        trustProxy: config.trustProxy,
        dataDir: config.dataDir,
        adminPassword: secrets.adminPassword,
        metricsToken: secrets.metricsToken,
        webRoot: fileURLToPath(new URL('../web/dist', import.meta.url)),
        showSetupToken: options.showSetupToken,
      },
    ),
  );
  const maintain = () =>
    ledger.maintain().catch((error: unknown) => log.error({ err: error }, 'the ledger could not be tidied'));
  const timer = setInterval(() => void maintain(), MAINTAIN_MS);
  parts.defer(() => clearInterval(timer));
  void maintain();
  const owned = parts.move();
  return { url: admin.url, mqttUrl: engine.mqttUrl, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

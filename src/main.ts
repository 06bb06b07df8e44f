import { readFileSync } from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { startAgent } from './agent.ts';
import { readConfig } from './config.ts';
import { AppError } from './errors.ts';
import { openLog } from './log.ts';

/** Environment -> config -> agent -> wait for a signal. Exit code 2: the configuration is at fault. */

const CONFIGURATION = [
  'data-dir-in-use',
  'data-dir-unavailable',
  'settings-unavailable',
  'ledger-unavailable',
  'settings-damaged',
  'ledger-damaged',
  'ledger-newer',
  'ledger-upgrade',
  'secret-key',
  'broker-port',
  'admin-port',
  'tls-pair',
  'tls-unavailable',
];
const STOP_MS = 9_000;

// Loopback is never behind the proxy.
process.env['NO_PROXY'] = [process.env['NO_PROXY'] ?? process.env['no_proxy'], '127.0.0.1', 'localhost', '[::1]']
  .filter(Boolean)
  .join(',');
// Node takes a proxy only when it is told to. Telling it loads fetch, which a start without a proxy need not wait for.
if (['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name]))
  setGlobalProxyFromEnv();
// A new file is for its owner, whatever the shell's mask.
process.umask(0o077);

const read = readConfig(process.env);
if (!read.ok) {
  for (const problem of read.problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}
const { config, secrets } = read;
const { log, lines, mask } = await openLog(config.logLevel);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

let stop: (signal: string) => void = () => {};
const stopped = new Promise<string>((resolve) => {
  stop = resolve;
});
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
// A terminal that goes away ends what runs in it; to a service the signal says: read the files again.
const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
let reload = () => {};
process.on('SIGHUP', () => (onTerminal ? stop('SIGHUP') : reload()));

try {
  const agent = await startAgent({
    config,
    secrets,
    log,
    lines,
    mask,
    version,
    clock: Date.now,
    showSetupToken(token) {
      process.stderr.write(
        `Set-up token: ${token}\nOpen the admin page and set the administrator's password with it.\n`,
      );
    },
  });
  const { url, mqttUrl: mqtt, fingerprint } = agent;
  if (fingerprint !== null) log.info({ fingerprint }, 'https: SHA-256 fingerprint of the certificate');
  log.info({ url, mqtt, version }, `ready: admin page ${url}, MQTT ${mqtt}`);
  reload = () => void agent.reload();
  const signal = await stopped;
  log.info({ signal }, 'stopping');
  setTimeout(() => process.exit(0), STOP_MS).unref();
  await agent[Symbol.asyncDispose]();
  process.exit(0);
} catch (error) {
  const code =
    error instanceof AppError
      ? error.code
      : error instanceof Error && error.message.startsWith('PORT:')
        ? 'admin-port'
        : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (!CONFIGURATION.includes(code)) log.fatal({ err: error }, 'the agent could not start');
  process.exit(CONFIGURATION.includes(code) ? 2 : 1);
}

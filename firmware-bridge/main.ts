import { readFileSync } from 'node:fs';
import { EnvReader } from '../src/env.ts';
import { AppError } from '../src/errors.ts';
import { createLog } from '../src/log.ts';
import { startBridge } from './bridge.ts';
import { probe } from './commands/probe.ts';
import { acceptDevice, checkDialect, health } from './commands/small.ts';
import { trust } from './commands/trust.ts';
import { readBridgeConfig } from './config.ts';
import { shippedDialects } from './dialect/load.ts';
import { readPbxUrl } from './reading.ts';
import type { BridgeConfig } from './settings.ts';

/** Environment -> config -> bridge -> wait for a signal. Exit code 2: the configuration is at fault. */

const CONFIGURATION = ['data-dir-in-use', 'dialect-invalid', 'state-damaged', 'state-newer', 'device-unknown'];
const STOP_MS = 9_000;
const USAGE = `npm run bridge                          watch the PBX and publish its meetings
npm run bridge -- trust [https://HOST]  show the certificate of the PBX and the setting that trusts it
npm run bridge -- probe                 what the PBX tells and permits; prints no values, made for support requests
npm run bridge -- check-dialect FILE    check a dialect file
npm run bridge -- health                the state of the running bridge; exit code 1 when it does not live
npm run bridge -- accept-device ID      after a change of hardware under the same DEVICE_ID`;

// A new file is for its owner, whatever the shell's mask.
process.umask(0o077);

const [command, argument, ...more] = process.argv.slice(2);
const print = (line: string) => void process.stdout.write(`${line}\n`);

// Whoever reads along may have seen enough: `... probe | head`.
process.stdout.on('error', () => process.exit(1));

try {
  process.exit(await run());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const configuration = error instanceof AppError && CONFIGURATION.includes(error.code);
  process.exit(configuration ? 2 : 1);
}

async function run(): Promise<number> {
  if (more.length > 0) return usage();
  switch (command) {
    case undefined:
      return watch(configured());
    case 'trust':
      return showCertificates();
    case 'probe': {
      const config = configured();
      let good = true;
      for (const settings of config.devices) {
        const version = readVersion();
        good =
          (await probe({ settings, dialects: shippedDialects(), dataDir: config.dataDir, version, print })) && good;
        print('');
      }
      return good ? 0 : 1;
    }
    case 'check-dialect':
      if (argument === undefined) return usage();
      checkDialect(argument, print);
      return 0;
    case 'health':
      return health(dataDir(), print) ? 0 : 1;
    case 'accept-device':
      if (argument === undefined) return usage();
      acceptDevice({ dataDir: dataDir(), device: argument, print });
      return 0;
    default:
      return usage();
  }
}

async function watch(config: BridgeConfig): Promise<number> {
  const stopped = new Promise<string>((resolve) => {
    process.on('SIGTERM', () => resolve('SIGTERM'));
    process.on('SIGINT', () => resolve('SIGINT'));
  });
  const log = await createLog(config.logLevel);
  const bridge = startBridge({ config, log });
  log.info({ devices: config.devices.length, version: readVersion() }, 'ready: the bridge is watching');
  const signal = await stopped;
  log.info({ signal }, 'stopping');
  setTimeout(() => process.exit(0), STOP_MS).unref();
  await bridge[Symbol.asyncDispose]();
  return 0;
}

/** Needs no password: it is the step before the bridge can be configured. */
async function showCertificates(): Promise<number> {
  const reader = new EnvReader(process.env);
  const level = reader.text('PBX_TLS_SECURITY_LEVEL');
  const securityLevel = level !== undefined && /^[0-5]$/.test(level) ? Number(level) : null;
  const single = argument ?? reader.text('PBX_URL');
  if (single === undefined && reader.text('DEVICES_FILE') !== undefined) {
    for (const { url, tls } of configured().devices) {
      await trust({ url, securityLevel: tls.securityLevel, setting: '"fingerprint": ', print });
    }
    return 0;
  }
  const url = readPbxUrl(single);
  if (!url.ok) {
    process.stderr.write(`PBX_URL: ${url.expects}\n`);
    return 2;
  }
  await trust({ url: url.origin, securityLevel, setting: 'PBX_TLS_FINGERPRINT=', print });
  return 0;
}

function configured(): BridgeConfig {
  const read = readBridgeConfig(process.env);
  if (read.ok) return read.config;
  for (const problem of read.problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}

function dataDir(): string {
  return new EnvReader(process.env).text('DATA_DIR') ?? './data-bridge';
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

function usage(): number {
  process.stderr.write(`${USAGE}\n`);
  return 2;
}

import { AppError } from '../src/errors.ts';
import { createLog } from '../src/log.ts';
import { startBridge } from './bridge.ts';
import { readBridgeConfig } from './config.ts';

/** Environment -> config -> bridge -> wait for a signal. Exit code 2: the configuration is at fault. */

const CONFIGURATION = ['data-dir-in-use', 'dialect-invalid', 'state-damaged', 'state-newer'];
const STOP_MS = 9_000;

// A new file is for its owner, whatever the shell's mask.
process.umask(0o077);

let stop: (signal: string) => void = () => {};
const stopped = new Promise<string>((resolve) => {
  stop = resolve;
});
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));

const read = readBridgeConfig(process.env);
if (!read.ok) {
  for (const problem of read.problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}
const log = createLog(read.config.logLevel);
try {
  const bridge = startBridge({ config: read.config, log });
  log.info({ devices: read.config.devices.length }, 'ready: the bridge is watching');
  const signal = await stopped;
  log.info({ signal }, 'stopping');
  setTimeout(() => process.exit(0), STOP_MS).unref();
  await bridge[Symbol.asyncDispose]();
  process.exit(0);
} catch (error) {
  const configuration = error instanceof AppError && CONFIGURATION.includes(error.code);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (!configuration) log.fatal({ err: error }, 'the bridge could not start');
  process.exit(configuration ? 2 : 1);
}

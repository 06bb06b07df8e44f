import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../src/log.ts';
import { type DeviceHealth, type PollOutcome, Worker } from './device/worker.ts';
import { shippedDialects } from './dialect/load.ts';
import { lockFolder } from './lock.ts';
import type { BridgeConfig } from './settings.ts';

export interface Bridge extends AsyncDisposable {
  health(): DeviceHealth[];
  /** Looks at every PBX now. */
  poll(): Promise<PollOutcome[]>;
}

export const HEALTH_FILE = 'health.json';
const DEVICES_KNOWN = 'devices.json';
const HEALTH_MS = 10_000;

/** One worker per PBX; they share nothing but the process. Raises `data-dir-in-use`. */
export function startBridge(options: {
  config: BridgeConfig;
  log: Logger;
  clock?: () => number;
  random?: () => number;
}): Bridge {
  const { config, log } = options;
  const clock = options.clock ?? Date.now;
  const lock = lockFolder(config.dataDir);
  const remembered = readKnown(config.dataDir);
  const dialects = shippedDialects();
  const claimed = new Map<string, Worker>();
  const write = () => writeHealth(config.dataDir, { at: new Date(clock()).toISOString(), devices: health() });

  const workers: Worker[] = config.devices.map((settings) => {
    const worker: Worker = new Worker({
      settings,
      dataDir: config.dataDir,
      mqtt: config.mqtt,
      dialects,
      log: log.child({ pbx: new URL(settings.url).host }),
      clock,
      random: options.random ?? Math.random,
      remembered: remembered[settings.url] ?? null,
      claim(device) {
        const holder = claimed.get(device);
        if (holder !== undefined && holder !== worker) return false;
        for (const [id, other] of claimed) if (other === worker) claimed.delete(id);
        claimed.set(device, worker);
        if (remembered[settings.url] !== device) {
          remembered[settings.url] = device;
          replaceFile(join(config.dataDir, DEVICES_KNOWN), JSON.stringify(remembered));
        }
        return true;
      },
      changed: write,
    });
    return worker;
  });
  const health = () => workers.map((worker) => worker.health());
  for (const worker of workers) worker.start();
  // Also while every PBX is silent the file shows that the bridge lives.
  const timer = setInterval(write, HEALTH_MS);
  write();
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    clearInterval(timer);
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    lock[Symbol.dispose]();
  };
  return {
    health,
    poll: () => Promise.all(workers.map((worker) => worker.poll())),
    [Symbol.asyncDispose]() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function readKnown(dataDir: string): Record<string, string> {
  try {
    const document: unknown = JSON.parse(readFileSync(join(dataDir, DEVICES_KNOWN), 'utf8'));
    if (typeof document === 'object' && document !== null) {
      return Object.fromEntries(
        Object.entries(document).filter(([, id]) => typeof id === 'string' && /^[a-z0-9-]{1,64}$/.test(id)),
      );
    }
  } catch {
    // The first start, or nothing worth keeping: the PBX says its MAC again.
  }
  return {};
}

function writeHealth(dataDir: string, document: unknown): void {
  replaceFile(join(dataDir, HEALTH_FILE), `${JSON.stringify(document, null, 2)}\n`);
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

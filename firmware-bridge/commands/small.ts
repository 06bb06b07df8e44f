import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/errors.ts';
import { HEALTH_FILE } from '../bridge.ts';
import type { DeviceHealth } from '../device/worker.ts';
import { loadDialect } from '../dialect/load.ts';
import { lockFolder } from '../lock.ts';
import { Store } from '../state/store.ts';

const STALE_MS = 60_000;

/** Whether a dialect file can be used. Raises `dialect-invalid` with every member at fault. */
export function checkDialect(file: string, print: (line: string) => void): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new AppError('dialect-invalid', `${file} cannot be read`);
  }
  const dialect = loadDialect(text, file);
  print(`${file} is a valid dialect: ${dialect.id}, ${dialect.title}`);
  print(`  lists with ${dialect.list.action}, details with ${dialect.get?.action ?? 'nothing'}`);
  print(
    `  scheduling: ${dialect.write === null ? 'not described' : dialect.write.confirmed ? 'confirmed' : 'not confirmed, stays off'}`,
  );
}

/** true while the bridge lives: a PBX that is down is no reason to restart it. */
export function health(dataDir: string, print: (line: string) => void): boolean {
  let document: { at: string; devices: DeviceHealth[] };
  try {
    document = JSON.parse(readFileSync(join(dataDir, HEALTH_FILE), 'utf8'));
  } catch {
    print(`no bridge has run in ${dataDir}`);
    return false;
  }
  const age = Date.now() - Date.parse(document.at);
  for (const { url, device, state, problem, listedAt, queued, mqtt } of document.devices) {
    const facts = `last complete list ${listedAt ?? 'never'}, ${queued} events waiting, MQTT ${mqtt}`;
    print(`${device ?? url}: ${state}${problem === null ? '' : ` (${problem.title}. ${problem.fix})`}; ${facts}`);
  }
  if (age <= STALE_MS) return true;
  print(`the bridge has not written for ${Math.round(age / 1_000)} s`);
  return false;
}

/** After a change of hardware under the same id. The bridge must be stopped meanwhile. Raises `data-dir-in-use`. */
export function acceptDevice(options: { dataDir: string; device: string; print(line: string): void }): void {
  const { dataDir, device, print } = options;
  const file = join(dataDir, `${device}.db`);
  if (!existsSync(file)) throw new AppError('device-unknown', `${dataDir} knows no device ${device}`);
  using _lock = lockFolder(dataDir);
  using store = new Store(file);
  store.forgetFact('mac');
  store.forgetMisses();
  print(`${device}: the device that answers next is taken for it`);
}

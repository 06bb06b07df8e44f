import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { lockDataDir } from '../ledger/lock.ts';
import { openLedger } from '../ledger/sqlite.ts';
import { openSettings } from '../settings/lowdb.ts';
import type { CommandOptions } from './options.ts';

/**
 * Takes the administrator's password away, while no agent uses the folder; whoever can write there could do so anyway.
 * Everything else stays. Raises `no-settings`, `data-dir-in-use`, and the codes of openSettings and openLedger.
 */
export async function resetPassword(options: CommandOptions): Promise<string> {
  const { dataDir, secretKeyFile } = options;
  const file = join(dataDir, 'settings.json');
  if (!existsSync(file)) {
    throw new AppError('no-settings', `${dataDir} holds no settings. Set DATA_DIR to the folder that the agent uses.`);
  }
  using _lock = lockDataDir(dataDir);
  const settings = await openSettings({ file, keyFile: secretKeyFile });
  if (settings.administrator === null) return `${dataDir}: there was no password`;
  // Twice, so that the copy of the version before does not keep it either.
  for (let round = 0; round < 2; round += 1) await settings.saveAdministrator(null);
  await using ledger = openLedger({ file: join(dataDir, 'ledger.db'), clock: Date.now });
  await ledger.note({ actor: 'command line', action: 'password reset', subject: 'admin', detail: '' });
  return `${dataDir}: the administrator's password is gone`;
}

import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { checkVersion, versionOf } from '../ledger/migrate.ts';
import { fillArchive, type Manifest, readArchive, type Secrets } from './archive.ts';
import { keepForOwner, sync } from './files.ts';
import type { CommandOptions } from './options.ts';
import { holdsSealed, withoutSecrets } from './redact.ts';

export interface BackupReport {
  manifest: Manifest;
  bytes: number;
  warnings: string[];
}

/**
 * Writes a consistent snapshot of ledger and settings to one file, whether the agent runs or not, and reads it back
 * before it gets its name. Raises `no-ledger`, `backup-exists`, `backup-unavailable`, `ledger-damaged`, `ledger-newer`,
 * `settings-damaged`, `settings-unavailable`.
 */
export function backUp(options: CommandOptions & { agent: string; now: number }): BackupReport {
  const { file, force, dataDir, passphrase } = options;
  const ledger = join(dataDir, 'ledger.db');
  if (!existsSync(ledger)) {
    throw new AppError('no-ledger', `${dataDir} holds no ledger. Set DATA_DIR to the folder that the agent uses.`);
  }
  if (existsSync(file) && !force) throw taken(file);
  const { settings, secrets, warnings } = readSettings(options);
  if (passphrase === undefined) {
    warnings.push(
      'BACKUP_PASSPHRASE is not set, so the Google client, its authorization and the administrator’s password are LEFT OUT of this backup. After a restore they have to be entered anew.',
    );
  }
  const partial = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.partial`);
  try {
    snapshot(ledger, partial);
    fillArchive(partial, { settings, secrets, passphrase, agent: options.agent, now: options.now });
    keepForOwner(partial);
    sync(partial);
    const { manifest } = readArchive(partial, passphrase);
    publish(partial, file, force);
    return { manifest, bytes: statSync(file).size, warnings };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'backup-unavailable',
      `${file} cannot be written (${error instanceof Error ? error.message : String(error)}). Check that its folder exists, that there is room, and that you may write there.`,
      { cause: error },
    );
  } finally {
    for (const rest of [partial, `${partial}-journal`]) rmSync(rest, { force: true });
  }
}

function readSettings(options: CommandOptions): {
  settings: string | null;
  secrets: Secrets;
  warnings: string[];
} {
  const whole = readIfThere(join(options.dataDir, 'settings.json'));
  const key = readIfThere(options.secretKeyFile);
  let settings: string | null = null;
  try {
    settings = whole === null ? null : withoutSecrets(whole);
  } catch (error) {
    throw new AppError(
      'settings-damaged',
      `${join(options.dataDir, 'settings.json')} cannot be read as settings, so it is not backed up as such. Mend it first: settings.json.bak beside it is the version before.`,
      { cause: error },
    );
  }
  const lost = key === null && whole !== null && holdsSealed(whole);
  const warnings = lost
    ? [`SECRET_KEY_FILE ${options.secretKeyFile} does not exist, so the secrets in this backup cannot be opened.`]
    : [];
  return { settings, secrets: { settings: whole, key }, warnings };
}

/** A reader of its own beside the agent: what is committed at this moment, and nothing half. */
function snapshot(ledger: string, to: string): void {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(ledger, { readOnly: true, timeout: 10_000 });
    checkVersion(versionOf(db), ledger);
  } catch (error) {
    db?.close();
    if (error instanceof AppError) throw error;
    throw new AppError('ledger-damaged', `${ledger} cannot be read as the agent's ledger (${String(error)})`);
  }
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

/** Gives the finished file its name. Where the file system can link, not even a race overwrites another backup. */
function publish(partial: string, file: string, force: boolean): void {
  if (force) {
    renameSync(partial, file);
  } else {
    try {
      linkSync(partial, file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || existsSync(file)) throw taken(file);
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
      renameSync(partial, file);
    }
  }
  sync(dirname(file));
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AppError('settings-unavailable', `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

function taken(file: string): AppError {
  return new AppError('backup-exists', `${file} exists already. Choose another name, or add --force to replace it.`);
}

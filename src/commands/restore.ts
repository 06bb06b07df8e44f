import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { lockDataDir } from '../ledger/lock.ts';
import { markRestored } from '../ledger/restored.ts';
import { openSettings } from '../settings/lowdb.ts';
import { type Backup, type Manifest, readArchive } from './archive.ts';
import { keepForOwner, sync, writeNew } from './files.ts';
import type { CommandOptions } from './options.ts';

export interface RestoreReport {
  manifest: Manifest;
  /** Where what was there before lies now; null when there was nothing. */
  aside: string | null;
  warnings: string[];
}

const STAGING = '.restore-';
const ASIDE = 'before-restore-';
/** Not the agent's: a file system's own, and what earlier restores have put aside. */
const NOT_OURS = /^(agent\.lock(-journal)?|lost\+found|before-restore-.*)$/;

/**
 * Brings a backup into DATA_DIR. All of it is checked and made ready in a folder of its own first, so that a failure
 * changes nothing. Raises the codes of readArchive, `data-dir-in-use`, `data-dir-not-empty`, `backup-passphrase`,
 * `secret-key`, `restore-unavailable`.
 */
export async function restore(options: CommandOptions & { now: number }): Promise<RestoreReport> {
  const { file, force, dataDir, now } = options;
  const backup = readArchive(file, options.withoutSecrets ? undefined : options.passphrase);
  if (backup.manifest.secrets === 'sealed' && backup.secrets === null && !options.withoutSecrets) {
    throw new AppError(
      'backup-passphrase',
      `${file} holds secrets under a passphrase. Set BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE, or add --without-secrets to enter them anew afterwards.`,
    );
  }
  using _lock = lockDataDir(dataDir);
  const old = readdirSync(dataDir).filter((name) => !NOT_OURS.test(name) && !name.startsWith(STAGING));
  if (old.length > 0 && !force) {
    throw new AppError(
      'data-dir-not-empty',
      `DATA_DIR ${dataDir} is not empty (${old.slice(0, 3).join(', ')}${old.length > 3 ? ', …' : ''}). Choose an empty one, or add --force: what is there is then moved aside, not deleted.`,
    );
  }
  const keyFile = placeOfKey(options, backup);
  // Left behind by a restore that was interrupted.
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(STAGING)) rmSync(join(dataDir, name), { recursive: true });
  }
  const staging = mkdtempSync(join(dataDir, STAGING));
  try {
    await stage(backup, { file, staging, keyFile: join(staging, 'secret.key'), now });
    const aside = old.length === 0 ? null : moveAside(dataDir, { names: old, now });
    takeInto(staging, { dataDir, keyFile: backup.secrets?.key == null ? null : keyFile, now });
    return { manifest: backup.manifest, aside, warnings: warningsOf(backup) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'restore-unavailable',
      `${dataDir} cannot be restored into (${error instanceof Error ? error.message : String(error)})`,
      { cause: error },
    );
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Where the key goes. One outside DATA_DIR that is another one is not written over. */
function placeOfKey({ dataDir, secretKeyFile, force }: CommandOptions, { secrets }: Backup): string {
  const inside = !relative(dataDir, secretKeyFile).startsWith('..');
  const key = secrets?.key ?? null;
  if (inside || key === null || !existsSync(secretKeyFile) || force) return secretKeyFile;
  if (readFileSync(secretKeyFile, 'utf8').trim() === key.trim()) return secretKeyFile;
  throw new AppError(
    'secret-key',
    `SECRET_KEY_FILE ${secretKeyFile} holds another key than the backup. Let SECRET_KEY_FILE name a file that does not exist yet, or add --force: the key that is there is then moved aside.`,
  );
}

/** The folder as it will be, checked by the same code that the agent starts with. */
async function stage(
  backup: Backup,
  { file, staging, keyFile, now }: { file: string; staging: string; keyFile: string; now: number },
): Promise<void> {
  const ledger = join(staging, 'ledger.db');
  copyFileSync(file, ledger);
  keepForOwner(ledger);
  {
    using db = new DatabaseSync(ledger);
    db.exec('PRAGMA trusted_schema = OFF; DROP TABLE backup; PRAGMA application_id = 0;');
  }
  await markRestored(ledger, { now, backupAt: backup.manifest.createdAt });
  const settings = backup.secrets === null ? backup.settings : backup.secrets.settings;
  const key = backup.secrets?.key ?? null;
  if (key !== null) writeNew(keyFile, key);
  if (settings !== null) {
    writeNew(join(staging, 'settings.json'), settings);
    await openSettings({ file: join(staging, 'settings.json'), keyFile });
  }
  // A key that opening the settings has made belongs to nothing yet; the agent makes its own.
  if (key === null) rmSync(keyFile, { force: true });
  for (const name of readdirSync(staging)) sync(join(staging, name));
}

function moveAside(dataDir: string, { names, now }: { names: string[]; now: number }): string {
  const aside = join(dataDir, `${ASIDE}${stamp(now)}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of names) renameSync(join(dataDir, name), join(aside, name));
  sync(aside);
  return aside;
}

/** The ledger first: without settings the agent asks for them, without its ledger it would begin anew. */
function takeInto(
  staging: string,
  { dataDir, keyFile, now }: { dataDir: string; keyFile: string | null; now: number },
): void {
  renameSync(join(staging, 'ledger.db'), join(dataDir, 'ledger.db'));
  if (keyFile !== null) placeKey(join(staging, 'secret.key'), keyFile, now);
  if (existsSync(join(staging, 'settings.json')))
    renameSync(join(staging, 'settings.json'), join(dataDir, 'settings.json'));
  sync(dataDir);
}

function placeKey(from: string, to: string, now: number): void {
  const key = readFileSync(from, 'utf8');
  if (existsSync(to)) {
    if (readFileSync(to, 'utf8').trim() === key.trim()) return;
    renameSync(to, `${to}.${ASIDE}${stamp(now)}`);
  }
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  writeNew(to, key);
  sync(dirname(to));
}

function warningsOf(backup: Backup): string[] {
  if (backup.secrets !== null) return [];
  return [
    'The secrets were not restored: the agent starts with a set-up token (or ADMIN_PASSWORD), and Google has to be connected anew. Until then meetings wait.',
  ];
}

function stamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(':', '');
}

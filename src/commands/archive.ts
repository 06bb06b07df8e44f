import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { AppError } from '../errors.ts';
import { MIGRATIONS } from '../ledger/migrate.ts';
import { openUnder, sealUnder } from './passphrase.ts';

/**
 * A backup is one SQLite file: a snapshot of the ledger, and beside its tables one named `backup` with three texts:
 *
 * - `manifest`: what it is, with the SHA-256 of all rows of the ledger and of `settings`
 * - `settings`: settings.json without anything secret; absent where there was none
 * - `sealed`: settings.json whole and the key that seals its secrets, under the passphrase; absent without one
 */

/** "PBXB" in the file's header, where SQLite keeps a program's own number. */
const APPLICATION = 0x50425842;
const FORMAT = 1;

const ManifestSchema = Type.Object({
  format: Type.Integer({ minimum: 1 }),
  createdAt: Type.String(),
  agent: Type.String(),
  ledger: Type.Integer({ minimum: 1 }),
  meetings: Type.Integer({ minimum: 0 }),
  secrets: Type.Enum(['sealed', 'left-out']),
  sha256: Type.String(),
});
export type Manifest = Static<typeof ManifestSchema>;

/** settings.json as it lies on the disk, and the key file; null where there is none. */
export interface Secrets {
  settings: string | null;
  key: string | null;
}

export interface Backup {
  manifest: Manifest;
  /** Without anything secret. */
  settings: string | null;
  /** null when they were left out, or no passphrase was given. */
  secrets: Secrets | null;
}

/** Makes a backup of a snapshot of the ledger, in place. */
export function fillArchive(
  file: string,
  content: {
    settings: string | null;
    secrets: Secrets | null;
    passphrase: string | undefined;
    agent: string;
    now: number;
  },
): Manifest {
  using db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = DELETE; PRAGMA application_id = ${APPLICATION}`);
  const { passphrase, secrets, settings } = content;
  const sealing = passphrase !== undefined && secrets !== null;
  const manifest: Manifest = {
    format: FORMAT,
    createdAt: new Date(content.now).toISOString(),
    agent: content.agent,
    ledger: pragma(db, 'user_version'),
    meetings: Number((db.prepare('SELECT count(*) AS n FROM meetings').get() as { n: number }).n),
    secrets: sealing ? 'sealed' : 'left-out',
    sha256: digest(db, settings),
  };
  const text = JSON.stringify(manifest);
  db.exec('BEGIN; CREATE TABLE backup (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;');
  const put = db.prepare('INSERT INTO backup (name, value) VALUES (?, ?)');
  put.run('manifest', text);
  if (settings !== null) put.run('settings', settings);
  if (sealing) put.run('sealed', sealUnder(passphrase, JSON.stringify(secrets), text));
  db.exec('COMMIT');
  return manifest;
}

/**
 * Reads a backup and checks all of it; nothing is changed. Raises `backup-invalid`, `backup-newer`, and where a
 * passphrase is given `backup-passphrase`.
 */
export function readArchive(file: string, passphrase: string | undefined): Backup {
  if (!existsSync(file)) throw new AppError('backup-invalid', `${file} does not exist`);
  try {
    using db = new DatabaseSync(file, { readOnly: true });
    // The file may come from anywhere: nothing in it may run.
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;');
    if (pragma(db, 'application_id') !== APPLICATION) throw invalid(file, 'it was not written by the backup command');
    return check(db, { file, passphrase });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw invalid(file, error instanceof Error ? error.message : String(error), error);
  }
}

function check(db: DatabaseSync, { file, passphrase }: { file: string; passphrase: string | undefined }): Backup {
  const found = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (found.quick_check !== 'ok') throw invalid(file, found.quick_check);
  const active = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type IN ('trigger', 'view')").get();
  if ((active as { n: number }).n > 0) throw invalid(file, 'it holds what no backup holds');
  const parts = new Map(
    (db.prepare('SELECT name, value FROM backup').all() as { name: string; value: string }[]).map((row) => [
      row.name,
      row.value,
    ]),
  );
  const text = parts.get('manifest') ?? 'null';
  const manifest: unknown = JSON.parse(text);
  if (!Check(ManifestSchema, manifest)) throw invalid(file, 'its manifest is not as expected');
  if (manifest.format > FORMAT || manifest.ledger > MIGRATIONS.length) {
    throw new AppError(
      'backup-newer',
      `${file} was written by a newer version of the agent (${manifest.agent}, ledger ${manifest.ledger}; this one knows ${MIGRATIONS.length}). Restore it with that version.`,
    );
  }
  const settings = parts.get('settings') ?? null;
  if (pragma(db, 'user_version') !== manifest.ledger || digest(db, settings) !== manifest.sha256)
    throw invalid(file, 'its content is not what was written');
  return { manifest, settings, secrets: secretsOf(parts.get('sealed'), { file, passphrase, text }) };
}

function secretsOf(
  sealed: string | undefined,
  { file, passphrase, text }: { file: string; passphrase: string | undefined; text: string },
): Secrets | null {
  if (sealed === undefined || passphrase === undefined) return null;
  const opened = openUnder(passphrase, sealed, text);
  if (opened === null) {
    throw new AppError(
      'backup-passphrase',
      `BACKUP_PASSPHRASE does not open the secrets of ${file}: it is another one, or the file was changed`,
    );
  }
  return JSON.parse(opened) as Secrets;
}

/** Over every row of every table, so that a changed bit is found even where the file still looks well. */
function digest(db: DatabaseSync, settings: string | null): string {
  const hash = createHash('sha256');
  const tables = db
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'backup' ORDER BY name",
    )
    .all() as { name: string; sql: string }[];
  for (const { name, sql } of tables) {
    hash.update(`${sql}\n`);
    const columns = db.prepare('SELECT name, pk FROM pragma_table_info(?) ORDER BY pk').all(name) as {
      name: string;
      pk: number;
    }[];
    const key = columns.filter((column) => column.pk > 0).map((column) => `"${column.name}"`);
    const order = key.length === 0 ? 'rowid' : key.join(', ');
    const rows = db.prepare(`SELECT * FROM "${name.replaceAll('"', '""')}" ORDER BY ${order}`).iterate();
    for (const row of rows) hash.update(`${JSON.stringify(Object.values(row))}\n`);
  }
  return hash.update(JSON.stringify(settings)).digest('hex');
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number((db.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name]);
}

function invalid(file: string, why: string, cause?: unknown): AppError {
  return new AppError('backup-invalid', `${file} cannot be used as a backup: ${why}`, { cause });
}

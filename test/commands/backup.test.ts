import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupCommand, restoreCommand } from '../../src/commands/run.ts';
import { lockDataDir } from '../../src/ledger/lock.ts';
import { MIGRATIONS } from '../../src/ledger/migrate.ts';
import { openLedger } from '../../src/ledger/sqlite.ts';
import { openSettings } from '../../src/settings/lowdb.ts';

const PASSPHRASE = 'a long enough passphrase';
const SECRET = 'GOCSPX-very-secret-1234';

describe('the commands backup and restore', () => {
  let folder: string;
  let dataDir: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backup-'));
    dataDir = join(folder, 'data');
    file = join(folder, 'agent.backup');
    mkdirSync(dataDir);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A data folder as an agent leaves it: seven meetings, a client secret, an administrator. */
  async function fill(): Promise<void> {
    {
      using db = new DatabaseSync(join(dataDir, 'ledger.db'));
      db.exec(readFileSync(new URL('../ledger/versions/001.sql', import.meta.url), 'utf8'));
    }
    await openLedger({ file: join(dataDir, 'ledger.db'), clock: Date.now })[Symbol.asyncDispose]();
    rmSync(join(dataDir, 'ledger.db.before-v2'));
    const settings = await openIn(dataDir);
    await settings.saveAdministrator('scrypt$131072$8$1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA');
    await settings.saveCalendar({ ...settings.calendar, selector: 'all' });
    await settings.saveGoogle({
      credentials: { clientId: 'client', clientSecret: SECRET, redirectUri: null, fileRedirectUri: null },
    });
  }
  const openIn = (where: string) =>
    openSettings({ file: join(where, 'settings.json'), keyFile: join(where, 'secret.key') });

  async function run(command: 'backup' | 'restore', args: string[], env: Record<string, string> = {}) {
    const said: Record<'out' | 'err', string> = { out: '', err: '' };
    const code = await (command === 'backup' ? backupCommand : restoreCommand)({
      args,
      env: { DATA_DIR: dataDir, ...env },
      now: Date.now(),
      say: (text) => {
        said.out += `${text}\n`;
      },
      warn: (text) => {
        said.err += `${text}\n`;
      },
    });
    return { code, ...said };
  }
  function npmRun(command: 'backup' | 'restore', args: string[], env: Record<string, string>) {
    const script = new URL(`../../src/commands/${command}-main.ts`, import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir, ...env },
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  }
  const withPassphrase = { BACKUP_PASSPHRASE: PASSPHRASE };
  const elsewhere = () => ({ DATA_DIR: join(folder, 'new'), ...withPassphrase });
  const names = (where: string) => readdirSync(where).sort();

  it('bring back ledger and settings with every secret under the passphrase', async () => {
    await fill();
    const saved = npmRun('backup', [file], withPassphrase);
    expect(saved).toMatchObject({ code: 0, err: '' });
    expect(saved.out).toMatch(
      /agent\.backup: 7 meetings, ledger \d+, \d+ bytes, secrets sealed .* read back and right/,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(names(folder)).toEqual(['agent.backup', 'data']);

    const restored = npmRun('restore', [file], elsewhere());
    expect(restored).toMatchObject({ code: 0, err: '' });
    expect(restored.out).toMatch(/7 meetings as of 20.*\nStart the agent/s);
    const there = join(folder, 'new');
    expect(names(there)).toEqual(['agent.lock', 'ledger.db', 'secret.key', 'settings.json']);
    for (const name of names(there)) expect(statSync(join(there, name)).mode & 0o777).toBe(0o600);
    const settings = await openIn(there);
    expect(settings.google.credentials?.clientSecret).toBe(SECRET);
    expect(settings.calendar.selector).toBe('all');
    expect(settings.administrator).not.toBeNull();
    await using ledger = openLedger({ file: join(there, 'ledger.db'), clock: Date.now });
    expect((await ledger.meetings({ limit: 50 })).items).toHaveLength(7);
  });

  it('keep no secret, no key and no hash in clear, with a passphrase or without', async () => {
    await fill();
    const sealed = JSON.parse(readFileSync(join(dataDir, 'settings.json'), 'utf8')).google.credentials;
    const key = readFileSync(join(dataDir, 'secret.key'), 'utf8').trim();
    await run('backup', [file], withPassphrase);
    await run('backup', [`${file}.open`]);
    for (const path of [file, `${file}.open`]) {
      const bytes = readFileSync(path, 'latin1');
      for (const secret of [SECRET, sealed, key, 'scrypt$131072$', PASSPHRASE])
        expect(bytes.includes(secret)).toBe(false);
    }
  });

  it('say loudly that secrets are left out, and restore the rest', async () => {
    await fill();
    const saved = await run('backup', [file]);
    expect(saved.code).toBe(0);
    expect(saved.err).toMatch(/^WARNING: BACKUP_PASSPHRASE is not set, .* LEFT OUT/);
    expect(saved.out).toContain('WITHOUT secrets');
    const restored = await run('restore', [file], { DATA_DIR: join(folder, 'new') });
    expect(restored.code).toBe(0);
    expect(restored.err).toMatch(/^WARNING: The secrets were not restored: .*set-up token/);
    const settings = await openIn(join(folder, 'new'));
    expect(settings).toMatchObject({
      administrator: null,
      google: { credentials: null },
      calendar: { selector: 'all' },
    });
  });

  it('take a running agent’s ledger as it stands at one moment, with what is still in its log', async () => {
    await fill();
    await using ledger = openLedger({ file: join(dataDir, 'ledger.db'), clock: Date.now });
    using _lock = lockDataDir(dataDir);
    await ledger.note({ actor: 'admin', action: 'still in the log', subject: '', detail: '' });
    expect(statSync(join(dataDir, 'ledger.db-wal')).size).toBeGreaterThan(0);
    expect((await run('backup', [file], withPassphrase)).code).toBe(0);
    using db = new DatabaseSync(file, { readOnly: true });
    expect(db.prepare("SELECT count(*) AS n FROM activity WHERE action = 'still in the log'").get()).toEqual({ n: 1 });
    await ledger.note({ actor: 'admin', action: 'and on it goes', subject: '', detail: '' });
  });

  it('never write over a backup unless they are told to', async () => {
    await fill();
    writeFileSync(file, 'precious');
    const refused = await run('backup', [file], withPassphrase);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/agent\.backup exists already\..*--force/);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect((await run('backup', [file, '--force'], withPassphrase)).code).toBe(0);
    expect((await run('restore', [file], elsewhere())).code).toBe(0);
    expect(names(folder)).toEqual(['agent.backup', 'data', 'new']);
  });

  it('leave nothing half behind where the backup cannot be written', async () => {
    await fill();
    const failed = await run('backup', [join(folder, 'nowhere', 'x')], withPassphrase);
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/cannot be written .* Check that its folder exists/s);
    expect((await run('backup', [dataDir, '--force'], withPassphrase)).code).toBe(1);
    expect(names(folder)).toEqual(['data']);
  });

  it('refuse a folder in use, and one that holds something unless told to; that is then moved aside', async () => {
    await fill();
    await run('backup', [file], withPassphrase);
    {
      using _lock = lockDataDir(dataDir);
      const busy = await run('restore', [file, '--force'], withPassphrase);
      expect(busy).toMatchObject({ code: 2 });
      expect(busy.err).toContain('is used by another agent process');
    }
    const before = readFileSync(join(dataDir, 'ledger.db'));
    const refused = await run('restore', [file], withPassphrase);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/is not empty \(ledger\.db.*--force: what is there is then moved aside/);
    expect(readFileSync(join(dataDir, 'ledger.db')).equals(before)).toBe(true);

    const forced = await run('restore', [file, '--force'], withPassphrase);
    expect(forced.code).toBe(0);
    const aside = names(dataDir).find((name) => name.startsWith('before-restore-')) ?? '';
    expect(forced.out).toContain(join(dataDir, aside));
    expect(readFileSync(join(dataDir, aside, 'ledger.db')).equals(before)).toBe(true);
    expect(names(join(dataDir, aside))).toEqual(expect.arrayContaining(['secret.key', 'settings.json']));
    expect((await openIn(dataDir)).google.credentials?.clientSecret).toBe(SECRET);
  });

  it('refuse another passphrase, none where one is needed, and go on without the secrets when told to', async () => {
    await fill();
    await run('backup', [file], withPassphrase);
    const wrong = await run('restore', [file], { ...elsewhere(), BACKUP_PASSPHRASE: 'another long passphrase' });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/BACKUP_PASSPHRASE does not open the secrets/);
    const none = await run('restore', [file], { DATA_DIR: join(folder, 'new') });
    expect(none.code).toBe(2);
    expect(none.err).toMatch(/Set BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE, or add --without-secrets/);
    expect(existsSync(join(folder, 'new'))).toBe(false);
    const open = await run('restore', [file, '--without-secrets'], { DATA_DIR: join(folder, 'new') });
    expect(open.code).toBe(0);
    expect((await openIn(join(folder, 'new'))).google.credentials).toBeNull();
  });

  it('refuse what is damaged, changed, foreign or newer before anything is touched', async () => {
    await fill();
    await run('backup', [file], withPassphrase);
    const spoil = async (change: (path: string) => void): Promise<string> => {
      const path = join(folder, 'spoilt.backup');
      copyFileSync(file, path);
      change(path);
      const { code, err } = await run('restore', [path], elsewhere());
      expect(code).toBe(2);
      expect(existsSync(join(folder, 'new'))).toBe(false);
      return err;
    };
    const sql = (text: string) => (path: string) => {
      using db = new DatabaseSync(path);
      db.exec(text);
    };
    expect(await spoil(sql("UPDATE meetings SET subject = 'other' WHERE uid = 'single'"))).toMatch(
      /its content is not what was written/,
    );
    expect(await spoil(sql("UPDATE backup SET value = '{}' WHERE name = 'settings'"))).toMatch(/not what was written/);
    expect(await spoil(sql('UPDATE backup SET value = replace(value, \'"meetings":7\', \'"meetings":8\')'))).toMatch(
      /does not open the secrets/,
    );
    expect(await spoil(sql('CREATE TRIGGER t AFTER INSERT ON seen BEGIN DELETE FROM seen; END'))).toMatch(
      /no backup holds/,
    );
    expect(
      await spoil(sql("UPDATE backup SET value = json_set(value, '$.ledger', 99) WHERE name = 'manifest'")),
    ).toMatch(new RegExp(`newer version of the agent \\(.*ledger 99; this one knows ${MIGRATIONS.length}\\)`));
    expect(await spoil((path) => writeFileSync(path, readFileSync(path).subarray(0, 9_000)))).toMatch(
      /cannot be used as a backup/,
    );
    expect(await spoil((path) => writeFileSync(path, 'no database at all'))).toMatch(/cannot be used as a backup/);
    expect(await spoil((path) => copyFileSync(join(dataDir, 'ledger.db'), path))).toMatch(
      /not written by the backup command/,
    );
    expect(await spoil((path) => rmSync(path))).toMatch(/does not exist/);
  });

  it('restore a backup of an earlier ledger, brought to the newest', async () => {
    using old = new DatabaseSync(join(dataDir, 'ledger.db'));
    old.exec(readFileSync(new URL('../ledger/versions/001.sql', import.meta.url), 'utf8'));
    old.close();
    expect((await run('backup', [file], withPassphrase)).out).toContain('ledger 1,');
    expect((await run('restore', [file], elsewhere())).code).toBe(0);
    expect(names(join(folder, 'new'))).toEqual(['agent.lock', 'ledger.db']);
    using db = new DatabaseSync(join(folder, 'new', 'ledger.db'), { readOnly: true });
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length });
  });

  it('put the key where SECRET_KEY_FILE says, and never over another one', async () => {
    await fill();
    await run('backup', [file], withPassphrase);
    const keyFile = join(folder, 'keys', 'agent.key');
    const env = { ...elsewhere(), SECRET_KEY_FILE: keyFile };
    expect((await run('restore', [file], env)).code).toBe(0);
    expect(readFileSync(keyFile, 'utf8')).toBe(readFileSync(join(dataDir, 'secret.key'), 'utf8'));
    expect(names(join(folder, 'new'))).toEqual(['agent.lock', 'ledger.db', 'settings.json']);

    const other = `${Buffer.alloc(32, 7).toString('base64')}\n`;
    writeFileSync(keyFile, other);
    rmSync(join(folder, 'new'), { recursive: true });
    const refused = await run('restore', [file], env);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/holds another key than the backup/);
    expect(readFileSync(keyFile, 'utf8')).toBe(other);
    expect((await run('restore', [file, '--force'], env)).code).toBe(0);
    const [aside] = names(join(folder, 'keys')).filter((name) => name.includes('before-restore-'));
    expect(readFileSync(join(folder, 'keys', aside ?? ''), 'utf8')).toBe(other);
  });

  it('say what they expect, one line per problem', async () => {
    const usage = /^Usage: npm run backup -- FILE \[--force\]$/m;
    expect(await run('backup', [])).toMatchObject({ code: 2, err: expect.stringMatching(usage) });
    expect(await run('backup', [file, '--without-secrets'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(usage),
    });
    expect((await run('restore', [file, 'other'])).err).toBe(
      'Usage: npm run restore -- FILE [--force] [--without-secrets]\n',
    );
    const both = await run('backup', [], { BACKUP_PASSPHRASE: 'short' });
    expect(both.err.trim().split('\n')).toEqual([
      'BACKUP_PASSPHRASE: expects at least 12 characters',
      'Usage: npm run backup -- FILE [--force]',
    ]);
    const empty = await run('backup', [file], withPassphrase);
    expect(empty).toMatchObject({ code: 2, err: expect.stringMatching(/holds no ledger\. Set DATA_DIR/) });
    writeFileSync(join(folder, 'pass'), `${PASSPHRASE}\nmore`);
    expect((await run('backup', [file], { BACKUP_PASSPHRASE_FILE: join(folder, 'missing') })).err).toMatch(
      /^BACKUP_PASSPHRASE_FILE: names a file that cannot be read/,
    );
  });
});

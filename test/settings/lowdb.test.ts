import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettings } from '../../src/settings/lowdb.ts';
import {
  type ApiToken,
  defaultAlertSettings,
  defaultCalendarSettings,
  type GoogleCredentials,
  type GoogleGrant,
  type User,
} from '../../src/sync/ports.ts';

const credentials: GoogleCredentials = {
  clientId: '123.apps.googleusercontent.com',
  clientSecret: 'GOCSPX-very-secret',
  redirectUri: null,
  fileRedirectUri: null,
};
const grant: GoogleGrant = {
  sub: '1001',
  email: 'arthur@example.com',
  hostedDomain: null,
  scopes: ['openid'],
  refreshToken: '1//refresh-token-secret',
  authorizedAt: '2026-11-21T00:00:00.000Z',
  consentExpiresAt: null,
  clientId: credentials.clientId,
  brokenBy: null,
};
const ann: User = {
  name: 'ann',
  role: 'scheduler',
  passwordHash: 'scrypt$ann',
  disabled: false,
  createdAt: '2026-11-21T00:00:00.000Z',
};
const token: ApiToken = {
  id: 't1',
  name: 'Wallboard',
  scope: 'read',
  sha256: 'abc',
  createdAt: '2026-11-21T00:00:00.000Z',
  createdBy: 'admin',
  expiresAt: null,
};

describe('the settings file', () => {
  let folder: string;
  let file: string;
  let keyFile: string;
  const open = () => openSettings({ file, keyFile });
  const text = (name = file) => readFileSync(name, 'utf8');
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'settings-')), 'data');
    file = join(folder, 'settings.json');
    keyFile = join(folder, 'secret.key');
  });
  afterEach(() => {
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  it('keeps the directory, opens a file from before there was one, and leaves no removed address in the copy', async () => {
    const store = await open();
    await store.saveCalendar(defaultCalendarSettings);
    expect(JSON.parse(text())).not.toHaveProperty('directory');
    const older = await open();
    expect(older.directory).toEqual({ entries: {}, pattern: null });
    const ann = { name: 'Ann', email: 'ann@example.com' };
    const pattern = { address: '{extension}@example.com', extensions: '' };
    await Promise.all([
      older.saveDirectory((before) => ({ ...before, entries: { ...before.entries, '1000': ann } })),
      older.saveDirectory((before) => ({ ...before, entries: { ...before.entries, '1001': ann } })),
      older.saveDirectory((before) => ({ ...before, pattern })),
    ]);
    expect((await open()).directory).toEqual({ entries: { '1000': ann, '1001': ann }, pattern });
    await older.saveDirectory((before) => ({ ...before, entries: {} }));
    expect([text(), text(`${file}.bak`)].join('')).not.toContain('ann@');
    expect((await open()).directory).toEqual({ entries: {}, pattern });
  });

  it('starts with the defaults and keeps what is saved', async () => {
    const store = await open();
    expect(store.calendar).toEqual(defaultCalendarSettings);
    expect(store.google).toEqual({ credentials: null, grant: null, pending: null });
    expect(store.administrator).toBeNull();
    await store.saveCalendar({ ...defaultCalendarSettings, sendUpdates: 'none', reminders: [] });
    await store.saveGoogle({ credentials, grant });
    await store.saveAdministrator('scrypt$1');
    const again = await open();
    expect(again.calendar).toMatchObject({ sendUpdates: 'none', reminders: [] });
    expect(again.google).toEqual({ credentials, grant, pending: null });
    expect(again.administrator).toEqual({ passwordHash: 'scrypt$1' });
    expect(again.seal).toBe('ok');
  });

  it('holds no secret in clear, and neither does its backup', async () => {
    const store = await open();
    await store.saveGoogle({ credentials, grant });
    await store.saveCalendar({ ...defaultCalendarSettings, tag: '[x]' });
    for (const name of [file, `${file}.bak`]) {
      expect(text(name)).not.toMatch(/GOCSPX|refresh-token|arthur/);
    }
  });

  it('is for its owner alone, like its folder, its backup and the key', async () => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    const store = await open();
    await store.saveGoogle({ credentials });
    await store.saveGoogle({ grant });
    expect([mode(folder), mode(file), mode(`${file}.bak`), mode(keyFile)]).toEqual(['700', '600', '600', '600']);
    expect(Buffer.from(text(keyFile), 'base64')).toHaveLength(32);
  });

  it('keeps users and tokens, opens a file from before there were any, and leaves it to an older version to read', async () => {
    const store = await open();
    await store.saveAdministrator('scrypt$admin');
    const older = JSON.parse(text());
    expect(older).not.toHaveProperty('users');
    const later = await open();
    expect(later.people).toEqual({ administrator: { passwordHash: 'scrypt$admin' }, users: [], tokens: [] });
    await later.changePeople((now) => ({ ...now, users: [ann], tokens: [token] }));
    const again = await open();
    expect(again.people).toEqual({ administrator: older.administrator, users: [ann], tokens: [token] });
    expect(again.administrator).toEqual({ passwordHash: 'scrypt$admin' });
    expect(JSON.parse(text()).version).toBe(1);
  });

  it('changes people one after the other, writes nothing for a change that throws, and forgets hashes for good', async () => {
    const store = await open();
    const add = (name: string) =>
      store.changePeople((now) => ({
        ...now,
        users: [...now.users, { ...ann, name, passwordHash: `hash of ${name}` }],
      }));
    await Promise.all([add('a'), add('b'), add('c')]);
    expect(store.people.users.map((user) => user.name)).toEqual(['a', 'b', 'c']);
    const before = text();
    const refused = store.changePeople(() => {
      throw new Error('not this one');
    });
    await expect(refused).rejects.toThrow('not this one');
    expect(text()).toBe(before);
    await store.changePeople((now) => ({ ...now, users: now.users.filter((user) => user.name !== 'b') }));
    for (const name of [file, `${file}.bak`]) expect(text(name)).not.toContain('hash of b');
  });

  it('leaves the version before as .bak and no temporary file', async () => {
    const store = await open();
    await store.saveAdministrator('first');
    const first = text();
    await store.saveAdministrator('second');
    expect(text(`${file}.bak`)).toBe(first);
    expect(existsSync(`${file}.tmp`)).toBe(false);
  });

  it('forgets for good: after a reset not even the backup holds the sealed secrets', async () => {
    const store = await open();
    await store.saveGoogle({ credentials, grant });
    await store.saveGoogle({ credentials: null, grant: null, pending: null });
    expect(JSON.parse(text(`${file}.bak`)).google).toEqual({ credentials: null, grant: null, pending: null });
  });

  it('loses none of many changes saved at the same time', async () => {
    const store = await open();
    await Promise.all([
      store.saveCalendar({ ...defaultCalendarSettings, tag: '[one]' }),
      store.saveAdministrator('hash'),
      store.saveGoogle({ credentials }),
      store.saveGoogle({ grant }),
    ]);
    const again = await open();
    expect(again.calendar.tag).toBe('[one]');
    expect(again.administrator).toEqual({ passwordHash: 'hash' });
    expect(again.google).toMatchObject({ credentials, grant });
  });

  it('shows nothing that the disk did not take, also when saves overlap', async () => {
    const store = await open();
    await store.saveAdministrator('kept');
    // A folder in the place of the temporary file: every write fails until it is gone.
    mkdirSync(`${file}.tmp`);
    const failed = await Promise.allSettled([
      store.saveAdministrator('lost'),
      store.saveCalendar({ ...defaultCalendarSettings, tag: '[lost]' }),
      store.saveGoogle({ credentials }),
    ]);
    expect(failed.map((item) => (item.status === 'rejected' ? item.reason.code : item.status))).toEqual([
      'settings-unavailable',
      'settings-unavailable',
      'settings-unavailable',
    ]);
    expect(store.administrator).toEqual({ passwordHash: 'kept' });
    expect(store.calendar.tag).toBe('[gcal]');
    expect(store.google.credentials).toBeNull();
    rmSync(`${file}.tmp`, { recursive: true });
    await store.saveGoogle({ grant });
    const again = await open();
    expect(again.administrator).toEqual({ passwordHash: 'kept' });
    expect(again.calendar.tag).toBe('[gcal]');
    expect(again.google).toEqual({ credentials: null, grant, pending: null });
  });

  it.each([
    ['half a file', '{"version":1,'],
    ['nothing at all', ''],
    ['no object', 'null'],
    ['another document', '{"version":1,"administrator":7}'],
    ['a version of the future', '{"version":2}'],
  ])('is refused and left alone when it holds %s', async (_name, content) => {
    await open();
    writeFileSync(file, content);
    await expect(open()).rejects.toMatchObject({
      code: 'settings-damaged',
      message: expect.stringMatching(/settings\.json cannot be read.*copy .*settings\.json\.bak over it/),
    });
    expect(text()).toBe(content);
  });

  describe('with its key lost', () => {
    let sealed: string;
    let key: string;
    beforeEach(async () => {
      const store = await open();
      await store.saveGoogle({ credentials, grant });
      sealed = text();
      key = text(keyFile);
    });
    const otherKey = `${Buffer.alloc(32, 7).toString('base64')}\n`;

    it.each([
      ['missing', () => rmSync(keyFile)],
      ['another one', () => writeFileSync(keyFile, otherKey)],
      ['no key at all', () => writeFileSync(keyFile, 'oops')],
    ])('says so, overwrites nothing, and works again with the old key (the key is %s)', async (_name, lose) => {
      lose();
      const store = await open();
      expect(store.seal).toBe('unsealable');
      expect(store.google).toEqual({ credentials: null, grant: null, pending: null });
      await expect(store.saveGoogle({ grant })).rejects.toMatchObject({ code: 'settings-sealed' });
      expect(text()).toBe(sealed);
      await store.saveCalendar({ ...defaultCalendarSettings, tag: '[meanwhile]' });
      writeFileSync(keyFile, key);
      const again = await open();
      expect(again.google).toMatchObject({ credentials, grant });
      expect(again.calendar.tag).toBe('[meanwhile]');
    });

    it.each([
      ['missing', () => rmSync(keyFile)],
      ['another one', () => writeFileSync(keyFile, otherKey)],
      ['no key at all', () => writeFileSync(keyFile, 'oops')],
    ])('takes credentials that a person enters anew (the key is %s)', async (_name, lose) => {
      lose();
      const store = await open();
      await store.saveGoogle({ credentials, grant: null, pending: null });
      expect(store.seal).toBe('ok');
      expect(store.google.credentials).toEqual(credentials);
      expect(text(`${file}.bak`)).toBe(sealed);
      const again = await open();
      expect(again.seal).toBe('ok');
      expect(again.google).toEqual({ credentials, grant: null, pending: null });
    });

    it('keeps what was in the place of the key', async () => {
      writeFileSync(keyFile, 'oops');
      const store = await open();
      await store.saveGoogle({ credentials, grant: null, pending: null });
      expect(text(`${keyFile}.unusable`)).toBe('oops');
    });

    it.each([
      ['missing', () => rmSync(keyFile)],
      ['another one', () => writeFileSync(keyFile, otherKey)],
    ])('uses the old key when it is put back while the agent runs (the key was %s)', async (_name, lose) => {
      lose();
      const store = await open();
      writeFileSync(keyFile, key);
      await store.saveGoogle({ credentials, grant: null, pending: null });
      expect(text(keyFile)).toBe(key);
      expect((await open()).google.credentials).toEqual(credentials);
    });
  });

  it('names SECRET_KEY_FILE when nothing is sealed yet and the file holds no key', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(keyFile, 'oops');
    await expect(open()).rejects.toMatchObject({ code: 'secret-key', message: /SECRET_KEY_FILE/ });
  });

  it('names SECRET_KEY_FILE when the key cannot be made', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    keyFile = join(folder, 'file', 'secret.key');
    await expect(open()).rejects.toMatchObject({ code: 'secret-key', message: /SECRET_KEY_FILE/ });
  });

  describe('and its alerts', () => {
    const alerts = {
      ...defaultAlertSettings,
      smtp: { ...defaultAlertSettings.smtp, host: 'mail.example.com', recipients: ['admin@example.com'] },
    };
    const secrets = { webhook: 'whsec_very-secret', smtp: 'mail-password' };

    it('are off in a file of an earlier version, which still opens', async () => {
      await (await open()).saveAdministrator('hash');
      expect(JSON.parse(text())).not.toHaveProperty('alerts');
      const store = await open();
      expect(store.alerts).toEqual(defaultAlertSettings);
      expect(store.alertSecrets).toEqual({ webhook: 'none', smtp: 'none' });
    });

    it('are kept, their secrets sealed, each for its own place', async () => {
      const store = await open();
      await store.saveAlerts({ settings: alerts, secrets });
      const again = await open();
      expect(again.alerts).toEqual(alerts);
      expect(again.alertSecrets).toEqual({ webhook: { value: secrets.webhook }, smtp: { value: secrets.smtp } });
      expect(text()).not.toMatch(/very-secret|mail-password/);
      const moved = JSON.parse(text());
      moved.alerts.smtp.sealedSecret = moved.alerts.webhook.sealedSecret;
      writeFileSync(file, JSON.stringify(moved));
      expect((await open()).alertSecrets.smtp).toBe('lost');
    });

    it('keep a secret that a change does not name, and forget a removed one for good', async () => {
      const store = await open();
      await store.saveAlerts({ settings: alerts, secrets });
      await store.saveAlerts({ settings: { ...alerts, delaySeconds: 5 } });
      expect((await open()).alertSecrets.smtp).toEqual({ value: secrets.smtp });
      await store.saveAlerts({ secrets: { smtp: null } });
      expect(store.alerts.delaySeconds).toBe(5);
      for (const name of [file, `${file}.bak`]) expect(JSON.parse(text(name)).alerts.smtp.sealedSecret).toBeNull();
    });

    it('say that a secret is lost with its key, overwrite nothing, and take a new one', async () => {
      await (await open()).saveAlerts({ settings: alerts, secrets });
      rmSync(keyFile);
      const store = await open();
      expect(store.alertSecrets).toEqual({ webhook: 'lost', smtp: 'lost' });
      expect(existsSync(keyFile)).toBe(false);
      expect(store.seal).toBe('ok');
      await store.saveAlerts({ secrets: { smtp: 'new-password' } });
      const again = await open();
      expect(again.alertSecrets).toEqual({ webhook: 'lost', smtp: { value: 'new-password' } });
    });

    it('make no new key while the lost one is needed for Google as well', async () => {
      const before = await open();
      await before.saveGoogle({ credentials, grant });
      await before.saveAlerts({ settings: alerts, secrets });
      rmSync(keyFile);
      const store = await open();
      await expect(store.saveAlerts({ secrets: { smtp: 'new' } })).rejects.toMatchObject({ code: 'settings-sealed' });
      await store.saveAlerts({ settings: { ...alerts, delaySeconds: 1 } });
      expect(existsSync(keyFile)).toBe(false);
      expect(JSON.parse(text()).alerts.smtp.sealedSecret).not.toBeNull();
    });
  });
});

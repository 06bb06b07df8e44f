import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Low } from 'lowdb';
import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { type Directory, emptyDirectory } from '../domain/directory.ts';
import { ROLES, SCOPES } from '../domain/role.ts';
import { AppError } from '../errors.ts';
import {
  type AlertChannel,
  type AlertSecret,
  type AlertSettings,
  type AlertSettingsStore,
  type CalendarSettings,
  type DirectoryStore,
  defaultAlertSettings,
  defaultCalendarSettings,
  type GoogleCredentials,
  type GoogleGrant,
  type PendingAuthorization,
  type People,
  type SettingsStore,
} from '../sync/ports.ts';
import { DurableFile, damaged } from './durable-file.ts';
import { openSealer, renewSealer, type Sealer } from './seal.ts';

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const Severity = Type.Enum(['info', 'warning', 'danger']);

/** The file as it lies on the disk: whatever is secret is one sealed text. */
const FileSchema = Type.Object({
  version: Type.Literal(1),
  administrator: Nullable(Type.Object({ passwordHash: Text, disabled: Type.Optional(Type.Boolean()) })),
  // Not in files of earlier versions either.
  users: Type.Optional(
    Type.Array(
      Type.Object({
        name: Text,
        role: Type.Enum([...ROLES]),
        passwordHash: Text,
        disabled: Type.Boolean(),
        createdAt: Text,
      }),
    ),
  ),
  tokens: Type.Optional(
    Type.Array(
      Type.Object({
        id: Text,
        name: Text,
        scope: Type.Enum([...SCOPES]),
        sha256: Text,
        createdAt: Text,
        createdBy: Text,
        expiresAt: Nullable(Text),
      }),
    ),
  ),
  calendar: Type.Object({
    calendarId: Text,
    sendUpdates: Type.Enum(['all', 'externalOnly', 'none']),
    selector: Type.Enum(['tick', 'all', 'tag']),
    tag: Text,
    reminders: Nullable(Type.Array(Type.Object({ method: Type.Enum(['email', 'popup']), minutes: Type.Integer() }))),
    visibility: Type.Enum(['default', 'public', 'private', 'confidential']),
    includePassword: Type.Boolean(),
    // Younger than the rest: an older file lacks them.
    changedInCalendar: Type.Optional(Type.Enum(['pbx-wins', 'leave'])),
    deletedInCalendar: Type.Optional(Type.Enum(['leave', 'recreate'])),
    invitationsPaused: Type.Optional(Type.Enum(['wait', 'create-without-guests'])),
    guestsPerHour: Type.Optional(Type.Integer()),
    requestsPerMinute: Type.Optional(Type.Integer()),
  }),
  google: Type.Object({ credentials: Nullable(Text), grant: Nullable(Text), pending: Nullable(Text) }),
  // Younger than the rest as well.
  directory: Type.Optional(
    Type.Object({
      entries: Type.Record(Text, Type.Object({ name: Nullable(Text), email: Text })),
      pattern: Nullable(Type.Object({ address: Text, extensions: Text })),
    }),
  ),
  // Not in files of earlier versions, which stay version 1: those open files with it as well, and keep it.
  alerts: Type.Optional(
    Type.Object({
      includeMeetings: Type.Boolean(),
      delaySeconds: Type.Integer(),
      webhook: Type.Object({ enabled: Type.Boolean(), url: Text, severity: Severity, sealedSecret: Nullable(Text) }),
      smtp: Type.Object({
        enabled: Type.Boolean(),
        host: Text,
        port: Type.Integer(),
        security: Type.Enum(['tls', 'starttls', 'none']),
        username: Text,
        from: Text,
        recipients: Type.Array(Text),
        severity: Severity,
        sealedSecret: Nullable(Text),
      }),
    }),
  ),
});
type SettingsFile = Static<typeof FileSchema>;

interface Opened {
  credentials: GoogleCredentials | null;
  grant: GoogleGrant | null;
  pending: PendingAuthorization | null;
}
const PARTS = ['credentials', 'grant', 'pending'] as const;
/** What each sealed text is for; it opens in no other place. */
const AAD = { credentials: 'google.credentials', grant: 'google.grant', pending: 'google.pending' } as const;
const ALERTS_AAD = { webhook: 'alerts.webhook.secret', smtp: 'alerts.smtp.password' } as const;
const CHANNELS: readonly AlertChannel[] = ['webhook', 'smtp'];

/** Raises `settings-damaged`, `settings-unavailable`, `secret-key`. Whatever it finds wrong it leaves untouched. */
export async function openSettings(options: {
  file: string;
  keyFile: string;
}): Promise<SettingsStore & AlertSettingsStore & DirectoryStore> {
  const { file, keyFile } = options;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await chmod(dirname(file), 0o700);
  } catch (error) {
    throw new AppError('settings-unavailable', `${dirname(file)} cannot be made the folder of the settings`, {
      cause: error,
    });
  }
  const empty: SettingsFile = {
    version: 1,
    administrator: null,
    calendar: defaultCalendarSettings,
    google: { credentials: null, grant: null, pending: null },
  };
  const db = new Low<SettingsFile>(new DurableFile<SettingsFile>(file), empty);
  await db.read();
  if (!Check(FileSchema, db.data)) {
    const first = Errors(FileSchema, db.data)[0];
    throw damaged(file, `${first?.instancePath || 'the document'} ${first?.message ?? 'is not as expected'}`);
  }
  const { google, alerts } = db.data;
  const somethingSealed =
    PARTS.some((part) => google[part] !== null) ||
    CHANNELS.some((channel) => (alerts?.[channel].sealedSecret ?? null) !== null);
  return new LowdbSettings(db, { keyFile, sealer: openSealer(keyFile, somethingSealed) });
}

class LowdbSettings implements SettingsStore, AlertSettingsStore, DirectoryStore {
  readonly #db: Low<SettingsFile>;
  readonly #keyFile: string;
  /** What the disk holds; lowdb's own `data` runs ahead of it while a write is under way. */
  #data: SettingsFile;
  #changes: Promise<void> = Promise.resolve();
  #sealer: Sealer | null;
  #opened: Opened;
  #seal: 'ok' | 'unsealable' = 'ok';
  #alerts: AlertSettings;
  #alertSecrets: Record<AlertChannel, AlertSecret>;

  constructor(db: Low<SettingsFile>, secrets: { keyFile: string; sealer: Sealer | null }) {
    this.#db = db;
    this.#data = db.data;
    this.#keyFile = secrets.keyFile;
    this.#sealer = secrets.sealer;
    this.#opened = {
      credentials: this.#open('credentials'),
      grant: this.#open('grant'),
      pending: this.#open('pending'),
    };
    this.#alerts = settingsOf(db.data.alerts);
    this.#alertSecrets = { webhook: this.#openSecret('webhook'), smtp: this.#openSecret('smtp') };
  }

  get calendar(): CalendarSettings {
    return { ...defaultCalendarSettings, ...this.#data.calendar };
  }

  get directory(): Directory {
    return this.#data.directory ?? emptyDirectory;
  }

  get google(): Opened {
    return this.#opened;
  }

  get administrator(): People['administrator'] {
    return this.#data.administrator;
  }

  get people(): People {
    const { administrator, users = [], tokens = [] } = this.#data;
    return { administrator, users, tokens };
  }

  get seal(): 'ok' | 'unsealable' {
    return this.#seal;
  }

  get alerts(): AlertSettings {
    return this.#alerts;
  }

  get alertSecrets(): Readonly<Record<AlertChannel, AlertSecret>> {
    return this.#alertSecrets;
  }

  saveCalendar(calendar: CalendarSettings): Promise<void> {
    return this.#inTurn(() => this.#write({ ...this.#data, calendar }));
  }

  saveDirectory(change: (before: Directory) => Directory): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.directory;
      const directory = change(before);
      if (directory === before) return;
      await this.#write({ ...this.#data, directory });
      // Once more, so that an address that was taken out is not kept in the `.bak` either.
      if (
        Object.keys(before.entries).some(
          (extension) => directory.entries[extension]?.email !== before.entries[extension]?.email,
        )
      )
        await this.#write(this.#data);
    });
  }

  saveAdministrator(passwordHash: string | null): Promise<void> {
    const administrator = passwordHash === null ? null : { passwordHash };
    return this.#inTurn(() => this.#write({ ...this.#data, administrator }));
  }

  changePeople(change: (now: People) => People): Promise<void> {
    return this.#inTurn(async () => {
      const before = hashesOf(this.people);
      const { administrator, users, tokens } = change(this.people);
      await this.#write({ ...this.#data, administrator, users: [...users], tokens: [...tokens] });
      const after = hashesOf(this.people);
      // As with the grant: a password or a token that was taken away is not kept in the `.bak` either.
      if (before.some((hash) => !after.includes(hash))) await this.#write(this.#data);
    });
  }

  /**
   * With a lost key nothing is overwritten, but for a change that names all three parts: a person who resets or enters
   * the credentials anew has decided to let the unreadable ones go. They stay in the `.bak` until the next change.
   */
  saveGoogle(change: Partial<Opened>): Promise<void> {
    return this.#inTurn(async () => {
      const anew = PARTS.every((part) => change[part] !== undefined);
      if (this.#seal === 'unsealable' && !anew) {
        throw new AppError('settings-sealed', 'the stored secrets cannot be opened, so nothing is written over them');
      }
      const sealer = this.#usableSealer();
      const google = { ...this.#data.google };
      for (const part of PARTS) {
        const value = change[part];
        if (value !== undefined) google[part] = value === null ? null : sealer.seal(JSON.stringify(value), AAD[part]);
      }
      const forgotten = (['credentials', 'grant'] as const).some(
        (part) => this.#opened[part] !== null && change[part] === null,
      );
      await this.#write({ ...this.#data, google });
      this.#opened = { ...this.#opened, ...change };
      if (anew) this.#seal = 'ok';
      // Written once more, so that what was to be forgotten is not kept in the `.bak` either.
      if (forgotten) await this.#write(this.#data);
    });
  }

  /**
   * A secret that the key no longer opens is replaced by one that a person enters anew, but not while the key is lost
   * to the Google part as well: another key made for this one would end the hope that the old one is put back.
   */
  saveAlerts(change: {
    settings?: AlertSettings;
    secrets?: Partial<Record<AlertChannel, string | null>>;
  }): Promise<void> {
    return this.#inTurn(async () => {
      const settings = change.settings ?? this.#alerts;
      const sealed = { webhook: this.#sealedSecret('webhook'), smtp: this.#sealedSecret('smtp') };
      const secrets = { ...this.#alertSecrets };
      const before = { ...sealed };
      for (const channel of CHANNELS) {
        const value = change.secrets?.[channel];
        if (value === undefined) continue;
        if (value !== null && this.#seal === 'unsealable')
          throw new AppError('settings-sealed', 'the stored secrets cannot be opened, so no new one is sealed');
        sealed[channel] = value === null ? null : this.#usableSealer().seal(value, ALERTS_AAD[channel]);
        secrets[channel] = value === null ? 'none' : { value };
      }
      const { webhook, smtp, includeMeetings, delaySeconds } = settings;
      await this.#write({
        ...this.#data,
        alerts: {
          includeMeetings,
          delaySeconds,
          webhook: { ...webhook, sealedSecret: sealed.webhook },
          smtp: { ...smtp, sealedSecret: sealed.smtp },
        },
      });
      this.#alerts = settings;
      this.#alertSecrets = secrets;
      // As with the grant: what was to be forgotten is not kept in the `.bak` either.
      if (CHANNELS.some((channel) => before[channel] !== null && before[channel] !== sealed[channel]))
        await this.#write(this.#data);
    });
  }

  /** Read again after a loss: by now the right key, or another one, may lie there, and the next start will use that. */
  #usableSealer(): Sealer {
    this.#sealer = this.#seal === 'ok' && this.#sealer !== null ? this.#sealer : renewSealer(this.#keyFile);
    return this.#sealer;
  }

  /** One change after the other, each made on top of what the disk has by then. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#changes.then(change);
    this.#changes = turn.catch(() => {});
    return turn;
  }

  async #write(next: SettingsFile): Promise<void> {
    this.#db.data = next;
    await this.#db.write();
    this.#data = next;
  }

  #open<P extends (typeof PARTS)[number]>(part: P): Opened[P] | null {
    const sealed = this.#data.google[part];
    if (sealed === null) return null;
    const text = this.#sealer?.open(sealed, AAD[part]) ?? null;
    if (text !== null) return JSON.parse(text) as Opened[P];
    this.#seal = 'unsealable';
    return null;
  }

  #sealedSecret(channel: AlertChannel): string | null {
    return this.#data.alerts?.[channel].sealedSecret ?? null;
  }

  #openSecret(channel: AlertChannel): AlertSecret {
    const sealed = this.#sealedSecret(channel);
    if (sealed === null) return 'none';
    const value = this.#sealer?.open(sealed, ALERTS_AAD[channel]) ?? null;
    return value === null ? 'lost' : { value };
  }
}

function settingsOf(stored: SettingsFile['alerts']): AlertSettings {
  if (stored === undefined) return defaultAlertSettings;
  const { sealedSecret: _secret, ...webhook } = stored.webhook;
  const { sealedSecret: _password, ...smtp } = stored.smtp;
  return { ...stored, webhook, smtp };
}

function hashesOf({ administrator, users, tokens }: People): string[] {
  return [
    ...(administrator === null ? [] : [administrator.passwordHash]),
    ...users.map((user) => user.passwordHash),
    ...tokens.map((token) => token.sha256),
  ];
}

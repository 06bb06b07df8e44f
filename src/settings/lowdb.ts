import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Low } from 'lowdb';
import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { AppError } from '../errors.ts';
import {
  type CalendarSettings,
  defaultCalendarSettings,
  type GoogleCredentials,
  type GoogleGrant,
  type PendingAuthorization,
  type SettingsStore,
} from '../sync/ports.ts';
import { DurableFile, damaged } from './durable-file.ts';
import { createKey, openSealer, type Sealer } from './seal.ts';

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();

/** The file as it lies on the disk: whatever is secret is one sealed text. */
const FileSchema = Type.Object({
  version: Type.Literal(1),
  administrator: Nullable(Type.Object({ passwordHash: Text })),
  calendar: Type.Object({
    calendarId: Text,
    sendUpdates: Type.Enum(['all', 'externalOnly', 'none']),
    selector: Type.Enum(['tick', 'all', 'tag']),
    tag: Text,
    reminders: Nullable(Type.Array(Type.Object({ method: Type.Enum(['email', 'popup']), minutes: Type.Integer() }))),
    visibility: Type.Enum(['default', 'public', 'private', 'confidential']),
    includePassword: Type.Boolean(),
  }),
  google: Type.Object({ credentials: Nullable(Text), grant: Nullable(Text), pending: Nullable(Text) }),
});
type SettingsFile = Static<typeof FileSchema>;

interface Opened {
  credentials: GoogleCredentials | null;
  grant: GoogleGrant | null;
  pending: PendingAuthorization | null;
}
const PARTS = ['credentials', 'grant', 'pending'] as const;

/** Raises `settings-damaged`, `settings-unavailable`, `secret-key`. Whatever it finds wrong it leaves untouched. */
export async function openSettings(options: { file: string; keyFile: string }): Promise<SettingsStore> {
  const { file, keyFile } = options;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
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
  const somethingSealed = PARTS.some((part) => db.data.google[part] !== null);
  return new LowdbSettings(db, { keyFile, sealer: openSealer(keyFile, somethingSealed) });
}

class LowdbSettings implements SettingsStore {
  readonly #db: Low<SettingsFile>;
  readonly #keyFile: string;
  #sealer: Sealer | null;
  #opened: Opened;
  #seal: 'ok' | 'unsealable' = 'ok';

  constructor(db: Low<SettingsFile>, secrets: { keyFile: string; sealer: Sealer | null }) {
    this.#db = db;
    this.#keyFile = secrets.keyFile;
    this.#sealer = secrets.sealer;
    this.#opened = {
      credentials: this.#open('credentials'),
      grant: this.#open('grant'),
      pending: this.#open('pending'),
    };
  }

  get calendar(): CalendarSettings {
    return this.#db.data.calendar;
  }

  get google(): Opened {
    return this.#opened;
  }

  get administrator(): { passwordHash: string } | null {
    return this.#db.data.administrator;
  }

  get seal(): 'ok' | 'unsealable' {
    return this.#seal;
  }

  async saveCalendar(calendar: CalendarSettings): Promise<void> {
    await this.#write({ ...this.#db.data, calendar });
  }

  async saveAdministrator(passwordHash: string): Promise<void> {
    await this.#write({ ...this.#db.data, administrator: { passwordHash } });
  }

  /**
   * With a lost key nothing is overwritten, but for a change that names all three parts: a person who resets or enters
   * the credentials anew has decided to let the unreadable ones go.
   */
  async saveGoogle(change: Partial<Opened>): Promise<void> {
    const anew = PARTS.every((part) => change[part] !== undefined);
    if (this.#seal === 'unsealable' && !anew) {
      throw new AppError('settings-sealed', 'the stored secrets cannot be opened, so nothing is written over them');
    }
    if (this.#sealer === null) {
      createKey(this.#keyFile);
      this.#sealer = openSealer(this.#keyFile, false);
    }
    const google = { ...this.#db.data.google };
    for (const part of PARTS) {
      const value = change[part];
      if (value === undefined) continue;
      google[part] =
        value === null || this.#sealer === null ? null : this.#sealer.seal(JSON.stringify(value), `google.${part}`);
    }
    await this.#write({ ...this.#db.data, google });
    this.#opened = { ...this.#opened, ...change };
    if (anew) this.#seal = 'ok';
  }

  /** What is in memory changes only once the disk has it. */
  async #write(next: SettingsFile): Promise<void> {
    const before = this.#db.data;
    this.#db.data = next;
    try {
      await this.#db.write();
    } catch (error) {
      this.#db.data = before;
      throw error;
    }
  }

  #open<P extends (typeof PARTS)[number]>(part: P): Opened[P] | null {
    const sealed = this.#db.data.google[part];
    if (sealed === null) return null;
    const text = this.#sealer?.open(sealed, `google.${part}`) ?? null;
    if (text !== null) return JSON.parse(text) as Opened[P];
    this.#seal = 'unsealable';
    return null;
  }
}

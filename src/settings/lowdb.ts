import { chmod, mkdir } from 'node:fs/promises';
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
import { openSealer, renewSealer, type Sealer } from './seal.ts';

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
/** What each sealed text is for; it opens in no other place. */
const AAD = { credentials: 'google.credentials', grant: 'google.grant', pending: 'google.pending' } as const;

/** Raises `settings-damaged`, `settings-unavailable`, `secret-key`. Whatever it finds wrong it leaves untouched. */
export async function openSettings(options: { file: string; keyFile: string }): Promise<SettingsStore> {
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
  const somethingSealed = PARTS.some((part) => db.data.google[part] !== null);
  return new LowdbSettings(db, { keyFile, sealer: openSealer(keyFile, somethingSealed) });
}

class LowdbSettings implements SettingsStore {
  readonly #db: Low<SettingsFile>;
  readonly #keyFile: string;
  /** What the disk holds; lowdb's own `data` runs ahead of it while a write is under way. */
  #data: SettingsFile;
  #changes: Promise<void> = Promise.resolve();
  #sealer: Sealer | null;
  #opened: Opened;
  #seal: 'ok' | 'unsealable' = 'ok';

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
  }

  get calendar(): CalendarSettings {
    return this.#data.calendar;
  }

  get google(): Opened {
    return this.#opened;
  }

  get administrator(): { passwordHash: string } | null {
    return this.#data.administrator;
  }

  get seal(): 'ok' | 'unsealable' {
    return this.#seal;
  }

  saveCalendar(calendar: CalendarSettings): Promise<void> {
    return this.#inTurn(() => this.#write({ ...this.#data, calendar }));
  }

  saveAdministrator(passwordHash: string | null): Promise<void> {
    const administrator = passwordHash === null ? null : { passwordHash };
    return this.#inTurn(() => this.#write({ ...this.#data, administrator }));
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
      // Read again after a loss: by now the right key, or another one, may lie there, and the next start will use that.
      const sealer = this.#seal === 'ok' && this.#sealer !== null ? this.#sealer : renewSealer(this.#keyFile);
      this.#sealer = sealer;
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
}

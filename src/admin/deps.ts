import type { DeviceIdentity, Support } from '../domain/device.ts';
import type { Operation } from '../domain/meeting.ts';
import type { NextOccurrence } from '../domain/next-occurrences.ts';
import type { Logger } from '../log.ts';
import type {
  Actor,
  AlertsAdmin,
  Clock,
  DirectoryStore,
  Erased,
  GoogleAuthorisation,
  Ledger,
  LogView,
  MeetingKey,
  MeetingRecord,
  MqttView,
  Retaking,
  SettingsStore,
  Topic,
  UntouchedEntry,
} from '../sync/ports.ts';

/** What the admin API is given. It commands nothing that is not here. */
export interface AdminDeps {
  ledger: Ledger;
  settings: SettingsStore & DirectoryStore;
  google: GoogleAuthorisation;
  alerts: AlertsAdmin;
  status(): Promise<object>;
  ready(): { ok: boolean; reasons: string[] };
  /** Prometheus text. */
  metrics(): Promise<string>;
  resync(device: string): Promise<void>;
  /** A person lets go on what was stopped. Answers how many meetings that concerns. */
  confirm(problem: string): Promise<number | 'unknown' | 'not-confirmable'>;
  /** Reads a meeting's entries back and compares them. Raises what the calendar raises. */
  verify(record: MeetingRecord): Promise<object>;
  /** What an event would do; nothing is written. Raises what the calendar raises. */
  preview(input: { device: string; operation: Operation; payload: Uint8Array }): Promise<
    | { ok: true; preview: { nextOccurrences: NextOccurrence[] } & object }
    | {
        ok: false;
        rejection: { code: string; title: string; fix: string; errors: { path: string; message: string }[] };
      }
  >;
  /** A person wants a meeting tried now. */
  retry(key: MeetingKey): Promise<void>;
  settingsChanged(): Promise<void>;
  retaking: Retaking;
  /** Takes an address out of everything that is kept. Raises `ledger-unavailable`. */
  erase(request: { email: string; actor: Actor | string }): Promise<{
    address: string;
    erased: Erased;
    calendarEntries: { count: number; items: UntouchedEntry[] };
  }>;
  supportOf(identity: DeviceIdentity | null): Support;
  /** text/calendar of these meetings, each with the zone of its device; null when nothing can be shown. */
  icsOf(sources: { record: MeetingRecord; deviceZone: string | null }[]): Promise<string | null>;
  asyncApi(): Promise<object>;
  mqtt(): MqttView;
  /** Raises `mqtt-unavailable`. */
  testMqtt(): Promise<{ topic: string; tookMs: number }>;
  lines: LogView;
  /** Called whenever something may be loaded anew. */
  onChange(listener: (topic: Topic) => void): void;
  version: string;
  startedAt: string;
  clock: Clock;
  log: Logger;
}

/** The certificate to serve with, and what takes its place while the agent runs. */
export interface AdminTls {
  readonly pair: { cert: string; key: string; selfSigned: boolean; names: string[] };
  onChange(listener: (pair: { cert: string; key: string }) => void): void;
}

export interface AdminOptions {
  host: string;
  port: number;
  /** null = plain http. */
  tls: AdminTls | null;
  publicUrl: string | null;
  trustProxy: string | null;
  dataDir: string;
  adminPassword: string | undefined;
  metricsToken: string | undefined;
  /** The checkout or the installed folder, where the licences lie. */
  root: string;
  /** The built pages; null = the API alone. */
  webRoot: string | null;
  /** Where the set-up token is shown to whoever started the agent. */
  showSetupToken(token: string): void;
}

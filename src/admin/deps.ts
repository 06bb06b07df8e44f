import type { DeviceIdentity, Support } from '../domain/device.ts';
import type { Logger } from '../log.ts';
import type { Clock, GoogleAuthorisation, Ledger, MeetingRecord, SettingsStore } from '../sync/ports.ts';

/** What the admin API is given. It commands nothing that is not here. */
export interface AdminDeps {
  ledger: Ledger;
  settings: SettingsStore;
  google: GoogleAuthorisation;
  status(): Promise<object>;
  ready(): { ok: boolean; reasons: string[] };
  resync(device: string): Promise<void>;
  wake(): void;
  settingsChanged(): Promise<void>;
  supportOf(identity: DeviceIdentity | null): Support;
  /** text/calendar of these meetings, each with the zone of its device; null when nothing can be shown. */
  icsOf(sources: { record: MeetingRecord; deviceZone: string | null }[]): string | null;
  asyncApi: object;
  version: string;
  clock: Clock;
  log: Logger;
}

export interface AdminOptions {
  host: string;
  port: number;
  tls: { cert: string; key: string } | null;
  publicUrl: string | null;
  trustProxy: string | null;
  dataDir: string;
  adminPassword: string | undefined;
  metricsToken: string | undefined;
  /** The built pages; null = the API alone. */
  webRoot: string | null;
  /** Where the set-up token is shown to whoever started the agent. */
  showSetupToken(token: string): void;
}

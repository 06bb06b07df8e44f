import type { Dialect } from './dialect/schema.ts';
import type { TlsTrust } from './pbx/tls.ts';

/** One PBX to be watched. */
export interface DeviceSettings {
  /** Origin of its API. */
  url: string;
  user: string;
  /** Read anew at each login. */
  password(): string;
  tls: TlsTrust;
  /** null = its MAC. */
  id: string | null;
  name: string | null;
  /** IANA; null = what the PBX says of its offset. */
  timeZone: string | null;
  pollSeconds: number;
  holdSeconds: number;
  /** The site's own; null = the shipped one that fits the model. */
  dialect: Dialect | null;
  allowWrite: boolean;
  lookUpAddresses: boolean;
  mqtt: { username: string | undefined; password: string | undefined };
}

/** The parts that every device of a devices file has unless it says otherwise. */
export type Defaults = Omit<DeviceSettings, 'url' | 'user' | 'password' | 'tls' | 'id' | 'name'>;

export interface BridgeConfig {
  dataDir: string;
  logLevel: string;
  mqtt: { url: string; ca: string | undefined; prefix: string };
  devices: DeviceSettings[];
}

/** What a PBX says of itself, with model, hardware and firmware taken apart. */
export interface DeviceIdentity {
  /** As published, e.g. `UCM6302  V1.2B`. */
  modelRaw: string;
  model: string;
  hardware: string | null;
  firmwareRaw: string;
  /** Dotted integers; null when none could be read. */
  firmware: string | null;
  serial: string | null;
  mac: string | null;
  name: string | null;
  timeZone: string | null;
  capabilities: string[];
}

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

export interface RawIdentity {
  model: string;
  firmware: string;
  hardware?: string | null;
  serial?: string | null;
  mac?: string | null;
  name?: string | null;
  timeZone?: string | null;
  capabilities?: string[] | null;
}

export interface Support {
  state: 'supported' | 'firmware-too-old' | 'unsupported-model' | 'unknown';
  series: string | null;
  minimum: string | null;
  /** In plain words, with what is needed. */
  message: string;
  /** The code under which new meetings are held; null when they are not. */
  code: 'device-unknown' | 'device-unsupported' | 'firmware-too-old' | null;
}

/** The vendor's table of devices. CloudUCM has plans instead of models. */
const SERIES = [
  // The vendor leaves this series' minimum open; it is read as the one of the UCM6300 Series above it.
  { name: 'UCM6300 Audio Series', models: /^UCM630[0248]A$/, minimum: '1.0.25.7' },
  { name: 'UCM6300 Series', models: /^UCM630[1248]$/, minimum: '1.0.25.7' },
  { name: 'GCC6000 Series', models: /^(GCC6010W?|GCC6011|GCC602[01])$/, minimum: '1.0.25.11' },
  { name: 'CloudUCM', models: /^CLOUDUCM/, minimum: '1.0.25.13' },
];

/** Takes the strings of a PBX apart: `UCM6302  V1.2B` is model and hardware, `PBX 1.0.25.11` a version. */
export function readIdentity(raw: RawIdentity): DeviceIdentity {
  const [model = '', ...rest] = raw.model.trim().split(/\s+/);
  const hardware = rest.find((word) => /^V\d/i.test(word)) ?? null;
  return {
    modelRaw: raw.model,
    model: /^cloud$/i.test(model) && /^ucm/i.test(rest[0] ?? '') ? 'CloudUCM' : model,
    hardware: raw.hardware ?? hardware,
    firmwareRaw: raw.firmware,
    firmware: /(?:^|[^\d.])(\d+(?:\.\d+){1,5})(?=$|[^\d.])/.exec(raw.firmware)?.[1] ?? null,
    serial: raw.serial ?? null,
    mac: raw.mac ?? null,
    name: raw.name ?? null,
    timeZone: raw.timeZone ?? null,
    capabilities: raw.capabilities ?? [],
  };
}

/** Whether a device may get new entries. Pure: the same identity always gets the same verdict. */
export function supportOf(identity: DeviceIdentity | null): Support {
  if (identity === null || identity.model === '') {
    return {
      state: 'unknown',
      series: null,
      minimum: null,
      message: 'The device has not said which model and firmware it is.',
      code: 'device-unknown',
    };
  }
  const model = identity.model.toUpperCase();
  const series = SERIES.find((item) => item.models.test(model));
  if (series === undefined) {
    const message = `${identity.model} is not a supported model. Supported are the UCM6300, UCM6300 Audio and GCC6000 Series and CloudUCM.`;
    return { state: 'unsupported-model', series: null, minimum: null, message, code: 'device-unsupported' };
  }
  const { name, minimum } = series;
  if (identity.firmware === null) {
    const message = `The firmware "${identity.firmwareRaw}" of this ${identity.model} cannot be read; ${name} needs ${minimum} or higher.`;
    return { state: 'unknown', series: name, minimum, message, code: 'device-unknown' };
  }
  if (compareVersions(identity.firmware, minimum) < 0) {
    const message = `${identity.model} runs firmware ${identity.firmware}; ${name} needs ${minimum} or higher.`;
    return { state: 'firmware-too-old', series: name, minimum, message, code: 'firmware-too-old' };
  }
  return {
    state: 'supported',
    series: name,
    minimum,
    message: `${identity.model} with firmware ${identity.firmware} is supported.`,
    code: null,
  };
}

/** Number by number: 1.0.25.13 is higher than 1.0.25.7. A missing part counts as 0. */
export function compareVersions(left: string, right: string): number {
  const a = left.split('.').map(Number);
  const b = right.split('.').map(Number);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

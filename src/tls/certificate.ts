import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { CertificateView, Clock } from '../sync/ports.ts';
import { certificateNames } from './names.ts';
import { readPair, type TlsPair } from './pair.ts';
import { keepSelfSigned } from './self-signed.ts';
import { FileWatch } from './watch.ts';

export interface CertificateOptions {
  /** Whose pair it is: files that someone else renews, or one of our own in DATA_DIR/tls. */
  source: { certFile: string; keyFile: string } | 'self-signed';
  dataDir: string;
  host: string;
  publicUrl: string | null;
  clock: Clock;
  log: Logger;
  /** For tests: the machine's own otherwise. */
  machine?: () => { hostname: string; addresses: { address: string; internal: boolean }[] };
}

/** A renewal writes two files; what lies between is nobody's concern. */
const SETTLE_MS = 500;
/** File systems that do not tell of changes are looked at this often; also how soon an end is noticed. */
const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;

/** The certificate that the admin pages are served with: the present pair, and what takes its place. */
export class Certificate implements Disposable {
  readonly #options: CertificateOptions;
  readonly #watch: FileWatch | null;
  readonly #listeners = new Set<(pair: TlsPair) => void>();
  readonly #timer: NodeJS.Timeout;
  #pair: TlsPair;
  #fault: string | null = null;
  #told = '';
  #settling: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  private constructor(options: CertificateOptions, pair: TlsPair) {
    this.#options = options;
    this.#pair = pair;
    const { source } = options;
    this.#watch =
      source === 'self-signed' ? null : new FileWatch([source.certFile, source.keyFile], () => this.#touched());
    this.#timer = setInterval(() => void this.reload(), LOOK_MS).unref();
  }

  /** Raises `tls-pair` or `tls-unavailable`. */
  static async open(options: CertificateOptions): Promise<Certificate> {
    const certificate = new Certificate(options, await obtain(options));
    await certificate.reload();
    return certificate;
  }

  get pair(): TlsPair {
    return this.#pair;
  }

  view(): CertificateView {
    const { fingerprint, validFrom, validTo } = this.#pair;
    return { own: this.#options.source === 'self-signed', fingerprint, validFrom, validTo, fault: this.#fault };
  }

  /** Called when another pair took the place of the present one, when the view changed, and when another day is left. */
  onChange(listener: (pair: TlsPair) => void): void {
    this.#listeners.add(listener);
  }

  /** Looks whether another pair is due. What cannot be used is told in the view; the present one stays. */
  reload(): Promise<void> {
    // One look after the other, and none that fails stops the next.
    this.#work = this.#work
      .then(() => this.#look())
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'the certificate could not be looked at'));
    return this.#work;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#watch?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  #touched(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.reload(), SETTLE_MS).unref();
  }

  async #look(): Promise<void> {
    const { log, clock } = this.#options;
    await this.#watch?.follow();
    const before = { pair: this.#pair, fault: this.#fault };
    try {
      this.#pair = await obtain(this.#options);
      this.#fault = null;
    } catch (error) {
      this.#fault = error instanceof AppError ? error.message : String(error);
      if (this.#fault !== before.fault)
        log.error({ err: error }, 'the new certificate cannot be used; the earlier one stays');
    }
    const renewed = this.#pair.cert !== before.pair.cert || this.#pair.key !== before.pair.key;
    if (renewed) {
      const { fingerprint, validTo } = this.#pair;
      log.info({ fingerprint, validTo: new Date(validTo).toISOString() }, 'the certificate was renewed');
    }
    const now = clock();
    const told = JSON.stringify([
      this.view(),
      Math.floor((this.#pair.validTo - now) / DAY_MS),
      this.#pair.validFrom > now,
    ]);
    if (told === this.#told && !renewed) return;
    this.#told = told;
    for (const listener of this.#listeners) listener(this.#pair);
  }
}

async function obtain(options: CertificateOptions): Promise<TlsPair> {
  const { source, dataDir, host, publicUrl, clock } = options;
  if (source !== 'self-signed') {
    const [cert, key] = await Promise.all([
      readNamed('TLS_CERT_FILE', source.certFile),
      readNamed('TLS_KEY_FILE', source.keyFile),
    ]);
    return readPair(cert, key);
  }
  const machine = (options.machine ?? thisMachine)();
  const names = certificateNames({ host, publicUrl, ...machine });
  return (await keepSelfSigned({ dir: join(dataDir, 'tls'), names, clock })).pair;
}

async function readNamed(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new AppError('tls-pair', `${name} ${file} cannot be read (${code})`, { cause: error });
  }
}

function thisMachine() {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return { hostname: hostname(), addresses };
}

import { AppError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import { chooseDialect, readingKey } from '../dialect/load.ts';
import type { Dialect } from '../dialect/schema.ts';
import { deviceIdOf, fixedZone, type PbxIdentity, readPbxIdentity } from '../pbx/identity.ts';
import { Session, stopsLogin } from '../pbx/session.ts';
import { openTransport, type Transport } from '../pbx/transport.ts';
import { explain, isAway, type Problem } from '../problems.ts';
import type { DeviceSettings } from '../settings.ts';
import { diff, vanishedItems } from '../sync/diff.ts';
import { envelope } from '../sync/events.ts';
import type { KnownItem, SeenItem } from '../sync/known.ts';
import { lacksAddress, readAddresses, withAddresses } from './addresses.ts';
import { allowedActions } from './allow.ts';
import { COMMANDS, Commands } from './commands.ts';
import { type LoginGuard, loginGuard } from './login-guard.ts';
import { ask, type Look, look } from './look.ts';
import { openSite, type Site } from './site.ts';

export interface DeviceHealth {
  url: string;
  device: string | null;
  state: 'starting' | 'ok' | 'problem';
  problem: Problem | null;
  since: string | null;
  dialect: string | null;
  /** When the last complete list came. */
  listedAt: string | null;
  meetings: number;
  queued: number;
  mqtt: string;
  warnings: { code: string; count: number; message: string }[];
}

export type PollOutcome = { ok: true; changes: number } | { ok: false; problem: Problem };

export interface WorkerOptions {
  settings: DeviceSettings;
  dataDir: string;
  mqtt: { url: string; ca: string | undefined; prefix: string };
  dialects: readonly Dialect[];
  log: Logger;
  clock(): number;
  random(): number;
  /** The id under which this address was known last time. */
  remembered: string | null;
  /** Takes the id for this worker; false when another has it. */
  claim(device: string): boolean;
  changed(): void;
}

const SWEEP_MS = 15 * 60_000;
const ADDRESSES_MS = 3_600_000;
const ASK_AT_MOST = 50;
const GOODBYE_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

/** One PBX, watched from start to end, whatever happens to it. Nothing here concerns another device. */
export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #transport: Transport;
  readonly #session: Session;
  readonly #guard: LoginGuard;
  readonly #commands: Commands;
  readonly #stop = new AbortController();
  readonly #cache = new Map<string, SeenItem>();
  #loop: Promise<void> | null = null;
  #site: Site | null = null;
  #identity: PbxIdentity | null = null;
  #dialect: Dialect | null = null;
  #candidates: Dialect[] = [];
  #identityDue = true;
  #waiters: ((outcome: PollOutcome) => void)[] = [];
  #wake: () => void = () => {};
  #kicked = false;
  #failures = 0;
  #problem: { problem: Problem; since: number } | null = null;
  #listedAt: number | null = null;
  #meetings = 0;
  #warnings: DeviceHealth['warnings'] = [];
  #addressesAt: number | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { settings, clock, random, dataDir } = options;
    this.#transport = openTransport({ url: settings.url, tls: settings.tls });
    this.#guard = loginGuard({ dataDir, url: settings.url, user: settings.user, clock });
    this.#session = new Session({
      transport: this.#transport,
      user: settings.user,
      password: settings.password,
      clock,
      random,
      sleep: (ms) => this.#sleep(ms),
      allows: (action) => this.#allows(action),
      onLogin: () => {
        this.#identityDue = true;
        this.#guard.forget();
      },
    });
    this.#commands = new Commands({
      site: () => this.#site,
      poll: () => this.poll(),
      writer: () =>
        this.#dialect === null || !this.#capabilities().includes('schedule')
          ? null
          : { dialect: this.#dialect, deviceZone: this.#deviceZone() },
      call: (action, parameters) => this.#session.call(action, parameters),
      clock,
      log: options.log,
    });
  }

  start(): void {
    const known = this.#options.settings.id ?? this.#options.remembered;
    // A PBX that is down at our start is said to be offline, and its commands are heard.
    try {
      if (known !== null && this.#options.claim(known)) this.#site = this.#open(known);
    } catch (error) {
      // Told again, as a problem of this device alone, once it has identified itself.
      this.#options.log.error({ err: error }, 'the state of this device cannot be opened');
    }
    this.#loop ??= this.#run();
  }

  /** Looks now; resolves with what came of it. */
  poll(): Promise<PollOutcome> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#kicked = true;
      this.#wake();
    });
  }

  health(): DeviceHealth {
    const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
    return {
      url: this.#options.settings.url,
      device: this.#site?.device ?? null,
      state: this.#problem !== null ? 'problem' : this.#listedAt === null ? 'starting' : 'ok',
      problem: this.#problem?.problem ?? null,
      since: iso(this.#problem?.since ?? null),
      dialect: this.#dialect?.id ?? null,
      listedAt: iso(this.#listedAt),
      meetings: this.#meetings,
      queued: this.#site?.store.queueLength() ?? 0,
      mqtt: this.#site?.mqtt.state ?? 'waiting for the identity',
      warnings: this.#warnings,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake();
    // A PBX that is silent just now must not keep the process; one that answers gets its goodbye.
    const idle = await within(GOODBYE_MS, this.#loop ?? Promise.resolve());
    if (idle) await within(GOODBYE_MS, this.#session[Symbol.asyncDispose]());
    this.#transport[Symbol.dispose]();
    await this.#loop;
    const stopped: PollOutcome = { ok: false, problem: { code: 'stopping', title: 'The bridge is stopping', fix: '' } };
    for (const resolve of this.#waiters.splice(0)) resolve(stopped);
    await this.#site?.[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#kicked = false;
      const waiters = this.#waiters.splice(0);
      const { outcome, waitMs } = await this.#turn();
      for (const resolve of waiters) resolve(outcome);
      this.#options.changed();
      if (!this.#kicked) await this.#pause(waitMs);
    }
  }

  async #turn(): Promise<{ outcome: PollOutcome; waitMs: number }> {
    const { settings, random, log, clock } = this.#options;
    const period = settings.pollSeconds * 1_000 * (0.9 + 0.2 * random());
    try {
      const changes = await this.#look();
      this.#failures = 0;
      this.#listedAt = clock();
      this.#site?.setAvailability('online');
      return { outcome: { ok: true, changes }, waitMs: period };
    } catch (error) {
      if (this.#stop.signal.aborted) return { outcome: { ok: false, problem: explain(error) }, waitMs: 0 };
      this.#failures += 1;
      // Only lists in an unbroken row prove that a meeting is gone.
      this.#site?.store.forgetMisses();
      if (stopsLogin(error)) this.#rememberRefusal(error);
      // After silence the PBX may come back as another firmware.
      if (isAway(error)) this.#identityDue = true;
      if (isAway(error)) this.#site?.setAvailability('offline');
      else if (this.#session.active) this.#site?.setAvailability('online');
      const problem = explain(error);
      if (this.#problem?.problem.code !== problem.code) log.error({ err: error, fix: problem.fix }, problem.title);
      this.#setProblem(problem);
      const backoff = Math.min(Math.max(LONGEST_BACKOFF_MS, period), period * 2 ** Math.min(this.#failures - 1, 8));
      const asked = error instanceof AppError ? error.retryAfterMs : undefined;
      return { outcome: { ok: false, problem }, waitMs: Math.max(asked ?? 0, backoff) };
    }
  }

  /** One poll: identity where due, list, comparison, commit, publication. Returns the number of events. */
  async #look(): Promise<number> {
    const { settings, clock } = this.#options;
    this.#guard.check(settings.password());
    await this.#session.open();
    if (this.#identityDue) await this.#identify();
    const site = this.#site;
    if (site === null || this.#identity === null) throw new AppError('pbx-answer', 'the PBX did not identify itself');
    const known = site.store.known();
    const seen = await this.#read(known);
    const now = clock();
    const meetings = await this.#addresses(site, seen.seen);
    const asked = new Map<string, 'there' | 'gone' | 'unclear'>();
    const idField = seen.idField ?? site.store.fact('idField') ?? this.#dialect?.fields.id[0] ?? 'id';
    if (seen.idField !== null && site.store.fact('idField') !== idField) site.store.setFact('idField', idField);
    for (const item of vanishedItems({ known, seen: meetings, held: seen.held, now }).slice(0, ASK_AT_MOST)) {
      if (this.#dialect !== null)
        asked.set(item.item, await ask(this.#call, this.#dialect, { id: item.item, idField }));
    }
    const result = diff({ known, seen: meetings, held: seen.held, asked, now, holdMs: settings.holdSeconds * 1_000 });
    site.store.commit({
      items: result.items,
      events: result.events,
      envelope: (event) => envelope(site.device, event, now),
    });
    this.#cache.clear();
    this.#meetings = meetings.length;
    this.#tell([...seen.notes, ...result.notes]);
    if (result.collapse === null) this.#setProblem(null);
    else {
      const { gone, of } = result.collapse;
      const detail = { gone: String(gone), of: String(of) };
      const problem = explain(new AppError('list-collapsed', 'the list collapsed', { detail }));
      if (this.#problem?.problem.code !== problem.code) this.#options.log.warn({ gone, of }, problem.title);
      this.#setProblem(problem);
    }
    this.#publishIdentity(site);
    void site.publisher.wake();
    return result.events.length;
  }

  readonly #call = (action: string, parameters: Record<string, unknown>, how?: { statusOptional?: boolean }) =>
    this.#session.call(action, parameters, how);

  async #read(known: ReadonlyMap<string, KnownItem>): Promise<Look> {
    const { clock } = this.#options;
    const { pollSeconds } = this.#options.settings;
    const deviceZone = this.#deviceZone();
    for (;;) {
      const dialect = this.#dialect;
      if (dialect === null) throw new AppError('dialect-unknown', 'no dialect fits this model');
      try {
        return await look({
          call: this.#call,
          dialect,
          deviceZone,
          readingKey: readingKey(dialect, deviceZone),
          known,
          cache: this.#cache,
          now: clock(),
          sweep: {
            olderThan: clock() - SWEEP_MS,
            // Spread over the period, so that no poll is much dearer than another.
            most: Math.ceil((known.size * pollSeconds * 1_000) / SWEEP_MS),
          },
        });
      } catch (error) {
        const other = this.#candidates.shift();
        if (!(error instanceof AppError) || error.code !== 'pbx-unsupported' || other === undefined) throw error;
        this.#options.log.warn({ dialect: dialect.id, next: other.id }, 'the PBX does not know this dialect');
        this.#dialect = other;
      }
    }
  }

  async #identify(): Promise<void> {
    const { settings, dialects, log, claim } = this.#options;
    const general = await this.#session.call('getSystemGeneralStatus');
    const identity = readPbxIdentity(general, await this.#session.call('getSystemStatus'));
    if (identity === null) {
      const detail = { keys: Object.keys(general).sort().join(', ') };
      throw new AppError('pbx-answer', 'the identity names no model or no firmware', { detail });
    }
    const device = settings.id ?? deviceIdOf(identity);
    if (device === null) throw new AppError('device-id-needed', 'the PBX does not say its MAC');
    if (this.#site?.device !== device) {
      if (!claim(device))
        throw new AppError('device-twice', `another entry is ${device} as well`, { detail: { device } });
      await this.#site?.[Symbol.asyncDispose]();
      this.#site = this.#open(device);
    }
    const site = this.#site;
    const before = site.store.fact('mac');
    if (before !== null && identity.mac !== null && before !== identity.mac) {
      throw new AppError('other-device', `${identity.mac} answers instead of ${before}`, { detail: { device } });
    }
    if (identity.mac !== null && before === null) site.store.setFact('mac', identity.mac);
    if (this.#identity?.firmware !== identity.firmware || this.#identity.model !== identity.model) {
      log.info({ device, model: identity.model, firmware: identity.firmware }, 'the PBX identified itself');
      // What was read by an older firmware proves nothing about the new one.
      if (this.#identity !== null) site.store.forgetMisses();
      const chosen = settings.dialect ?? chooseDialect(dialects, identity);
      this.#dialect = chosen;
      this.#candidates = settings.dialect === null ? dialects.filter((item) => item !== chosen) : [];
    }
    this.#identity = identity;
    this.#identityDue = false;
    site.setAvailability('online');
    this.#publishIdentity(site);
  }

  #open(device: string): Site {
    const { dataDir, mqtt, settings, log, clock } = this.#options;
    const opened = openSite({
      device,
      dataDir,
      mqtt: { ...mqtt, ...settings.mqtt },
      commands: COMMANDS,
      log: log.child({ device }),
      onCommand: (name, payload) => this.#commands.take({ name, payload, at: clock() }),
      onConnected: () => this.#commands.wake(),
    });
    return opened;
  }

  #publishIdentity(site: Site): void {
    const identity = this.#identity;
    if (identity === null) return;
    const { settings } = this.#options;
    site.setIdentity(
      JSON.stringify({
        model: identity.model,
        firmware: identity.firmware,
        hardware: identity.hardware,
        serial: identity.serial,
        mac: identity.mac,
        name: settings.name,
        timeZone: this.#deviceZone(),
        capabilities: this.#capabilities(),
        bridge: {
          dialect: this.#dialect?.id ?? null,
          problem: this.#problem?.problem ?? null,
          since: this.#problem === null ? null : new Date(this.#problem.since).toISOString(),
          warnings: this.#warnings,
        },
      }),
    );
  }

  #capabilities(): string[] {
    const writes = this.#options.settings.allowWrite && this.#dialect?.write?.confirmed === true;
    return ['resync', 'poll', ...(writes ? ['schedule'] : [])];
  }

  /** Participants without an address get the one of their user record. A look-up that fails changes nothing. */
  async #addresses(site: Site, seen: readonly SeenItem[]): Promise<SeenItem[]> {
    const { settings, clock, log } = this.#options;
    if (!settings.lookUpAddresses || this.#dialect === null) return [...seen];
    const stale = this.#addressesAt === null || clock() - this.#addressesAt >= ADDRESSES_MS;
    if (stale && seen.some((item) => lacksAddress(item.meeting))) {
      this.#addressesAt = clock();
      try {
        site.store.keepAddresses(await readAddresses(this.#call, this.#dialect));
      } catch (error) {
        if (!(error instanceof AppError) || isAway(error)) throw error;
        log.warn({ err: error }, 'the addresses of the extensions cannot be read; tick the permission of listUser');
      }
    }
    const addresses = site.store.addresses();
    return seen.map((item) => ({ ...item, meeting: withAddresses(item.meeting, addresses) }));
  }

  /** A kind of warning is logged when it appears, each meeting at level debug; the health file and the identity count. */
  #tell(notes: readonly { item: string; code: string; message: string }[]): void {
    const { log } = this.#options;
    for (const { item, code, message } of notes) log.debug({ item, code }, message);
    const codes = [...new Set(notes.map((note) => note.code))].sort();
    const before = new Set(this.#warnings.map((warning) => warning.code));
    this.#warnings = codes.map((code) => {
      const same = notes.filter((note) => note.code === code);
      const warning = { code, count: same.length, message: same[0]?.message ?? '' };
      if (!before.has(code)) log.warn({ code, meetings: same.length, first: same[0]?.item }, warning.message);
      return warning;
    });
  }

  #setProblem(problem: Problem | null): void {
    if (problem === null) {
      if (this.#problem !== null) this.#options.log.info({ code: this.#problem.problem.code }, 'the problem is over');
      this.#problem = null;
      return;
    }
    const since = this.#problem?.problem.code === problem.code ? this.#problem.since : this.#options.clock();
    this.#problem = { problem, since };
    if (this.#site !== null) this.#publishIdentity(this.#site);
  }

  #deviceZone(): string | null {
    return this.#options.settings.timeZone ?? fixedZone(this.#identity?.utcOffset ?? null);
  }

  #allows(action: string): boolean {
    const { allowWrite, lookUpAddresses } = this.#options.settings;
    return allowedActions(this.#dialect, { write: allowWrite, lookUpAddresses }).has(action);
  }

  #rememberRefusal(error: AppError): void {
    const password = this.#options.settings.password();
    try {
      this.#guard.check(password);
    } catch {
      // Remembered already: this was our own refusal to try again.
      return;
    }
    this.#guard.refused(password, error);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = this.#stop;
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        if (signal.aborted) reject(new AppError('stopping', 'the bridge is stopping'));
        else resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }

  #pause(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = end;
    });
  }
}

/** Whether it came to its end in time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return done;
}

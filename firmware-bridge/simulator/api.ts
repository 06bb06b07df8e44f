import { createHash, randomInt } from 'node:crypto';
import { offsetAt, toWallClock } from '../../src/domain/zone.ts';
import type { SimIdentity } from './identities.ts';
import type { Schedule, SimMeeting } from './schedule.ts';
import { Refusal, type Shape } from './shapes.ts';

/** The API's behaviour behind `POST /api`: handshake, permissions, throttling, lock-out, and the actions. */

type Members = Record<string, unknown>;
export interface Answer {
  status?: number;
  response?: Members;
}

export interface SimUser {
  extension: string;
  name: string;
  email: string;
}

/** What a test or an operator turns on and off while it runs. */
export interface Switches {
  /** Actions that the API user may not call (-47). */
  denied: Set<string>;
  /** The API is switched off, or this address is not permitted: -47 on challenge. */
  apiClosed: boolean;
  /** The next `times` requests of a session are answered with this code. */
  throttle: { code: number; times: number } | null;
  /** A fixed answer for an action, e.g. -26. */
  statusOf: Map<string, number>;
  /** This page of the list comes short of some rows. */
  losePage: number | null;
  /** The list is empty although it is not. */
  emptyList: boolean;
  /** A web page instead of JSON. */
  html: boolean;
  /** Answers without the member `status`. */
  withoutStatus: boolean;
  slowMs: number;
  /** The detail lacks these members. */
  withoutFields: Set<string>;
}

export interface ApiOptions {
  user: string;
  password: string;
  identity: SimIdentity;
  mac: string;
  timeZone: string;
  shape: Shape;
  schedule: Schedule;
  users: SimUser[];
  clock(): number;
  cookieSeconds: number;
  slidingCookie: boolean;
  expiredStatus: -6 | -8;
  unknownActionStatus: -47 | -19;
  triesBeforeLock: number;
  lockSeconds: number;
  /** The PBX gives at most so many rows a page, whatever was asked for. */
  maxPageSize: number;
}

export class Api {
  readonly options: ApiOptions;
  readonly switches: Switches = {
    denied: new Set(),
    apiClosed: false,
    throttle: null,
    statusOf: new Map(),
    losePage: null,
    emptyList: false,
    html: false,
    withoutStatus: false,
    slowMs: 0,
    withoutFields: new Set(),
  };
  /** How often each action was called; `login refused` counts refusals. */
  readonly counts = new Map<string, number>();
  password: string;
  firmware: string;
  startedAt: number;
  readonly #challenges = new Set<string>();
  readonly #cookies = new Map<string, { at: number }>();
  #triesLeft: number;
  #lockedUntil = 0;

  constructor(options: ApiOptions) {
    this.options = options;
    this.password = options.password;
    this.firmware = options.identity.firmware;
    this.startedAt = options.clock();
    this.#triesLeft = options.triesBeforeLock;
  }

  /** Sessions do not survive a reboot. */
  reboot(firmware?: string): void {
    this.#challenges.clear();
    this.#cookies.clear();
    this.startedAt = this.options.clock();
    if (firmware !== undefined) this.firmware = firmware;
  }

  get locked(): boolean {
    return this.options.clock() < this.#lockedUntil;
  }

  answer(document: unknown): Answer {
    const request = isMembers(document) ? document['request'] : undefined;
    if (!isMembers(request) || typeof request['action'] !== 'string') {
      return { response: { error_msg: 'Invalid parameters!' }, status: -1 };
    }
    const action = request['action'];
    this.#count(action);
    if (action === 'challenge') return this.#challenge(request);
    if (action === 'login') return this.#login(request);
    const session = this.#sessionStatus(request['cookie']);
    if (session !== 0) return refuse(session);
    const { throttle, denied, statusOf } = this.switches;
    if (throttle !== null && throttle.times > 0) {
      throttle.times -= 1;
      return refuse(throttle.code);
    }
    if (denied.has(action)) return refuse(-47);
    const fixed = statusOf.get(action);
    if (fixed !== undefined) return refuse(fixed);
    try {
      const response = this.#act(action, request);
      if (response === null) return refuse(this.options.unknownActionStatus);
      return this.switches.withoutStatus ? { response } : { response, status: 0 };
    } catch (error) {
      if (error instanceof Refusal) return refuse(error.status);
      throw error;
    }
  }

  #challenge(request: Members): Answer {
    if (this.locked) return refuse(-68);
    if (this.switches.apiClosed || request['user'] !== this.options.user) return refuse(-47);
    const challenge = String(randomInt(1, 9_999_999_999)).padStart(16, '0');
    this.#challenges.add(challenge);
    return { response: { challenge }, status: 0 };
  }

  #login(request: Members): Answer {
    if (this.locked) return refuse(-68);
    const { token } = request;
    const used = [...this.#challenges].find(
      (challenge) =>
        createHash('md5')
          .update(challenge + this.password)
          .digest('hex') === token,
    );
    // A challenge serves once.
    this.#challenges.clear();
    if (used === undefined || request['user'] !== this.options.user) {
      this.#count('login refused');
      this.#triesLeft -= 1;
      if (this.#triesLeft <= 0) {
        this.#lockedUntil = this.options.clock() + this.options.lockSeconds * 1_000;
        this.#triesLeft = this.options.triesBeforeLock;
        this.#count('locked');
        return refuse(-68);
      }
      return { response: { remain_num: this.#triesLeft }, status: -37 };
    }
    this.#triesLeft = this.options.triesBeforeLock;
    const cookie = `sid${randomInt(100_000_000, 999_999_999)}-${Math.floor(this.options.clock() / 1_000)}`;
    this.#cookies.set(cookie, { at: this.options.clock() });
    return { response: { cookie }, status: 0 };
  }

  #sessionStatus(cookie: unknown): number {
    const session = typeof cookie === 'string' ? this.#cookies.get(cookie) : undefined;
    if (session === undefined) return -6;
    const { clock, cookieSeconds, slidingCookie, expiredStatus } = this.options;
    if (clock() - session.at > cookieSeconds * 1_000) {
      this.#cookies.delete(String(cookie));
      return expiredStatus;
    }
    if (slidingCookie) session.at = clock();
    return 0;
  }

  #act(action: string, request: Members): Members | null {
    const { shape, schedule, identity, users } = this.options;
    if (action === 'logout') {
      this.#cookies.delete(String(request['cookie']));
      return {};
    }
    if (action === 'getSystemGeneralStatus') {
      const versions = ['base', 'prog', 'boot', 'core', 'rcvr', 'lang', 'gswave'];
      return {
        'product-model': identity.productModel,
        ...Object.fromEntries(versions.map((name) => [`${name}-version`, this.firmware])),
      };
    }
    if (action === 'getSystemStatus') return this.#systemStatus();
    if (action === shape.actions.list) return this.#list(request);
    if (action === shape.actions.get) {
      const meeting = schedule.meetings.get(String(request[shape.idParam] ?? ''));
      if (request[shape.idParam] === undefined) throw new Refusal(-1);
      if (meeting === undefined) throw new Refusal(-16);
      return shape.wrap(this.#without(shape.detail(meeting)));
    }
    if (action === shape.actions.add) {
      const { meeting, id } = shape.read(request);
      if (id !== undefined && schedule.meetings.has(id)) throw new Refusal(-44);
      schedule.add(meeting, id);
      return { need_apply: 'no' };
    }
    if (action === 'listUser') {
      const row = (one: SimUser) => ({
        user_name: one.extension,
        first_name: one.name,
        last_name: '',
        email: one.email,
      });
      return this.#page({ all: users, row, key: 'user_id', request });
    }
    return null;
  }

  #list(request: Members): Members {
    const { shape, schedule } = this.options;
    const meetings = this.switches.emptyList ? [] : schedule.sorted();
    const row = (meeting: SimMeeting) => this.#without(shape.row(meeting));
    if (shape.paged) return this.#page({ all: meetings, row, key: shape.listKey, request });
    // Grouped by room.
    const rooms: Record<string, Members[]> = {};
    for (const meeting of meetings) rooms[meeting.room] = [...(rooms[meeting.room] ?? []), row(meeting)];
    return rooms;
  }

  #page<T>(list: { all: readonly T[]; row(item: T): Members; key: string; request: Members }): Members {
    const { all, row, key, request } = list;
    const asked = Number(request['item_num'] ?? 30);
    const size = Math.max(1, Math.min(asked, this.options.maxPageSize));
    const page = Math.max(1, Number(request['page'] ?? 1));
    let found = all.slice((page - 1) * size, page * size).map(row);
    if (this.switches.losePage === page) found = found.slice(1);
    return {
      [key]: found,
      total_item: String(all.length),
      total_page: String(Math.max(1, Math.ceil(all.length / size))),
      page: String(page),
    };
  }

  #without(members: Members): Members {
    const { withoutFields } = this.switches;
    if (withoutFields.size === 0) return members;
    return Object.fromEntries(Object.entries(members).filter(([name]) => !withoutFields.has(name)));
  }

  #systemStatus(): Members {
    const { clock, timeZone, identity, mac } = this.options;
    const local = toWallClock(clock(), timeZone);
    const [date = '', time = ''] = local.split('T');
    const seconds = Math.floor((clock() - this.startedAt) / 1_000);
    const two = (value: number) => String(value).padStart(2, '0');
    return {
      'part-number': identity.partNumber,
      'serial-number': `20EZ${mac.replaceAll(':', '').toUpperCase()}`,
      'up-time': `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`,
      'idle-time': '00:00:00',
      'system-time': `${date.split('-').reverse().join('-')} ${time} UTC${offsetAt(local, timeZone)}`,
      bindcode: createHash('sha256').update(mac).digest('hex'),
      mac: mac.toUpperCase(),
    };
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

function refuse(status: number): Answer {
  return { response: {}, status };
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

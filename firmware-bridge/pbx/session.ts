import { createHash } from 'node:crypto';
import { AppError } from '../../src/errors.ts';
import { isMembers, type Members, type Transport } from './transport.ts';

/** challenge -> md5(challenge + password) -> login -> cookie in the body of every request. */

export interface SessionOptions {
  transport: Transport;
  user: string;
  /** Read at each login, so that a changed password file counts. */
  password(): string;
  clock(): number;
  random(): number;
  /** Ends early, rejecting, when the worker is stopped. */
  sleep(ms: number): Promise<void>;
  /** Whether this action may be called at all; login and logout are ours. */
  allows(action: string): boolean;
  /** After every new login: a reboot or an upgrade may have happened. */
  onLogin?(): void;
  version?: string;
}

/** The cookie lives 600 s, sliding or not; renewing it in time costs one exchange. */
const RENEW_MS = 540_000;
const LOGIN_PAUSE_MS = 60_000;
const WAITS = 3;
const SESSION_ENDED = 'pbx-session';
const LOGIN_STOPS = ['pbx-login-refused', 'pbx-login-forbidden', 'pbx-locked'];

export function stopsLogin(error: unknown): error is AppError {
  return error instanceof AppError && LOGIN_STOPS.includes(error.code);
}

export class Session implements AsyncDisposable {
  readonly #options: SessionOptions;
  #cookie: string | null = null;
  #since = 0;
  #lastFailure: number | null = null;
  #loggingIn: Promise<void> | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get active(): boolean {
    return this.#cookie !== null;
  }

  /**
   * Calls one action, logging in first where needed. Raises what the transport raises; `pbx-login-wait` when the last
   * login failed less than a minute ago; `action-not-allowed` for an action outside the allow-list.
   */
  async call(action: string, parameters: Members = {}, how: { statusOptional?: boolean } = {}): Promise<Members> {
    if (!this.#options.allows(action)) {
      throw new AppError('action-not-allowed', `the bridge does not call ${action}`, { detail: { action } });
    }
    for (let waited = 0; ; waited += 1) {
      try {
        return await this.#callOnce(action, parameters, how);
      } catch (error) {
        const wait = error instanceof AppError && error.code === 'pbx-throttled' ? error.retryAfterMs : undefined;
        if (wait === undefined || waited >= WAITS) throw error;
        await this.#options.sleep(wait * (1 + 0.2 * this.#options.random()));
      }
    }
  }

  /** Logs in now unless a fresh session is there. */
  async open(): Promise<void> {
    if (this.#cookie !== null && this.#options.clock() - this.#since < RENEW_MS) return;
    await this.#login();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const cookie = this.#cookie;
    this.#cookie = null;
    if (cookie !== null) await this.#options.transport.call('logout', { cookie }).catch(() => {});
  }

  async #callOnce(action: string, parameters: Members, how: { statusOptional?: boolean }): Promise<Members> {
    await this.open();
    try {
      return await this.#options.transport.call(action, { ...parameters, cookie: this.#cookie }, how);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== SESSION_ENDED) throw error;
    }
    // The session ended: one new login, one repetition.
    this.#cookie = null;
    await this.#login();
    return this.#options.transport.call(action, { ...parameters, cookie: this.#cookie }, how);
  }

  /** A command and a poll that meet a lost session share one login. */
  #login(): Promise<void> {
    this.#loggingIn ??= this.#logIn().finally(() => {
      this.#loggingIn = null;
    });
    return this.#loggingIn;
  }

  async #logIn(): Promise<void> {
    const { transport, user, clock, version } = this.#options;
    if (this.#lastFailure !== null && clock() - this.#lastFailure < LOGIN_PAUSE_MS) {
      throw new AppError('pbx-login-wait', 'the last login failed less than a minute ago', {
        retryAfterMs: this.#lastFailure + LOGIN_PAUSE_MS - clock(),
      });
    }
    this.#cookie = null;
    try {
      const { challenge } = await transport.call('challenge', { user, version: version ?? '1.0' });
      if (typeof challenge !== 'string' || challenge === '') {
        throw new AppError('pbx-answer', 'challenge was answered without a challenge');
      }
      const token = createHash('md5')
        .update(challenge + this.#options.password())
        .digest('hex');
      const answer = await transport.call('login', { user, token });
      const cookie = isMembers(answer) ? answer['cookie'] : undefined;
      if (typeof cookie !== 'string' || cookie === '') {
        throw new AppError('pbx-answer', 'login was answered without a cookie');
      }
      this.#cookie = cookie;
      this.#since = clock();
      this.#lastFailure = null;
    } catch (error) {
      // A PBX that is merely away costs no login attempt; one that said no does.
      if (error instanceof AppError && (error.detail['status'] !== undefined || error.code === 'pbx-answer')) {
        this.#lastFailure = clock();
      }
      if (error instanceof AppError && error.code === 'pbx-no-permission') {
        throw new AppError('pbx-api-closed', 'the API is closed to this user or to this address (-47)', {
          cause: error,
          detail: error.detail,
        });
      }
      throw error;
    }
    this.#options.onLogin?.();
  }
}

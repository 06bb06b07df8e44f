import type { FastifyRequest } from 'fastify';
import type { AdminDeps, AdminOptions } from './deps.ts';
import { hashPassword, passwordFits } from './password.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';
import { Sessions, sameSecret, Throttling } from './session.ts';
import { createSetupToken } from './setup-token.ts';

const COOKIE = 'session';
const USER = 'admin';
/** Compared with when there is no such user, so that the answer takes as long. */
const NOBODY = 'scrypt$131072$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

export interface Access {
  handlers: Record<'session' | 'setup' | 'signIn' | 'signOut', Handler>;
  /** Raises 401. */
  require(request: FastifyRequest): Promise<void>;
  /** Who acts, for the audit trail. */
  actor(request: FastifyRequest): string;
}

/** Who may use the API: the set-up once, then user and password, then a session. */
export async function createAccess(deps: AdminDeps, options: AdminOptions): Promise<Access> {
  const { settings, ledger, clock } = deps;
  const sessions = new Sessions(clock);
  const throttling = new Throttling(clock);
  const cookie = {
    httpOnly: true,
    sameSite: 'strict' as const,
    path: '/',
    secure: options.tls !== null || options.publicUrl?.startsWith('https:') === true,
  };
  const { adminPassword } = options;
  const fromEnvironment = new EnvironmentPassword(deps, adminPassword);
  let setup =
    settings.administrator === null && adminPassword === undefined ? await createSetupToken(options.dataDir) : null;
  if (setup !== null) options.showSetupToken(setup.token);

  const user = (request: FastifyRequest) => sessions.user(request.cookies[COOKIE]);
  const note = (action: string, request: FastifyRequest, detail = '') =>
    ledger.note({ actor: USER, action, subject: request.ip, detail });

  function throttle(request: FastifyRequest): void {
    const wait = Math.ceil(throttling.wait(request.ip) / 1_000);
    if (wait === 0) return;
    throw new ApiProblem(
      429,
      {
        code: 'too-many-attempts',
        title: 'Too many attempts',
        detail: `The next attempt is possible in ${wait} s.`,
        fix: 'Wait, then try again.',
      },
      { 'retry-after': String(wait) },
    );
  }

  return {
    actor: (request) => user(request) ?? USER,

    async require(request) {
      if (user(request) === null)
        throw new ApiProblem(401, {
          code: 'signed-out',
          title: 'You are not signed in',
          fix: 'Sign in and try again.',
        });
    },

    handlers: {
      async session(request) {
        if (settings.administrator === null && adminPassword === undefined) return { state: 'setup' };
        const name = user(request);
        return name === null ? { state: 'signed-out' } : { state: 'signed-in', user: name, role: 'administrator' };
      },

      async setup(request, reply) {
        const { setupToken, password } = request.body as { setupToken: string; password: string };
        if (setup === null || settings.administrator !== null) {
          throw new ApiProblem(409, {
            code: 'already-set-up',
            title: 'An administrator exists already',
            fix: 'Sign in.',
          });
        }
        throttle(request);
        if (!sameSecret(setupToken.trim(), setup.token)) {
          throttling.failed(request.ip);
          await note('set-up refused', request);
          throw new ApiProblem(403, {
            code: 'setup-token-invalid',
            title: 'The set-up token is not right',
            fix: 'Copy it from the log of the agent, or from DATA_DIR/setup-token; each start makes a new one.',
          });
        }
        const taken = setup;
        setup = null;
        try {
          await settings.saveAdministrator(await hashPassword(password));
        } catch (error) {
          setup = taken;
          throw error;
        }
        await taken.used();
        sessions.endAll();
        await note('set-up', request);
        reply.setCookie(COOKIE, sessions.begin(USER), cookie);
        return { state: 'signed-in', user: USER, role: 'administrator' };
      },

      async signIn(request, reply) {
        const { username, password } = request.body as { username: string; password: string };
        throttle(request);
        await fromEnvironment.applied();
        const known = username === USER ? settings.administrator?.passwordHash : undefined;
        // Counted before the slow comparison, so that attempts at the same time are all counted.
        throttling.failed(request.ip);
        if (!(await passwordFits(password, known ?? NOBODY)) || known === undefined) {
          await note('sign-in refused', request);
          throw new ApiProblem(401, {
            code: 'sign-in-refused',
            title: 'User or password is not right',
            fix: 'Check both, and mind capital letters.',
          });
        }
        throttling.succeeded(request.ip);
        await note('signed in', request);
        reply.setCookie(COOKIE, sessions.begin(USER), cookie);
        return undefined;
      },

      async signOut(request, reply) {
        sessions.end(request.cookies[COOKIE]);
        reply.clearCookie(COOKIE, cookie);
        return undefined;
      },
    },
  };
}

/**
 * ADMIN_PASSWORD is the password at every start; an unchanged one is not written again. Comparing takes a third of a
 * second, as it must, so it goes on beside the start; whoever signs in waits for it.
 */
class EnvironmentPassword {
  readonly #deps: AdminDeps;
  readonly #password: string | undefined;
  #applying: Promise<void> | null = null;

  constructor(deps: AdminDeps, password: string | undefined) {
    this.#deps = deps;
    this.#password = password;
    this.applied().catch((error: unknown) => deps.log.error({ err: error }, 'ADMIN_PASSWORD could not be stored'));
  }

  /** Raises `settings-unavailable`; the next call tries again. */
  applied(): Promise<void> {
    this.#applying ??= this.#apply().catch((error: unknown) => {
      this.#applying = null;
      throw error;
    });
    return this.#applying;
  }

  async #apply(): Promise<void> {
    const { settings } = this.#deps;
    const password = this.#password;
    if (password === undefined) return;
    const stored = settings.administrator?.passwordHash;
    if (stored !== undefined && (await passwordFits(password, stored))) return;
    await settings.saveAdministrator(await hashPassword(password));
  }
}

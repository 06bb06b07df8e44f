import type { FastifyRequest } from 'fastify';
import type { People } from '../sync/ports.ts';
import { type Access, ADMIN, COOKIE, roleOf } from './access.ts';
import type { AdminDeps, AdminOptions } from './deps.ts';
import { hashPassword, passwordFits } from './password.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';
import { sameSecret, Throttling } from './session.ts';
import { createSetupToken } from './setup-token.ts';

/** Compared with when there is no such user, so that the answer takes as long. */
const NOBODY = 'scrypt$131072$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

type Names = 'session' | 'setup' | 'signIn' | 'signOut' | 'ownPassword';

/** The set-up once, then user and password, then a session. `onEnded` is told when sessions have ended. */
export async function signInHandlers(
  deps: AdminDeps,
  options: AdminOptions,
  around: { access: Access; onEnded: () => void },
): Promise<Record<Names, Handler>> {
  const { settings, ledger, clock } = deps;
  const { access, onEnded } = around;
  const { sessions } = access;
  const throttling = new Throttling(clock);
  const cookie = {
    httpOnly: true,
    sameSite: 'strict' as const,
    path: '/',
    secure: options.tls !== null || options.publicUrl?.startsWith('https:') === true,
  };
  const { adminPassword } = options;
  const fromEnvironment = new EnvironmentPassword(deps, adminPassword);
  const unset = () => settings.administrator === null && adminPassword === undefined;
  let setup = unset() ? await createSetupToken(options.dataDir) : null;
  if (setup !== null) options.showSetupToken(setup.token);

  const note = (name: string, action: string, request: FastifyRequest) =>
    ledger.note({ actor: { name, address: request.ip }, action, subject: '', detail: '' });

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
    async session(request) {
      const found = access.principal(request);
      if (found !== null) return { state: 'signed-in', user: found.name, role: found.role };
      if (!unset()) return { state: 'signed-out' };
      const others = settings.people.users.some((user) => !user.disabled);
      return { state: 'setup', ...(others ? { others } : {}) };
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
        await note(ADMIN, 'set-up refused', request);
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
      sessions.endOf(ADMIN);
      onEnded();
      await note(ADMIN, 'set-up', request);
      reply.setCookie(COOKIE, sessions.begin(ADMIN), cookie);
      return { state: 'signed-in', user: ADMIN, role: 'administrator' };
    },

    async signIn(request, reply) {
      const { username, password } = request.body as { username: string; password: string };
      const name = username.trim().toLowerCase();
      throttle(request);
      await fromEnvironment.applied();
      const known = passwordOf(settings.people, name);
      throttling.failed(request.ip);
      const fits = await passwordFits(password, known ?? NOBODY);
      if (!fits || known === null) {
        throttling.refused(request.ip);
        // A name that is not known stays out of the trail: it may be a password in the wrong box.
        await note(known === null ? 'unknown user' : name, 'sign-in refused', request);
        throw new ApiProblem(401, {
          code: 'sign-in-refused',
          title: 'User or password is not right',
          fix: 'Check both, and mind capital letters.',
        });
      }
      throttling.succeeded(request.ip);
      if (roleOf(settings.people, name) === null) {
        await note(name, 'sign-in refused', request);
        throw new ApiProblem(403, {
          code: 'user-disabled',
          title: 'This user may not sign in at present',
          fix: 'Ask an administrator to enable it under Settings > Users.',
        });
      }
      await note(name, 'signed in', request);
      reply.setCookie(COOKIE, sessions.begin(name), cookie);
      return undefined;
    },

    async signOut(request, reply) {
      const { name } = access.actor(request);
      if (sessions.end(request.cookies[COOKIE])) await note(name, 'signed out', request);
      onEnded();
      reply.clearCookie(COOKIE, cookie);
      return undefined;
    },

    async ownPassword(request, reply) {
      const { currentPassword, password } = request.body as { currentPassword: string; password: string };
      const found = access.principal(request);
      if (found === null || !found.session) {
        throw new ApiProblem(403, {
          code: 'session-needed',
          title: 'An API token has no password',
          fix: 'Sign in as a user to change its password.',
        });
      }
      if (found.name === ADMIN) refuseWhereFromEnvironment(options);
      throttle(request);
      throttling.failed(request.ip);
      const { name } = found;
      if (!(await passwordFits(currentPassword, passwordOf(settings.people, name) ?? NOBODY))) {
        throttling.refused(request.ip);
        await note(name, 'password change refused', request);
        throw new ApiProblem(403, {
          code: 'password-wrong',
          title: 'The present password is not right',
          fix: 'Check it, and mind capital letters.',
        });
      }
      throttling.succeeded(request.ip);
      await changePassword(deps, name, password);
      sessions.endOf(name);
      onEnded();
      await note(name, 'password changed', request);
      reply.setCookie(COOKIE, sessions.begin(name), cookie);
      return undefined;
    },
  };
}

/** Raises 409: what ADMIN_PASSWORD sets would come back with the next start. */
export function refuseWhereFromEnvironment(options: AdminOptions): void {
  if (options.adminPassword === undefined) return;
  throw new ApiProblem(409, {
    code: 'password-from-environment',
    title: `The password of ${ADMIN} is set by ADMIN_PASSWORD`,
    fix: 'Change ADMIN_PASSWORD where the agent is started, and start it again.',
  });
}

export async function changePassword({ settings }: AdminDeps, name: string, password: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  await settings.changePeople((now) => ({
    ...now,
    administrator:
      name === ADMIN && now.administrator !== null ? { ...now.administrator, passwordHash } : now.administrator,
    users: now.users.map((user) => (user.name === name ? { ...user, passwordHash } : user)),
  }));
}

function passwordOf({ administrator, users }: People, name: string): string | null {
  if (name === ADMIN) return administrator?.passwordHash ?? null;
  return users.find((user) => user.name === name)?.passwordHash ?? null;
}

/**
 * ADMIN_PASSWORD is the password at every start; an unchanged one is not written again, a new one lets `admin` in.
 * Comparing takes a third of a second, as it must, so it goes on beside the start; whoever signs in waits for it.
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

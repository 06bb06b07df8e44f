import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { mayActAs, type Role, roleOfScope } from '../domain/role.ts';
import type { Actor, ApiToken, People } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import { ApiProblem } from './problem-details.ts';
import { Sessions } from './session.ts';

export const COOKIE = 'session';
/** The built-in user: its password comes from the set-up or from ADMIN_PASSWORD. */
export const ADMIN = 'admin';
/** How exact the last use of a token is known, and how often it is written at most. */
const USE_MS = 60_000;

/** Who asks, and by what right. */
export interface Principal {
  /** As the audit trail names it. */
  name: string;
  role: Role;
  /** One session or one token; what is open under it ends with it. */
  key: string;
  session: boolean;
}

export interface Access {
  readonly sessions: Sessions;
  /** Null where nobody is signed in. Raises 401 for a bearer token that does not count. */
  principal(request: FastifyRequest): Principal | null;
  /** The one place where roles are enforced. The hook raises 401 and 403. */
  require(needed: Role): (request: FastifyRequest) => Promise<void>;
  /** Who acts, for the audit trail. */
  actor(request: FastifyRequest): Actor;
  /** Whether what was opened by this right may stay open. */
  stands(principal: Principal): boolean;
}

export function createAccess({ settings, ledger, clock }: AdminDeps): Access {
  const sessions = new Sessions(clock);
  const noted = new Map<string, number>();
  /** Who was let in: what they do may end the very right by which they do it. */
  const letIn = new WeakMap<FastifyRequest, Principal>();

  const bySession = (key: string, user: string): Principal | null => {
    const role = roleOf(settings.people, user);
    return role === null ? null : { name: user, role, key, session: true };
  };
  const byToken = (token: ApiToken): Principal => ({
    name: `token:${token.name}`,
    role: roleOfScope(token.scope),
    key: `token:${token.id}`,
    session: false,
  });
  const live = (token: ApiToken) => token.expiresAt === null || Date.parse(token.expiresAt) > clock();

  function principal(request: FastifyRequest): Principal | null {
    const bearer = bearerOf(request);
    if (bearer === null) {
      const session = sessions.touch(request.cookies[COOKIE]);
      return session === null ? null : bySession(session.key, session.user);
    }
    const digest = createHash('sha256').update(bearer).digest('hex');
    const token = settings.people.tokens.find((item) => item.sha256 === digest);
    if (token === undefined || !live(token)) {
      throw new ApiProblem(
        401,
        {
          code: 'token-refused',
          title: token === undefined ? 'The API token is not known' : 'The API token has expired',
          fix: 'Make a new one under Settings > API tokens, and send it as "Authorization: Bearer ...".',
        },
        { 'www-authenticate': 'Bearer error="invalid_token"' },
      );
    }
    return byToken(token);
  }

  async function noteUse(request: FastifyRequest, { key, session }: Principal): Promise<void> {
    if (session || clock() - (noted.get(key) ?? Number.NEGATIVE_INFINITY) < USE_MS) return;
    noted.set(key, clock());
    await ledger.tokenUsed(key.replace(/^token:/, ''), request.ip);
  }

  return {
    sessions,
    principal,

    require: (needed) => async (request) => {
      const found = principal(request);
      if (found === null) {
        throw new ApiProblem(401, {
          code: 'signed-out',
          title: 'You are not signed in',
          fix: 'Sign in and try again.',
        });
      }
      if (!mayActAs(found.role, needed)) {
        throw new ApiProblem(403, {
          code: 'role-missing',
          title: `This needs the role ${needed}`,
          detail: `${found.name} has the role ${found.role}.`,
          fix: found.session
            ? 'Ask an administrator to do it, or to change your role under Settings > Users.'
            : 'Use an API token with a wider scope.',
        });
      }
      letIn.set(request, found);
      await noteUse(request, found);
    },

    actor: (request) => ({ name: letIn.get(request)?.name ?? 'nobody', address: request.ip }),

    stands({ key, session }) {
      if (!session) return settings.people.tokens.some((token) => `token:${token.id}` === key && live(token));
      const user = sessions.userOf(key);
      return user !== null && roleOf(settings.people, user) !== null;
    },
  };
}

/** Null where there is no such user, or it may not sign in. */
export function roleOf({ administrator, users }: People, name: string): Role | null {
  if (name === ADMIN) return administrator === null || administrator.disabled === true ? null : 'administrator';
  const user = users.find((item) => item.name === name);
  return user === undefined || user.disabled ? null : user.role;
}

function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

import type { FastifyRequest } from 'fastify';
import type { Role } from '../domain/role.ts';
import { AppError } from '../errors.ts';
import type { People, User } from '../sync/ports.ts';
import { type Access, ADMIN } from './access.ts';
import type { AdminDeps, AdminOptions } from './deps.ts';
import { hashPassword } from './password.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';
import { refuseWhereFromEnvironment } from './sign-in.ts';

type Names = 'users' | 'addUser' | 'changeUser' | 'removeUser';
const MOST = 200;

/** Settings > Users. `onEnded` is told when sessions have ended. */
export function userHandlers(
  deps: AdminDeps,
  options: AdminOptions,
  around: { access: Access; onEnded: () => void },
): Record<Names, Handler> {
  const { settings, ledger, clock } = deps;
  const { access, onEnded } = around;
  const note = (request: FastifyRequest, action: string, what: { subject: string; detail?: string }) =>
    ledger.note({ actor: access.actor(request), action, detail: '', ...what });

  const view = (user: Omit<User, 'passwordHash' | 'createdAt'> & { createdAt: string | null }) => ({
    name: user.name,
    role: user.role,
    disabled: user.disabled,
    builtIn: user.name === ADMIN,
    passwordFrom: user.name === ADMIN && options.adminPassword !== undefined ? 'environment' : 'page',
    createdAt: user.createdAt,
    sessions: access.sessions.countOf(user.name),
  });
  const all = ({ administrator, users }: People) => [
    ...(administrator === null ? [] : [view(builtIn(administrator))]),
    ...users.map(view),
  ];
  const one = (name: string) => all(settings.people).find((user) => user.name === name) ?? unknown(name);
  const endSessions = (name: string) => {
    access.sessions.endOf(name);
    onEnded();
  };

  return {
    users: async () => all(settings.people),

    async addUser(request) {
      const { name, role, password } = request.body as { name: string; role: Role; password: string };
      const passwordHash = await hashPassword(password);
      const createdAt = new Date(clock()).toISOString();
      await settings.changePeople((now) => {
        if (name === ADMIN || now.users.some((user) => user.name === name))
          throw new AppError('schema', 'taken', { detail: { name: 'is taken by another user' } });
        if (now.users.length >= MOST)
          throw new AppError('schema', 'full', {
            detail: { name: `cannot be added: there are ${MOST} users already` },
          });
        return { ...now, users: [...now.users, { name, role, passwordHash, disabled: false, createdAt }] };
      });
      await note(request, 'user added', { subject: name, detail: role });
      return one(name);
    },

    async changeUser(request) {
      const { name } = request.params as { name: string };
      const { role, disabled, password } = request.body as { role?: Role; disabled?: boolean; password?: string };
      if (name === ADMIN && password !== undefined) refuseWhereFromEnvironment(options);
      const before = one(name);
      const passwordHash = password === undefined ? undefined : await hashPassword(password);
      const change = {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
        ...(passwordHash === undefined ? {} : { passwordHash }),
      };
      await settings.changePeople((now) => keepAnAdministrator(changed(now, name, change)));
      if (passwordHash !== undefined || disabled === true) endSessions(name);
      const after = one(name);
      const detail = [
        before.role === after.role ? '' : `role ${after.role}`,
        before.disabled === after.disabled ? '' : after.disabled ? 'disabled' : 'enabled',
        password === undefined ? '' : 'password',
      ].filter(Boolean);
      if (detail.length > 0) await note(request, 'user changed', { subject: name, detail: detail.join(', ') });
      return after;
    },

    async removeUser(request) {
      const { name } = request.params as { name: string };
      if (name === ADMIN) {
        throw new ApiProblem(409, {
          code: 'built-in-user',
          title: `The user ${ADMIN} cannot be removed`,
          fix: 'Disable it, once another administrator can sign in.',
        });
      }
      await settings.changePeople((now) => {
        if (!now.users.some((user) => user.name === name)) unknown(name);
        return keepAnAdministrator({ ...now, users: now.users.filter((user) => user.name !== name) });
      });
      endSessions(name);
      await note(request, 'user removed', { subject: name });
      return undefined;
    },
  };
}

function builtIn({ disabled }: NonNullable<People['administrator']>) {
  return { name: ADMIN, role: 'administrator' as const, disabled: disabled === true, createdAt: null };
}

function changed(now: People, name: string, change: Partial<User>): People {
  if (name === ADMIN) {
    if (now.administrator === null) unknown(name);
    const { role, ...rest } = change;
    if (role !== undefined && role !== 'administrator')
      throw new AppError('schema', 'built in', { detail: { role: `of ${ADMIN} is always administrator` } });
    return { ...now, administrator: { ...now.administrator, ...rest } };
  }
  if (!now.users.some((user) => user.name === name)) unknown(name);
  return { ...now, users: now.users.map((user) => (user.name === name ? { ...user, ...change } : user)) };
}

/** Somebody must be left who can let the others in again. */
function keepAnAdministrator(next: People): People {
  const left =
    (next.administrator !== null && next.administrator.disabled !== true) ||
    next.users.some((user) => user.role === 'administrator' && !user.disabled);
  if (left) return next;
  throw new ApiProblem(409, {
    code: 'last-administrator',
    title: 'This is the last administrator who can sign in',
    fix: 'Make another user an administrator first.',
  });
}

function unknown(name: string): never {
  throw new ApiProblem(404, {
    code: 'user-unknown',
    title: 'There is no such user',
    detail: `Nobody is called "${name}".`,
    fix: 'Look at the list of users; somebody may have removed it.',
  });
}

import Type, { type TSchema } from 'typebox';
import { ROLES, SCOPES } from '../domain/role.ts';

/** Users and API tokens on the wire. No answer but the one that makes a token holds anything secret. */

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const strict = { additionalProperties: false };
const Password = Type.String({ minLength: 8, maxLength: 1_024 });

export const RoleName = Type.Enum([...ROLES]);
const ScopeName = Type.Enum([...SCOPES]);
/** No "@" and no ":": a name is no address, and no user is taken for a token in the audit trail. */
const UserName = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' });

export const UserItem = Type.Object({
  name: Text,
  role: RoleName,
  disabled: Type.Boolean(),
  builtIn: Type.Boolean({ description: 'the user admin: it cannot be removed, and is always an administrator' }),
  passwordFrom: Type.Enum(['page', 'environment'], { description: 'environment = ADMIN_PASSWORD sets it' }),
  createdAt: Nullable(Text),
  sessions: Type.Integer({ description: 'how many are open' }),
});
export const UserParams = Type.Object({ name: UserName });
export const NewUserBody = Type.Object({ name: UserName, role: RoleName, password: Password }, strict);
export const UserBody = Type.Object(
  {
    role: Type.Optional(RoleName),
    disabled: Type.Optional(Type.Boolean()),
    password: Type.Optional(Password),
  },
  strict,
);
export const OwnPasswordBody = Type.Object(
  { currentPassword: Type.String({ minLength: 1, maxLength: 1_024 }), password: Password },
  strict,
);

const token = {
  id: Text,
  name: Text,
  scope: ScopeName,
  createdAt: Text,
  createdBy: Text,
  expiresAt: Nullable(Text),
  expired: Type.Boolean(),
  lastUsedAt: Nullable(Text),
  lastUsedFrom: Nullable(Text),
};
export const TokenItem = Type.Object(token);
export const TokenParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }) });
export const NewTokenBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\s\\p{C}](?:[^\\p{C}]*[^\\s\\p{C}])?$' }),
    scope: ScopeName,
    expiresAt: Type.Optional(Nullable(Type.String({ format: 'date-time' }))),
  },
  strict,
);
export const NewTokenAnswer = Type.Object({ ...token, token: Text });

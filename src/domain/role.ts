/** What a person may do here; each role may do what the ones before it may. */
export const ROLES = ['auditor', 'scheduler', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

/** What a program with an API token may do; each scope holds the ones before it. */
export const SCOPES = ['read', 'schedule', 'administer'] as const;
export type Scope = (typeof SCOPES)[number];

export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function roleOfScope(scope: Scope): Role {
  const roles = { read: 'auditor', schedule: 'scheduler', administer: 'administrator' } as const;
  return roles[scope];
}

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { RoleOfUser } from '../../../src/contracts/http.ts';

export interface SignedIn {
  user: string;
  role: RoleOfUser;
}

/** Who looks at the pages. The agent checks every request by itself; here it decides what is offered. */
export const Person = createContext<SignedIn>({ user: '', role: 'auditor' });

export const usePerson = (): SignedIn => useContext(Person);

/** Each role may do what the ones before it may. */
const ROLES: readonly RoleOfUser[] = ['auditor', 'scheduler', 'administrator'];

export function useMay(needed: RoleOfUser): boolean {
  return ROLES.indexOf(usePerson().role) >= ROLES.indexOf(needed);
}

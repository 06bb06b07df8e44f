import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ProblemCardItem, Status } from '../../../src/contracts/http.ts';
import type { Loaded } from './hooks.ts';

/** The frame looks at the agent's status every few seconds; every page reads the same answer. */
export const AgentStatus = createContext<Loaded<Status>>({ data: null, failure: null, reload: () => {} });

export const useAgentStatus = (): Loaded<Status> => useContext(AgentStatus);

/** The problems that are dealt with on a page: those whose link leads to it, and those that it is known to be about. */
export function problemsAt(
  problems: readonly ProblemCardItem[],
  path: string,
  about: readonly string[] = [],
): ProblemCardItem[] {
  return problems.filter(
    ({ id, link }) =>
      about.includes(id) || (link?.startsWith('/') === true && under(link.replace(/[?#].*$/, ''), path)),
  );
}

function under(link: string, path: string): boolean {
  return link === path || link.startsWith(`${path}/`);
}

/**
 * What becomes of a failed write:
 *
 * - `retry`: goes on by itself, with backoff
 * - `rate`: the account is asked to slow down; goes on by itself
 * - `quota`: Google refuses for hours; goes on by itself, slowly
 * - `held`: a condition shared by many meetings; they are released together when it ends
 * - `meeting`: this meeting alone, until a new event or a retry
 * - `request`: an answer to one request of an administrator
 */
export type FailureClass = 'retry' | 'rate' | 'quota' | 'held' | 'meeting' | 'request';

/**
 * With whom it lies:
 *
 * - `google`: Google, or the way to it
 * - `administrator`: whoever runs the agent and owns the Google Cloud project
 * - `workspace`: the administrator of the Google Workspace organisation
 * - `pbx`: the PBX, its firmware, or what was entered there
 * - `person`: whoever signed in, pasted, or changed the calendar
 * - `agent`: the agent itself
 */
export type Fault = 'google' | 'administrator' | 'workspace' | 'pbx' | 'person' | 'agent';

export interface Explanation {
  class: FailureClass;
  fault: Fault;
  title: string;
  /** What happened, in plain words. */
  cause: string;
  /** The same with facts in its {gaps}; takes the place of `cause` where the failure brings all of them. */
  named?: string;
  /** What to do, in a sentence. */
  fix: string;
  /** Where to do it; a final `project={project}` is filled in, or left out where no project is known. */
  link: string | null;
  /** HTTP status when the failure is an answer of the admin API. */
  status: number;
}

const PROJECT = 'project={project}';
const cloud = (path: string) => `https://console.cloud.google.com/${path}?${PROJECT}`;

/** The pages of Google Cloud on which things are put right. */
export const CONSOLE = {
  audience: cloud('auth/audience'),
  clients: cloud('auth/clients'),
  scopes: cloud('auth/scopes'),
  library: cloud('apis/library/calendar-json.googleapis.com'),
  quotas: cloud('apis/api/calendar-json.googleapis.com/quotas'),
} as const;

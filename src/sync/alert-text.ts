import { explain, isFailureCode } from '../domain/failure.ts';
import type { AlertProblem, Problem } from './ports.ts';

/** Problems whose words never name a device or anything of a meeting. Whatever is not listed is told in general words. */
const WITHOUT_MEETINGS = new Set([
  'alerts-failed',
  'calendar-list-missing',
  'certificate-ends',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-unusable',
  'clock-wrong',
  'google-unavailable',
  'invitations-capped',
  'ledger-unavailable',
  'meetings-failed',
  'mqtt-disconnected',
  'mqtt-refused',
  'not-authorized',
  'public-url',
  'reauthorize',
  'removals-stopped',
  'session-lost',
  'settings-sealed',
]);

const GENERAL = {
  title: 'A problem needs you',
  cause: 'Its description names a device or a meeting, which alerts are set not to do.',
  action: 'Open the overview on the admin page of the agent: it says what happened and what to do.',
  link: '/',
};

/**
 * The words of a problem as they may leave the agent. Without `includeMeetings` no subject, guest, uid or device gets
 * out: of an id only the code before the colon stays, and words come from the table of explanations, which is fixed
 * text, unless the problem is known to hold none of these.
 */
export function alertText(problem: Problem, how: { includeMeetings: boolean; publicUrl: string | null }): AlertProblem {
  const { severity, since } = problem;
  const code = problem.id.replace(/:.*$/s, '');
  const plain = how.includeMeetings || WITHOUT_MEETINGS.has(code);
  const words = plain ? problem : general(code);
  return {
    id: how.includeMeetings || code === 'alerts-failed' ? problem.id : code,
    severity,
    title: words.title,
    cause: words.cause,
    action: words.action,
    link: reachable(words.link, how.publicUrl),
    since,
  };
}

function general(code: string): Pick<Problem, 'title' | 'cause' | 'action' | 'link'> {
  if (!isFailureCode(code)) return GENERAL;
  const { title, cause, fix, link } = explain(code);
  return { title, cause, action: fix, link };
}

/** A page of the agent can be opened from a mail only where it is known under which address. */
function reachable(link: string | null, publicUrl: string | null): string | null {
  if (link === null || !link.startsWith('/')) return link;
  return publicUrl === null ? null : publicUrl + link;
}

import { consentStage } from '../domain/consent.ts';
import { explain } from '../domain/failure.ts';
import type { AuthorizationView, Problem } from './ports.ts';

/** From two days before Google ends the permission by itself: when, why, and what keeps it from happening again. */
export function consentProblem(view: AuthorizationView, now: number): Omit<Problem, 'since'> | null {
  if (view.state !== 'authorized' || view.consentExpiresAt === null) return null;
  const endsAt = Date.parse(view.consentExpiresAt);
  const stage = consentStage(endsAt, now);
  if (stage === 'calm') return null;
  const when = `${new Date(endsAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const testing = view.consentEndsBecause === 'app-in-testing';
  const reason = testing
    ? 'the app is in testing, and Google ends the permission of such apps seven days after the consent'
    : 'on the consent screen access was granted for a limited time';
  return {
    id: 'consent-ends',
    severity: stage === 'soon' ? 'warning' : 'danger',
    fault: testing ? 'administrator' : 'person',
    title: stage === 'soon' ? 'Google will soon end the permission' : 'Google ends the permission within a day',
    cause: `It ends on ${when}, because ${reason}. From then on meetings wait; none is lost.`,
    action: testing
      ? 'Publish the app under Audience in Google Cloud and authorize again: the permission then has no such end. Or only authorize again, for another seven days.'
      : 'Authorize again, and choose no time limit on the consent screen.',
    link: explain(testing ? 'testing-ended' : 'consent-expired', { project: view.project ?? '' }).link,
  };
}

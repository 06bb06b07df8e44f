import type { ProblemCardItem } from '../../../src/contracts/http.ts';
import { ago, instant } from '../format.ts';
import { Notice } from './basics.tsx';

/** What happened, what to do, where, since when. */
export function ProblemCard({ problem }: { problem: ProblemCardItem }) {
  const outside = problem.link?.startsWith('https:') === true;
  return (
    <Notice
      tone={problem.severity}
      title={problem.title}
      action={
        problem.link === null ? undefined : (
          <a class="button" href={problem.link} {...(outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>
            {outside ? 'Open the page' : 'Go there'}
          </a>
        )
      }
    >
      <p>{problem.cause}</p>
      <p>{problem.action}</p>
      <p class="quiet-text small" title={problem.since}>
        Since {instant(problem.since)} ({ago(problem.since)})
      </p>
    </Notice>
  );
}

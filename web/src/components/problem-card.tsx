import type { ProblemCardItem } from '../../../src/contracts/http.ts';
import { instant, relative } from '../format.ts';
import { t } from '../messages/t.ts';
import { Link } from './link.tsx';
import { Notice } from './notice.tsx';
import { Way } from './way.tsx';

/** What happened, what to do, the way there, since when. `here` is the page that the card stands on. */
export function ProblemCard({ problem, here }: { problem: ProblemCardItem; here: string }) {
  return (
    <Notice tone={problem.severity} title={problem.title} action={<Onward link={problem.link} here={here} />}>
      <p>{problem.cause}</p>
      <p>{problem.action}</p>
      <p class="hint" title={problem.since}>
        {t('since', { when: instant(problem.since), ago: relative(problem.since, Date.now()) })}
      </p>
    </Notice>
  );
}

function Onward({ link, here }: { link: string | null; here: string }) {
  if (link === null) return null;
  if (link !== here) return <Way link={link} />;
  // On the Google page itself the way on is the numbered steps.
  return here === '/integrations/google' ? (
    <Link button href="#steps">
      {t('toSteps')}
    </Link>
  ) : null;
}

import { useState } from 'preact/hooks';
import type { ProblemCardItem } from '../../../src/contracts/http.ts';
import { call } from '../data/api.ts';
import { useAction } from '../data/hooks.ts';
import { useMay } from '../data/person.ts';
import { instant, relative } from '../format.ts';
import { t } from '../messages/t.ts';
import { Button } from './button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { LiesWith } from './lies-with.tsx';
import { Link } from './link.tsx';
import { Notice } from './notice.tsx';
import { useToast } from './toast.tsx';
import { Way } from './way.tsx';

/** What happened, what to do, the way there, since when. `here` is the page that the card stands on. */
export function ProblemCard({ problem, here }: { problem: ProblemCardItem; here: string }) {
  const mayConfirm = useMay('administrator');
  return (
    <Notice
      tone={problem.severity}
      title={problem.title}
      action={
        <>
          {problem.confirmable === true && mayConfirm ? <Confirm problem={problem} /> : null}
          <Onward link={problem.link} here={here} />
        </>
      }
    >
      <p>{problem.cause}</p>
      <p>{problem.action}</p>
      <LiesWith fault={problem.fault} />
      {problem.confirmable === true && !mayConfirm ? <p>{t('confirmNotYours')}</p> : null}
      <p class="hint" title={problem.since}>
        {t('since', { when: instant(problem.since), ago: relative(problem.since, Date.now()) })}
      </p>
    </Notice>
  );
}

/** For what stopped by itself and goes on only when a person says so. */
function Confirm({ problem }: { problem: ProblemCardItem }) {
  const action = useAction();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const run = () =>
    action.run(async () => {
      const { released } = await call<{ released: number }>('POST', `/api/v1/problems/${problem.id}/confirm`);
      toast(t('confirmDone', { count: released }));
    });
  return (
    <>
      <Button kind="danger" busy={action.busy} onClick={() => setAsking(true)}>
        {t('confirmRemovals')}
      </Button>
      {asking ? (
        <ConfirmDialog
          title={t('confirmTitle')}
          confirm={t('confirmRemovals')}
          onConfirm={run}
          onClose={() => setAsking(false)}
        >
          <p>{problem.cause}</p>
          <p>{t('confirmWarning')}</p>
        </ConfirmDialog>
      ) : null}
      <FailureNotice failure={action.failure} />
    </>
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

import { useEffect, useRef, useState } from 'preact/hooks';
import type { CalendarSettingsBody, Impact } from '../../../../src/contracts/http.ts';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';
import { ApplyDialog } from './apply-dialog.tsx';

/** After another choice of meetings was saved: whether those that are known already shall follow it. */
export function KnownMeetings({ stored }: { stored: CalendarSettingsBody }) {
  const choice = `${stored.selector} ${stored.tag}`;
  const before = useRef(choice);
  const [impact, setImpact] = useState<Impact | null>(null);
  const action = useAction();
  const toast = useToast();
  useEffect(() => {
    if (before.current === choice) return;
    before.current = choice;
    action.run(async () => {
      const counted = await call<Impact>('GET', '/api/v1/google/settings/impact');
      setImpact(counted.meetings === 0 ? null : counted);
    });
  }, [choice]);
  const apply = () =>
    action.run(async () => {
      const { meetings } = await call<Impact>('POST', '/api/v1/google/settings/apply');
      toast(t('directoryApplied', { count: meetings }));
    });
  return (
    <>
      <FailureNotice failure={action.failure} />
      {impact === null ? null : (
        <ApplyDialog
          title={t('choiceApplyTitle')}
          impact={impact}
          onChoose={(scope) => scope === 'all' && apply()}
          onClose={() => setImpact(null)}
        />
      )}
    </>
  );
}

import { useState } from 'preact/hooks';
import type { AlertSettingsView } from '../../../../src/contracts/http.ts';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { ProblemCard } from '../../components/problem-card.tsx';
import { problemsAt, useAgentStatus } from '../../data/agent-status.ts';
import { useLoad } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';
import { AlertsForm } from './alerts-form.tsx';

export function SettingsPage() {
  const status = useAgentStatus();
  const loaded = useLoad<AlertSettingsView>('/api/v1/alerts/settings');
  const [saved, setSaved] = useState<AlertSettingsView | null>(null);
  const stored = saved ?? loaded.data;
  return (
    <>
      <PageTitle>{t('settings')}</PageTitle>
      {problemsAt(status.data?.problems ?? [], '/settings').map((problem) => (
        <ProblemCard key={problem.id} problem={problem} here="/settings" />
      ))}
      {stored !== null ? (
        <AlertsForm
          stored={stored}
          onStored={(view) => {
            setSaved(view);
            status.reload();
          }}
        />
      ) : loaded.failure === null ? (
        <Loading />
      ) : (
        <FailureNotice failure={loaded.failure} retry={loaded.reload} />
      )}
    </>
  );
}

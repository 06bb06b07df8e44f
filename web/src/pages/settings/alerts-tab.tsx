import { useState } from 'preact/hooks';
import type { AlertSettingsView } from '../../../../src/contracts/http.ts';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useAgentStatus } from '../../data/agent-status.ts';
import { useLoad } from '../../data/hooks.ts';
import { AlertsForm } from './alerts-form.tsx';

export function AlertsTab() {
  const status = useAgentStatus();
  const loaded = useLoad<AlertSettingsView>('/api/v1/alerts/settings');
  const [saved, setSaved] = useState<AlertSettingsView | null>(null);
  const stored = saved ?? loaded.data;
  if (stored === null)
    return loaded.failure === null ? <Loading /> : <FailureNotice failure={loaded.failure} retry={loaded.reload} />;
  return (
    <AlertsForm
      stored={stored}
      onStored={(view) => {
        setSaved(view);
        status.reload();
      }}
    />
  );
}

import { useState } from 'preact/hooks';
import type { AlertTest } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { PlainField } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { useAgentStatus } from '../../data/agent-status.ts';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';

/** @param ready whether enough is saved to try */
export function TestField({
  channel,
  dirty,
  ready,
}: {
  channel: AlertTest['channel'];
  dirty: boolean;
  ready: boolean;
}) {
  const [outcome, setOutcome] = useState<AlertTest | null>(null);
  const action = useAction();
  const status = useAgentStatus();
  const run = () => {
    setOutcome(null);
    action.run(async () => {
      setOutcome(await call<AlertTest>('POST', '/api/v1/alerts/test', { channel }));
      status.reload();
    });
  };
  return (
    <PlainField
      label={t('alertTest')}
      help={t(dirty ? 'alertTestSaveFirst' : ready ? 'alertTestHelp' : 'alertTestFillFirst')}
    >
      <div class="stack-small">
        <div class="row">
          <Button busy={action.busy} disabled={dirty || !ready} onClick={run}>
            {t(channel === 'webhook' ? 'alertTestWebhook' : 'alertTestMail')}
          </Button>
        </div>
        <FailureNotice failure={action.failure} />
        <div role="status">{outcome === null ? null : <Outcome outcome={outcome} />}</div>
      </div>
    </PlainField>
  );
}

function Outcome({ outcome: { channel, status, answer, refused, tookMs } }: { outcome: AlertTest }) {
  return (
    <Notice tone={refused.length === 0 ? 'good' : 'warning'}>
      <p>
        {channel === 'webhook'
          ? t('alertTestWebhookDone', { status: String(status), time: tookMs })
          : t('alertTestMailDone', { time: tookMs })}
      </p>
      {answer === '' ? null : <p>{t('alertTestAnswer', { answer })}</p>}
      {refused.length === 0 ? null : <p>{t('alertTestRefused', { list: refused.join(', ') })}</p>}
    </Notice>
  );
}

import { useState } from 'preact/hooks';
import type { AlertSecret, AlertSettingsView } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { CopyBox } from '../../components/copy-box.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { PlainField } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';

/** The agent makes the secret and shows it once; afterwards only its last characters are known here. */
export function SecretField(props: {
  id: string;
  stored: AlertSettingsView;
  error: string | undefined;
  onStored: (view: AlertSettingsView) => void;
}) {
  const { id, stored, error, onStored } = props;
  const { secretHint, secretLost } = stored.webhook;
  const [secret, setSecret] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const make = () =>
    action.run(async () => {
      const made = await call<AlertSecret>('POST', '/api/v1/alerts/webhook/secret');
      setSecret(made.secret);
      onStored(await call<AlertSettingsView>('GET', '/api/v1/alerts/settings'));
    });
  return (
    <PlainField
      label={t('webhookSecret')}
      error={secretHint === null ? error : undefined}
      help={
        secretLost
          ? t('webhookSecretLost')
          : secretHint === null
            ? t('webhookSecretNone')
            : secret === null
              ? t('webhookSecretStored', { hint: secretHint })
              : undefined
      }
    >
      <div class="stack-small">
        {secret === null ? null : (
          <div class="stack-small" role="status">
            <Notice tone="warning">
              <p>{t('webhookSecretOnce')}</p>
            </Notice>
            <CopyBox value={secret} label={t('webhookSecretLabel')} />
          </div>
        )}
        <div class="row">
          <Button id={id} busy={action.busy} onClick={() => (secretHint === null ? make() : setAsking(true))}>
            {t(secretHint === null ? 'webhookSecretMake' : 'webhookSecretRenew')}
          </Button>
        </div>
        <FailureNotice failure={action.failure} />
      </div>
      {asking ? (
        <ConfirmDialog
          title={t('webhookSecretAsk')}
          confirm={t('webhookSecretRenew')}
          onConfirm={make}
          onClose={() => setAsking(false)}
        >
          <p>{t('webhookSecretAskText')}</p>
        </ConfirmDialog>
      ) : null}
    </PlainField>
  );
}

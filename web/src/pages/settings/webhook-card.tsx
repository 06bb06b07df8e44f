import type { AlertSettingsView } from '../../../../src/contracts/http.ts';
import { Card } from '../../components/card.tsx';
import { CheckField } from '../../components/choice-field.tsx';
import { TextField } from '../../components/field.tsx';
import { t } from '../../messages/t.ts';
import type { Draft } from './draft.ts';
import { SecretField } from './secret-field.tsx';
import { SeverityField } from './severity-field.tsx';
import { TestField } from './test-field.tsx';

export function WebhookCard(props: {
  stored: AlertSettingsView;
  draft: Draft['webhook'];
  dirty: boolean;
  idOf: (name: string) => string;
  error: (name: string) => string | undefined;
  onChange: (change: Partial<Draft['webhook']>) => void;
  onStored: (view: AlertSettingsView) => void;
}) {
  const { stored, draft, dirty, idOf, error, onChange, onStored } = props;
  return (
    <Card title={t('webhookTitle')}>
      <CheckField
        label={t('webhookTitle')}
        text={t('webhookOn')}
        help={t('webhookOnHelp')}
        checked={draft.enabled}
        onChange={(enabled) => onChange({ enabled })}
      />
      <TextField
        id={idOf('webhook/url')}
        label={t('webhookUrl')}
        value={draft.url}
        onInput={(url) => onChange({ url })}
        required={draft.enabled}
        maxLength={2_048}
        keyboard="url"
        placeholder="https://alerts.example.com/pbx"
        error={error('webhook/url')}
        help={t('webhookUrlHelp')}
      />
      <SecretField id={idOf('webhook/secret')} stored={stored} error={error('webhook/secret')} onStored={onStored} />
      <SeverityField value={draft.severity} onChange={(severity) => onChange({ severity })} />
      <TestField
        channel="webhook"
        dirty={dirty}
        ready={stored.webhook.url !== '' && stored.webhook.secretHint !== null}
      />
    </Card>
  );
}

import { useId, useState } from 'preact/hooks';
import type { NewToken, ScopeOfToken } from '../../../../src/contracts/http.ts';
import { ChoiceField } from '../../components/choice-field.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';

const SCOPES = ['read', 'schedule', 'administer'] as const satisfies readonly ScopeOfToken[];
const DAY_MS = 86_400_000;
/** Days; 0 = without an end. */
const LASTS = [30, 90, 365, 0] as const;

export function TokenDialog({ onMade, onClose }: { onMade: (token: NewToken) => void; onClose: () => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<ScopeOfToken>('read');
  const [days, setDays] = useState('365');
  const action = useAction();
  const [nameId, expiryId] = [useId(), useId()];
  const submit = () =>
    action.run(async () => {
      const expiresAt = days === '0' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
      onMade(await call<NewToken>('POST', '/api/v1/tokens', { name: name.trim(), scope, expiresAt }));
      onClose();
    });
  const fields = {
    name: { label: t('tokenName'), id: nameId },
    expiresAt: { label: t('tokenExpires'), id: expiryId },
  };
  return (
    <FormDialog title={t('makeToken')} submit={t('makeToken')} busy={action.busy} onSubmit={submit} onClose={onClose}>
      <ErrorSummary failure={action.failure} fields={fields} />
      <TextField
        id={nameId}
        label={t('tokenName')}
        value={name}
        onInput={setName}
        required
        maxLength={64}
        error={action.failure?.field('name')}
        help={t('tokenNameHelp')}
      />
      <ChoiceField
        label={t('tokenMay')}
        value={scope}
        onChange={setScope}
        options={SCOPES.map((value) => ({ value, label: t(`scope_${value}`), help: t(`scopeHelp_${value}`) }))}
      />
      <SelectField
        label={t('tokenExpires')}
        value={days}
        onChange={setDays}
        options={LASTS.map((count) => ({
          value: String(count),
          label: count === 0 ? t('never') : t('inDays', { count }),
        }))}
        error={action.failure?.field('expiresAt')}
      />
    </FormDialog>
  );
}

import { SelectField } from '../../components/field.tsx';
import { t } from '../../messages/t.ts';
import type { Draft } from './draft.ts';

type Severity = Draft['webhook']['severity'];
const SEVERITIES = ['danger', 'warning', 'info'] as const satisfies readonly Severity[];

export function SeverityField({ value, onChange }: { value: Severity; onChange: (value: Severity) => void }) {
  return (
    <SelectField
      label={t('alertsSeverity')}
      value={value}
      options={SEVERITIES.map((severity) => ({ value: severity, label: t(`alertsSeverity_${severity}`) }))}
      onChange={(chosen) => onChange(SEVERITIES.find((severity) => severity === chosen) ?? value)}
    />
  );
}

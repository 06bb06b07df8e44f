import type { AlertSettingsView } from '../../../../src/contracts/http.ts';
import { Card } from '../../components/card.tsx';
import { CheckField, ChoiceField } from '../../components/choice-field.tsx';
import { AreaField, TextField } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { t } from '../../messages/t.ts';
import type { Draft } from './draft.ts';
import { SeverityField } from './severity-field.tsx';
import { TestField } from './test-field.tsx';

const SECURITY = ['starttls', 'tls', 'none'] as const;
/** The usual port of each; a port that somebody chose otherwise is left alone. */
const PORTS: Record<(typeof SECURITY)[number], string> = { starttls: '587', tls: '465', none: '25' };

export function MailCard(props: {
  stored: AlertSettingsView;
  draft: Draft['smtp'];
  dirty: boolean;
  idOf: (name: string) => string;
  error: (name: string) => string | undefined;
  onChange: (change: Partial<Draft['smtp']>) => void;
}) {
  const { stored, draft, dirty, idOf, error, onChange } = props;
  const { passwordStored, passwordLost } = stored.smtp;
  const choose = (security: Draft['smtp']['security']) =>
    onChange({ security, ...(draft.port === PORTS[draft.security] ? { port: PORTS[security] } : {}) });
  return (
    <Card title={t('mailTitle')}>
      <CheckField
        label={t('mailTitle')}
        text={t('mailOn')}
        help={t('mailOnHelp')}
        checked={draft.enabled}
        onChange={(enabled) => onChange({ enabled })}
      />
      <TextField
        id={idOf('smtp/host')}
        label={t('mailHost')}
        value={draft.host}
        onInput={(host) => onChange({ host })}
        required={draft.enabled}
        maxLength={253}
        placeholder="mail.example.com"
        error={error('smtp/host')}
      />
      <ChoiceField
        label={t('mailSecurity')}
        value={draft.security}
        onChange={choose}
        options={SECURITY.map((value) => ({
          value,
          label: t(`mailSecurity_${value}`),
          help: t(`mailSecurityHelp_${value}`),
          more:
            value === 'none' ? (
              <Notice tone="warning">
                <p>{t('mailSecurityWarning')}</p>
              </Notice>
            ) : undefined,
        }))}
      />
      <TextField
        id={idOf('smtp/port')}
        label={t('mailPort')}
        value={draft.port}
        onInput={(port) => onChange({ port })}
        required
        maxLength={5}
        keyboard="numeric"
        error={error('smtp/port')}
        help={t('mailPortHelp')}
      />
      <TextField
        id={idOf('smtp/username')}
        label={t('mailUser')}
        value={draft.username}
        onInput={(username) => onChange({ username })}
        maxLength={320}
        error={error('smtp/username')}
        help={t('mailUserHelp')}
      />
      <TextField
        id={idOf('smtp/password')}
        label={t('mailPassword')}
        type="password"
        autocomplete="new-password"
        value={draft.password}
        onInput={(password) => onChange({ password })}
        maxLength={1_024}
        error={error('smtp/password')}
        placeholder={passwordStored ? t('mailPasswordStored') : ''}
        help={passwordLost ? t('mailPasswordLost') : passwordStored ? t('mailPasswordHelp') : undefined}
      />
      <TextField
        id={idOf('smtp/from')}
        label={t('mailFrom')}
        value={draft.from}
        onInput={(from) => onChange({ from })}
        required={draft.enabled}
        maxLength={254}
        keyboard="email"
        placeholder="pbx@example.com"
        error={error('smtp/from')}
        help={t('mailFromHelp')}
      />
      <AreaField
        id={idOf('smtp/recipients')}
        label={t('mailRecipients')}
        rows={3}
        value={draft.recipients}
        onInput={(recipients) => onChange({ recipients })}
        required={draft.enabled}
        error={error('smtp/recipients')}
        help={t('mailRecipientsHelp')}
      />
      <SeverityField value={draft.severity} onChange={(severity) => onChange({ severity })} />
      <TestField
        channel="smtp"
        dirty={dirty}
        ready={stored.smtp.host !== '' && stored.smtp.from !== '' && stored.smtp.recipients.length > 0}
      />
    </Card>
  );
}

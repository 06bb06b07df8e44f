import { useContext, useId, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { Strength } from '../../components/strength.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { usePerson } from '../../data/person.ts';
import { PreferencesChanged } from '../../data/preferences-changed.ts';
import { instant } from '../../format.ts';
import { locale, t } from '../../messages/t.ts';
import { LANGUAGES, type Preferences, prefer, preferences, timeZones } from '../../preferences.ts';

/** Settings > Personal: what concerns the one who is signed in, here and in this browser. */
export function PersonalTab() {
  return (
    <>
      <LanguageAndZone />
      <OwnPassword />
    </>
  );
}

function LanguageAndZone() {
  const changed = useContext(PreferencesChanged);
  const { language, timeZone } = preferences();
  const choose = (change: Partial<Preferences>) => {
    prefer(change);
    changed();
  };
  const named = (tag: string) => new Intl.DisplayNames(locale(), { type: 'language' }).of(tag) ?? tag;
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Card title={t('preferencesTitle')}>
      <p>{t('preferencesIntro')}</p>
      <SelectField
        label={t('language')}
        value={language ?? ''}
        onChange={(value) => choose({ language: value || null })}
        options={[{ value: '', label: t('asBrowser') }, ...LANGUAGES.map((tag) => ({ value: tag, label: named(tag) }))]}
      />
      <SelectField
        label={t('timeZone')}
        value={timeZone ?? ''}
        onChange={(value) => choose({ timeZone: value || null })}
        options={[
          { value: '', label: t('asBrowserZone', { zone: browserZone }) },
          ...timeZones().map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
        ]}
        help={t('timeZoneHelp', { now: instant(new Date().toISOString()) })}
      />
    </Card>
  );
}

function OwnPassword() {
  const { user } = usePerson();
  const [currentPassword, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction();
  const toast = useToast();
  const [currentId, passwordId] = [useId(), useId()];
  const wrong = action.failure?.problem.code === 'password-wrong';
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      await call('PUT', '/api/v1/session/password', { currentPassword, password });
      setCurrent('');
      setPassword('');
      toast(t('passwordChanged'));
    });
  };
  return (
    <Card title={t('ownPasswordTitle')}>
      <form class="stack" onSubmit={submit} noValidate>
        <p>{t('ownPasswordIntro')}</p>
        <ErrorSummary
          failure={action.failure}
          fields={{
            currentPassword: { label: t('currentPassword'), id: currentId },
            password: { label: t('newPassword'), id: passwordId },
          }}
        />
        {/* So that a password manager knows whose password it is. */}
        <input hidden type="text" autocomplete="username" value={user} readOnly />
        <TextField
          id={currentId}
          label={t('currentPassword')}
          type="password"
          autocomplete="current-password"
          value={currentPassword}
          onInput={setCurrent}
          required
          error={action.failure?.field('currentPassword') ?? (wrong ? t('isNotRight') : undefined)}
        />
        <TextField
          id={passwordId}
          label={t('newPassword')}
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          required
          error={action.failure?.field('password')}
          help={<Strength password={password} />}
        />
        <div class="field-actions">
          <Button kind="primary" type="submit" busy={action.busy} disabled={currentPassword === '' || password === ''}>
            {t('changePassword')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

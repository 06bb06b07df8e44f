import { useEffect, useState } from 'preact/hooks';
import type { AuthorizationState, Calendar, CalendarSettingsBody } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { CheckField, ChoiceField } from '../../components/choice-field.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { Loading } from '../../components/loading.tsx';
import { useToast } from '../../components/toast.tsx';
import { useAgentStatus } from '../../data/agent-status.ts';
import { call } from '../../data/api.ts';
import { useAction, useLoad, useWarnBeforeLeaving } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';
import { CalendarField } from './calendar-field.tsx';
import { DirectoryCard } from './directory-card.tsx';
import { KnownMeetings } from './known-meetings.tsx';
import { PeopleCard } from './people-card.tsx';
import { RemindersField } from './reminders-field.tsx';

const MAILS = ['all', 'externalOnly', 'none'] as const;
const WHICH = ['tick', 'all', 'tag'] as const;
const VISIBILITY = ['default', 'public', 'private', 'confidential'] as const;

export function SettingsTab() {
  const settings = useLoad<CalendarSettingsBody>('/api/v1/google/settings');
  const authorization = useLoad<AuthorizationState>('/api/v1/google/authorization');
  const authorized = authorization.data?.state === 'authorized';
  const calendars = useLoad<Calendar[]>(authorized ? '/api/v1/google/calendars' : null);
  if (settings.data === null || authorization.data === null) {
    const failure = settings.failure ?? authorization.failure;
    const reload = () => {
      settings.reload();
      authorization.reload();
    };
    return failure === null ? <Loading /> : <FailureNotice failure={failure} retry={reload} />;
  }
  return (
    <>
      <FailureNotice failure={calendars.failure} retry={calendars.reload} />
      <SettingsForm
        stored={settings.data}
        authorization={authorization.data}
        calendars={calendars.data}
        onSaved={settings.reload}
      />
      <KnownMeetings stored={settings.data} />
      <DirectoryCard />
    </>
  );
}

function SettingsForm(props: {
  stored: CalendarSettingsBody;
  authorization: AuthorizationState;
  calendars: Calendar[] | null;
  onSaved: () => void;
}) {
  const { stored, authorization, calendars, onSaved } = props;
  const [draft, setDraft] = useState(stored);
  const status = useAgentStatus();
  const action = useAction();
  const toast = useToast();
  useEffect(() => setDraft(stored), [stored]);
  const dirty = JSON.stringify(draft) !== JSON.stringify(stored);
  useWarnBeforeLeaving(dirty);
  const set = (change: Partial<CalendarSettingsBody>) => setDraft({ ...draft, ...change });
  const save = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      await call('PUT', '/api/v1/google/settings', draft);
      toast(t('settingsSaved'));
      onSaved();
      status.reload();
    });
  };
  return (
    <form class="stack" onSubmit={save} noValidate>
      <Card title={t('calendarCard')}>
        <CalendarField
          value={draft.calendarId}
          calendars={calendars}
          authorization={authorization}
          error={action.failure?.field('calendarId')}
          onChange={(calendarId) => set({ calendarId })}
        />
        <ChoiceField
          label={t('mails')}
          value={draft.sendUpdates}
          onChange={(sendUpdates) => set({ sendUpdates })}
          options={MAILS.map((value) => ({ value, label: t(`mails_${value}`), help: t(`mailsHelp_${value}`) }))}
        />
      </Card>
      <Card title={t('meetingsCard')}>
        <ChoiceField
          label={t('which')}
          value={draft.selector}
          onChange={(selector) => set({ selector })}
          options={WHICH.map((value) => ({
            value,
            label: t(`which_${value}`),
            help: t(`whichHelp_${value}`),
            more:
              value === 'tag' ? (
                <TextField
                  label={t('tag')}
                  value={draft.tag}
                  onInput={(tag) => set({ tag })}
                  required
                  maxLength={64}
                  error={action.failure?.field('tag')}
                />
              ) : undefined,
          }))}
        />
      </Card>
      <Card title={t('remindersCard')}>
        <RemindersField value={draft.reminders} onChange={(reminders) => set({ reminders })} />
        <ChoiceField
          label={t('visibility')}
          value={draft.visibility}
          onChange={(visibility) => set({ visibility })}
          options={VISIBILITY.map((value) => ({
            value,
            label: t(`visibility_${value}`),
            help: t(`visibilityHelp_${value}`),
          }))}
        />
        <CheckField
          label={t('passwordLabel')}
          text={t('passwordText')}
          help={t('passwordHelp')}
          checked={draft.includePassword}
          onChange={(includePassword) => set({ includePassword })}
        />
      </Card>
      <PeopleCard draft={draft} set={set} field={(name) => action.failure?.field(name)} />
      <FailureNotice failure={action.failure} />
      <div class={dirty ? 'save-bar dirty' : 'save-bar'}>
        <Button kind="primary" type="submit" busy={action.busy} disabled={!dirty}>
          {t('save')}
        </Button>
        {dirty ? <Button onClick={() => setDraft(stored)}>{t('discard')}</Button> : null}
        <span role="status">{dirty ? t('unsaved') : ''}</span>
      </div>
    </form>
  );
}

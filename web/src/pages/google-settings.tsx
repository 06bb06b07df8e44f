import { useEffect, useState } from 'preact/hooks';
import type { AuthorizationState, Calendar, CalendarSettingsBody } from '../../../src/contracts/http.ts';
import { call } from '../api.ts';
import { Button, Card, FailureNotice, Loading, Notice, PageTitle } from '../components/basics.tsx';
import { CheckField, ChoiceField, SelectField, TextField } from '../components/field.tsx';
import { useAction, useLoad } from '../hooks.ts';
import { t } from '../messages/en.ts';
import { GoogleTabs } from './google-tabs.tsx';

export function GoogleSettingsPage() {
  const settings = useLoad<CalendarSettingsBody>('/api/v1/google/settings');
  return (
    <>
      <PageTitle>{t('googleServices')}</PageTitle>
      <GoogleTabs current="settings" />
      <FailureNotice failure={settings.failure} />
      {settings.data === null ? (
        <Loading />
      ) : (
        <SettingsForm key={JSON.stringify(settings.data)} stored={settings.data} onSaved={settings.reload} />
      )}
    </>
  );
}

function SettingsForm({ stored, onSaved }: { stored: CalendarSettingsBody; onSaved: () => void }) {
  const [draft, setDraft] = useState(stored);
  const [said, setSaid] = useState('');
  const authorization = useLoad<AuthorizationState>('/api/v1/google/authorization');
  const authorized = authorization.data?.state === 'authorized';
  const calendars = useLoad<Calendar[]>(authorized ? '/api/v1/google/calendars' : null);
  const action = useAction();
  const set = (change: Partial<CalendarSettingsBody>) => {
    setSaid('');
    setDraft({ ...draft, ...change });
  };
  const dirty = JSON.stringify(draft) !== JSON.stringify(stored);
  useEffect(() => setDraft(stored), [stored]);
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      await call('PUT', '/api/v1/google/settings', draft);
      setSaid(t('saved'));
      onSaved();
    });
  };
  const writable = (calendars.data ?? []).filter((calendar) => calendar.writable && !calendar.primary);
  const listed = draft.calendarId === 'primary' || writable.some((calendar) => calendar.id === draft.calendarId);
  return (
    <form class="stack" onSubmit={submit}>
      {authorization.data !== null && !authorized ? (
        <Notice
          tone="info"
          action={
            <a class="button" href="/integrations/google">
              Authorize an account
            </a>
          }
        >
          <p>Calendars can be chosen once an account is authorized.</p>
        </Notice>
      ) : null}
      <Card title="Calendar">
        <SelectField
          label="Calendar"
          value={draft.calendarId}
          onChange={(calendarId) => set({ calendarId })}
          options={[
            {
              value: 'primary',
              label: `Primary calendar${authorization.data?.account ? ` (${authorization.data.account})` : ''}`,
            },
            ...writable.map((calendar) => ({
              value: calendar.id,
              label: `${calendar.summary} (${calendar.timeZone})`,
            })),
            ...(listed ? [] : [{ value: draft.calendarId, label: draft.calendarId }]),
          ]}
          help={
            authorization.data?.calendarListGranted === false
              ? 'The list of calendars was not granted, so only the primary calendar is offered. Authorize again and tick every permission.'
              : 'Only calendars that the account may change. Another calendar applies to entries made from now on.'
          }
        />
        <FailureNotice failure={calendars.failure} />
        <SelectField
          label="Visibility"
          value={draft.visibility}
          onChange={(visibility) => set({ visibility: visibility as CalendarSettingsBody['visibility'] })}
          options={[
            { value: 'default', label: 'As the calendar is set' },
            { value: 'public', label: 'Public: everybody who sees the calendar sees the details' },
            { value: 'private', label: 'Private: others see only that the time is taken' },
            { value: 'confidential', label: 'Confidential' },
          ]}
        />
      </Card>
      <Card title="Guests">
        <ChoiceField
          label="Who mails the guests"
          value={draft.sendUpdates}
          onChange={(sendUpdates) => set({ sendUpdates })}
          options={[
            {
              value: 'all',
              label: 'Google mails every guest',
              help: 'One invitation, one update per real change, one cancellation.',
            },
            {
              value: 'externalOnly',
              label: 'Google mails guests outside the organisation only',
              help: 'Guests of the organisation find the entry in their calendar.',
            },
            {
              value: 'none',
              label: 'Google mails nobody',
              help: 'Guests without Google Calendar never learn of the meeting. Cancellations are still mailed, or the entry would stay with the guests.',
            },
          ]}
        />
        <CheckField
          label="Meeting password"
          text="Write the meeting password into the entry"
          help="Every guest can read it. The host password is never written anywhere."
          checked={draft.includePassword}
          onChange={(includePassword) => set({ includePassword })}
        />
      </Card>
      <Card title="Meetings">
        <ChoiceField
          label="Which meetings"
          value={draft.selector}
          onChange={(selector) => set({ selector })}
          options={[
            {
              value: 'tick',
              label: 'Meetings with “Sync to Google Calendar” ticked',
              help: 'As the scheduler decides on the PBX.',
            },
            {
              value: 'all',
              label: 'All meetings',
              help: 'The tick is ignored. Coming meetings that were not ticked get an entry, and their guests an invitation.',
            },
            {
              value: 'tag',
              label: 'Meetings with a tag',
              help: 'For a PBX whose form does not offer the tick: the subject or the agenda holds the tag.',
            },
          ]}
        />
        {draft.selector === 'tag' ? (
          <TextField label="Tag" value={draft.tag} onInput={(tag) => set({ tag })} required />
        ) : null}
        <ChoiceField
          label="Reminders"
          value={draft.reminders === null ? 'pbx' : draft.reminders.length === 0 ? 'none' : 'own'}
          onChange={(value) =>
            set({ reminders: value === 'pbx' ? null : value === 'none' ? [] : [{ method: 'email', minutes: 60 }] })
          }
          options={[
            {
              value: 'pbx',
              label: 'As set for the meeting on the PBX',
              help: 'By e-mail, to the authorized account only: Google keeps reminders per person.',
            },
            { value: 'own', label: 'The same for every meeting', help: 'Up to five.' },
            { value: 'none', label: 'None', help: '' },
          ]}
        />
        {draft.reminders?.map((reminder, index) => {
          const change = (next: typeof reminder | null) =>
            set({
              reminders: (draft.reminders ?? []).flatMap((item, at) =>
                at === index ? (next === null ? [] : [next]) : [item],
              ),
            });
          return (
            <div class="field-actions row" key={index}>
              <select
                aria-label={`Reminder ${index + 1}: how`}
                value={reminder.method}
                onChange={(event) => change({ ...reminder, method: event.currentTarget.value as 'email' | 'popup' })}
              >
                <option value="email">E-mail</option>
                <option value="popup">Notification</option>
              </select>
              <input
                type="number"
                min={0}
                max={40320}
                aria-label={`Reminder ${index + 1}: minutes before`}
                value={reminder.minutes}
                onInput={(event) => change({ ...reminder, minutes: Math.trunc(Number(event.currentTarget.value)) })}
              />
              <span>minutes before</span>
              <Button onClick={() => change(null)}>Remove</Button>
            </div>
          );
        })}
        {draft.reminders !== null && draft.reminders.length > 0 && draft.reminders.length < 5 ? (
          <div class="field-actions">
            <Button onClick={() => set({ reminders: [...(draft.reminders ?? []), { method: 'popup', minutes: 10 }] })}>
              Add a reminder
            </Button>
          </div>
        ) : null}
      </Card>
      <FailureNotice failure={action.failure} />
      <div class="row">
        <Button kind="primary" type="submit" busy={action.busy} disabled={!dirty}>
          {t('save')}
        </Button>
        <span role="status">{said}</span>
      </div>
    </form>
  );
}

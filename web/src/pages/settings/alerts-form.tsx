import { useId, useState } from 'preact/hooks';
import type { AlertSettingsView } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { CheckField } from '../../components/choice-field.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { SelectField } from '../../components/field.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction, useWarnBeforeLeaving } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';
import { type Draft, draftOf, inputOf } from './draft.ts';
import { MailCard } from './mail-card.tsx';
import { WebhookCard } from './webhook-card.tsx';

const DELAYS = [0, 60, 300, 900, 3_600];

/** Settings > Alerts: one form, saved as one; secret and tests act on what is saved. */
export function AlertsForm(props: { stored: AlertSettingsView; onStored: (view: AlertSettingsView) => void }) {
  const { stored, onStored } = props;
  const [draft, setDraft] = useState(() => draftOf(stored));
  const id = useId();
  const action = useAction();
  const toast = useToast();
  const dirty = JSON.stringify(draft) !== JSON.stringify(draftOf(stored));
  useWarnBeforeLeaving(dirty);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const save = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      const view = await call<AlertSettingsView>('PUT', '/api/v1/alerts/settings', inputOf(draft));
      setDraft(draftOf(view));
      onStored(view);
      toast(t('settingsSaved'));
    });
  };
  const error = (name: string) => action.failure?.field(name);
  const field = (name: string, label: string) => ({ [name]: { label, id: `${id}-${name.replace('/', '-')}` } });
  const fields = {
    ...field('webhook/url', t('webhookUrl')),
    ...field('webhook/secret', t('webhookSecret')),
    ...field('smtp/host', t('mailHost')),
    ...field('smtp/port', t('mailPort')),
    ...field('smtp/username', t('mailUser')),
    ...field('smtp/password', t('mailPassword')),
    ...field('smtp/from', t('mailFrom')),
    ...field('smtp/recipients', t('mailRecipients')),
  };
  const idOf = (name: string) => fields[name]?.id ?? id;
  return (
    <form class="stack" onSubmit={save} noValidate>
      <ErrorSummary failure={action.failure} fields={fields} />
      <Card title={t('alertsTitle')} id="alerts">
        <p>{t('alertsIntro')}</p>
        <SelectField
          label={t('alertsDelay')}
          value={String(draft.delaySeconds)}
          options={delays(stored.delaySeconds).map((seconds) => ({ value: String(seconds), label: inWords(seconds) }))}
          onChange={(value) => set({ delaySeconds: Number(value) })}
          help={t('alertsDelayHelp')}
        />
        <CheckField
          label={t('alertsContent')}
          text={t('alertsIncludeMeetings')}
          help={t('alertsIncludeMeetingsHelp')}
          checked={draft.includeMeetings}
          onChange={(includeMeetings) => set({ includeMeetings })}
        />
      </Card>
      <WebhookCard
        stored={stored}
        draft={draft.webhook}
        dirty={dirty}
        idOf={idOf}
        error={error}
        onChange={(change) => set({ webhook: { ...draft.webhook, ...change } })}
        onStored={onStored}
      />
      <MailCard
        stored={stored}
        draft={draft.smtp}
        dirty={dirty}
        idOf={idOf}
        error={error}
        onChange={(change) => set({ smtp: { ...draft.smtp, ...change } })}
      />
      <div class={dirty ? 'save-bar dirty' : 'save-bar'}>
        <Button kind="primary" type="submit" busy={action.busy} disabled={!dirty}>
          {t('save')}
        </Button>
        {dirty ? <Button onClick={() => setDraft(draftOf(stored))}>{t('discard')}</Button> : null}
        <span role="status">{dirty ? t('unsaved') : ''}</span>
      </div>
    </form>
  );
}

/** What was chosen through the API stays among the choices. */
function delays(stored: number): number[] {
  return [...new Set([...DELAYS, stored])].sort((a, b) => a - b);
}

function inWords(seconds: number): string {
  if (seconds === 0) return t('alertsDelayNone');
  return seconds % 60 === 0
    ? t('alertsDelayMinutes', { count: seconds / 60 })
    : t('alertsDelaySeconds', { count: seconds });
}

import type { CalendarSettingsBody } from '../../../../src/contracts/http.ts';
import { Card } from '../../components/card.tsx';
import { ChoiceField } from '../../components/choice-field.tsx';
import { NumberField } from '../../components/field.tsx';
import { t } from '../../messages/t.ts';

const CHANGED = ['pbx-wins', 'leave'] as const;
const DELETED = ['leave', 'recreate'] as const;
const PAUSED = ['wait', 'create-without-guests'] as const;

/** What counts where people and the PBX want different things, and how much may happen at once. */
export function PeopleCard(props: {
  draft: CalendarSettingsBody;
  set: (change: Partial<CalendarSettingsBody>) => void;
  field: (name: string) => string | undefined;
}) {
  const { draft, set, field } = props;
  return (
    <Card title={t('peopleCard')}>
      <ChoiceField
        label={t('changed')}
        value={draft.changedInCalendar}
        onChange={(changedInCalendar) => set({ changedInCalendar })}
        options={CHANGED.map((value) => ({ value, label: t(`changed_${value}`), help: t(`changedHelp_${value}`) }))}
      />
      <ChoiceField
        label={t('deleted')}
        value={draft.deletedInCalendar}
        onChange={(deletedInCalendar) => set({ deletedInCalendar })}
        options={DELETED.map((value) => ({ value, label: t(`deleted_${value}`), help: t(`deletedHelp_${value}`) }))}
      />
      <ChoiceField
        label={t('paused')}
        value={draft.invitationsPaused}
        onChange={(invitationsPaused) => set({ invitationsPaused })}
        options={PAUSED.map((value) => ({ value, label: t(`paused_${value}`), help: t(`pausedHelp_${value}`) }))}
      />
      <NumberField
        label={t('guestsPerHour')}
        help={t('guestsPerHourHelp')}
        value={draft.guestsPerHour}
        min={1}
        max={100_000}
        onInput={(guestsPerHour) => set({ guestsPerHour })}
        error={field('guestsPerHour')}
      />
      <NumberField
        label={t('requestsPerMinute')}
        help={t('requestsPerMinuteHelp')}
        value={draft.requestsPerMinute}
        min={10}
        max={100_000}
        onInput={(requestsPerMinute) => set({ requestsPerMinute })}
        error={field('requestsPerMinute')}
      />
    </Card>
  );
}

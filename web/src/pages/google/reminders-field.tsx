import type { CalendarSettingsBody } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { ChoiceField } from '../../components/choice-field.tsx';
import { t } from '../../messages/t.ts';

type Reminders = CalendarSettingsBody['reminders'];
type Reminder = NonNullable<Reminders>[number];

/** Google takes at most five, up to four weeks ahead. */
const MOST = 5;
const LONGEST = 40_320;
const FIRST: Reminder = { method: 'email', minutes: 60 };
const NEXT: Reminder = { method: 'popup', minutes: 10 };

export function RemindersField({ value, onChange }: { value: Reminders; onChange: (value: Reminders) => void }) {
  const chosen = value === null ? 'pbx' : value.length === 0 ? 'none' : 'own';
  const choose = (next: 'pbx' | 'own' | 'none') => onChange(next === 'pbx' ? null : next === 'none' ? [] : [FIRST]);
  return (
    <ChoiceField
      label={t('reminders')}
      value={chosen}
      onChange={choose}
      options={[
        { value: 'pbx', label: t('reminders_pbx'), help: t('remindersHelp_pbx') },
        {
          value: 'own',
          label: t('reminders_own'),
          help: t('remindersHelp_own'),
          more: <Rows reminders={value ?? []} onChange={onChange} />,
        },
        { value: 'none', label: t('reminders_none'), help: t('remindersHelp_none') },
      ]}
    />
  );
}

function Rows({ reminders, onChange }: { reminders: Reminder[]; onChange: (value: Reminder[]) => void }) {
  const change = (at: number, next: Reminder) => onChange(reminders.map((item, index) => (index === at ? next : item)));
  return (
    <div class="stack-small">
      {reminders.map((reminder, at) => {
        const count = at + 1;
        return (
          <fieldset class="reminder" key={at}>
            <legend class="unseen">{t('reminderNumber', { count })}</legend>
            <select
              aria-label={t('reminderHow', { count })}
              value={reminder.method}
              onChange={(event) =>
                change(at, { ...reminder, method: event.currentTarget.value === 'popup' ? 'popup' : 'email' })
              }
            >
              <option value="email">{t('reminderMethod_email')}</option>
              <option value="popup">{t('reminderMethod_popup')}</option>
            </select>
            <input
              type="number"
              min={0}
              max={LONGEST}
              step={1}
              aria-label={t('reminderMinutes', { count })}
              value={reminder.minutes}
              onInput={(event) => {
                const minutes = event.currentTarget.valueAsNumber;
                if (Number.isInteger(minutes) && minutes >= 0)
                  change(at, { ...reminder, minutes: Math.min(minutes, LONGEST) });
              }}
            />
            <span>{t('minutesBefore')}</span>
            {reminders.length > 1 ? (
              <Button
                kind="quiet"
                label={t('removeReminder', { count })}
                onClick={() => onChange(reminders.filter((_, index) => index !== at))}
              >
                {t('remove')}
              </Button>
            ) : null}
          </fieldset>
        );
      })}
      {reminders.length < MOST ? (
        <div class="row">
          <Button onClick={() => onChange([...reminders, NEXT])}>{t('addReminder')}</Button>
        </div>
      ) : null}
    </div>
  );
}

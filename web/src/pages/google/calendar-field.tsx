import type { AuthorizationState, Calendar } from '../../../../src/contracts/http.ts';
import { type Option, SelectField } from '../../components/field.tsx';
import { t } from '../../messages/t.ts';

/** The calendars that the account may change. The primary one is always offered, also before the list is known. */
export function CalendarField(props: {
  value: string;
  calendars: Calendar[] | null;
  authorization: AuthorizationState;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const { value, calendars, authorization, error, onChange } = props;
  const { account, state, calendarListGranted } = authorization;
  const options: Option[] = [
    { value: 'primary', label: account === null ? t('calendarPrimary') : t('calendarPrimaryOf', { account }) },
    ...(calendars ?? [])
      .filter((calendar) => calendar.writable && !calendar.primary)
      .map((calendar) => ({
        value: calendar.id,
        label: t('calendarNamed', { name: calendar.summary, zone: calendar.timeZone }),
      })),
  ];
  // The chosen one stays visible although it is gone, so that saving something else does not change it unseen.
  if (!options.some((option) => option.value === value)) {
    options.push({ value, label: calendars === null ? value : t('calendarGone', { id: value }) });
  }
  const unlisted = state === 'authorized' && !calendarListGranted;
  return (
    <SelectField
      label={t('calendar')}
      value={value}
      options={options}
      onChange={onChange}
      error={error}
      help={
        state !== 'authorized' ? (
          <>
            {t('calendarNotAuthorized')} <a href="/integrations/google">{t('authorizeFirst')}</a>
          </>
        ) : (
          t(unlisted ? 'calendarNotListed' : 'calendarHelp')
        )
      }
    />
  );
}

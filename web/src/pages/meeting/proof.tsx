import type { ComponentChildren } from 'preact';
import type { MeetingDetail } from '../../../../src/contracts/http.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { type Pair, SideBySide } from '../../components/side-by-side.tsx';
import { StatusText } from '../../components/status-text.tsx';
import { useAgentStatus } from '../../data/agent-status.ts';
import { duration, meetingTime } from '../../format.ts';
import { t } from '../../messages/t.ts';
import { differencesOf } from '../../proof.ts';
import { type Asked, type Entry, type Person, type Recorded, readAsked, readRecorded } from '../../read.ts';

const SHOWN = 12;

/** What the PBX asked for beside what the calendar is known to hold. */
export function Proof({ meeting }: { meeting: MeetingDetail }) {
  const account = useAgentStatus().data?.google.account ?? null;
  const asked = readAsked(meeting.asked);
  const main = meeting.held.map(readRecorded).find((item) => item?.occurrence === null) ?? null;
  const entry = main?.state === 'live' ? main.entry : null;
  if (asked === null && entry === null) return <EmptyState title={noEntry(main, meeting)} />;
  const differs = asked === null || entry === null ? null : differencesOf(asked, entry, account);
  return (
    <>
      {differs === null ? null : differs.size === 0 ? (
        <StatusText tone="good">{t('proofSame')}</StatusText>
      ) : (
        <StatusText tone="warning">{t('proofDiffers', { count: differs.size })}</StatusText>
      )}
      {asked === null ? <p>{t('proofWithdrawn')}</p> : null}
      {entry === null ? <p>{noEntry(main, meeting)}</p> : null}
      <SideBySide
        caption={t('proofTitle')}
        left={t('proofAsked')}
        right={t('proofHeld')}
        pairs={pairs({ asked, entry, calendarId: main?.calendarId ?? '', account, differs: differs ?? new Set() })}
      />
    </>
  );
}

function noEntry(main: Recorded | null, meeting: MeetingDetail): string {
  if (main?.state === 'removed') return t('proofRemoved');
  if (main?.state === 'deleted-by-person') return t('proofByPerson');
  if (main?.state === 'intended') return t('proofIntended');
  return t(meeting.state === 'cancelled' ? 'proofWithdrawn' : 'proofNoEntry');
}

function pairs(proof: {
  asked: Asked | null;
  entry: Entry | null;
  calendarId: string;
  account: string | null;
  differs: Set<string>;
}): Pair[] {
  const { asked, entry, calendarId, account, differs } = proof;
  const row = (
    label: string,
    field: string,
    left: (asked: Asked) => ComponentChildren,
    right: (entry: Entry) => ComponentChildren,
  ): Pair => ({
    label,
    left: asked === null ? '' : left(asked),
    right: entry === null ? '' : right(entry),
    differs: differs.has(field),
  });
  const time = (start: string | null, end: string | null) =>
    meetingTime({ start, end, startsAt: null, endsAt: null }) ?? t('timeUnknown');
  const invitees = row(
    t('fieldInvitees'),
    'guests',
    ({ host, invitees: people }) => <People lines={[...(host === null ? [] : [host]), ...people].map(personInWords)} />,
    ({ guests }) => {
      const organizer = account !== null && !guests.includes(account) ? [t('organizer', { email: account })] : [];
      return <People lines={[...organizer, ...guests]} />;
    },
  );
  return [
    row(
      t('fieldSubject'),
      'subject',
      (it) => it.subject || t('noSubject'),
      (it) => it.summary,
    ),
    row(
      t('fieldTime'),
      'time',
      (it) => time(it.start, it.end),
      (it) => time(it.start, it.end),
    ),
    row(
      t('fieldZone'),
      'zone',
      (it) => it.timeZone || t('notKnown'),
      (it) => it.zone,
    ),
    row(
      t('fieldRepeat'),
      'repeat',
      (it) => <Rule lines={it.rrule === null ? [] : [it.rrule]} />,
      (it) => <Rule lines={it.recurrence} />,
    ),
    row(
      t('fieldRoom'),
      'room',
      (it) => it.room || t('none'),
      (it) => it.location || t('none'),
    ),
    invitees,
    row(t('fieldReminder'), 'reminder', reminderAsked, (it) => <People lines={it.reminders.map(reminderInWords)} />),
    row(
      t('fieldCalendar'),
      'calendar',
      () => '',
      () => calendarId,
    ),
  ];
}

function reminderAsked({ emailReminderMinutes: minutes }: Asked): string {
  return minutes === null || minutes <= 0 ? t('reminderNone') : reminderInWords({ method: 'email', minutes });
}

function reminderInWords({ method, minutes }: { method: string; minutes: number }): string {
  return t(method === 'email' ? 'reminderEmail' : 'reminderPopup', { time: duration(minutes) });
}

function personInWords({ name, extension, email }: Person): string {
  const called = [name, extension].filter((part) => part !== null && part !== '').join(', ');
  if (email === null) return t('noAddress', { name: called });
  return called === '' ? email : `${email} (${called})`;
}

function Rule({ lines }: { lines: string[] }) {
  if (lines.length === 0) return <>{t('repeatNo')}</>;
  return (
    <>
      {lines.map((line) => (
        <code key={line} class="line">
          {line}
        </code>
      ))}
    </>
  );
}

/** A long list shows its beginning and opens on demand. */
function People({ lines }: { lines: string[] }) {
  if (lines.length === 0) return <>{t('none')}</>;
  const first = lines.slice(0, SHOWN);
  const rest = lines.slice(SHOWN);
  return (
    <>
      <ul class="plain">
        {first.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {rest.length === 0 ? null : (
        <details>
          <summary>{t('moreGuests', { count: rest.length })}</summary>
          <ul class="plain">
            {rest.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { Device, MeetingPage as MeetingList, MeetingRow } from '../../../src/contracts/http.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Loading } from '../components/loading.tsx';
import { MeetingState, STATES, stateWords } from '../components/meeting-state.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { Pager, usePaging } from '../components/pager.tsx';
import { ProblemCard } from '../components/problem-card.tsx';
import { StatusText } from '../components/status-text.tsx';
import { Table } from '../components/table.tsx';
import { MeetingTime } from '../components/time.tsx';
import { problemsAt, useAgentStatus } from '../data/agent-status.ts';
import { useLoad } from '../data/hooks.ts';
import { t } from '../messages/t.ts';

const LOOK_MS = 10_000;
const PER_PAGE = '50';
const TYPING_MS = 300;

/** The filters stand in the address, so that a filtered list can be linked to and Back undoes a filter. */
export function MeetingsPage() {
  const { query, route } = useLocation();
  const status = useAgentStatus();
  const devices = useLoad<Device[]>('/api/v1/devices');
  const [typed, setTyped] = useState(query['q'] ?? '');
  const filters = { state: query['state'] ?? '', device: query['device'] ?? '', q: query['q'] ?? '' };
  const filtered = Object.values(filters).some((value) => value !== '');

  const narrow = (change: Partial<typeof filters>) => {
    const search = searchOf({ ...filters, ...change });
    route(`/meetings${search === '' ? '' : `?${search}`}`, true);
  };
  useEffect(() => {
    if (typed === filters.q) return;
    const timer = setTimeout(() => narrow({ q: typed }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const search = searchOf({ limit: PER_PAGE, ...filters });
  const paging = usePaging(search);
  const cursor = paging.cursor === null ? '' : `&cursor=${encodeURIComponent(paging.cursor)}`;
  const { data, failure } = useLoad<MeetingList>(`/api/v1/meetings?${search}${cursor}`, LOOK_MS, 'meetings');
  return (
    <>
      <PageTitle>{t('meetings')}</PageTitle>
      {problemsAt(status.data?.problems ?? [], '/meetings').map((problem) => (
        <ProblemCard
          key={problem.id}
          problem={problem}
          here={`/meetings${filters.state === '' ? '' : `?state=${filters.state}`}`}
        />
      ))}
      <FailureNotice failure={failure} />
      <Card>
        <search class="filters">
          <TextField
            label={t('searchLabel')}
            placeholder={t('searchHelp')}
            value={typed}
            onInput={setTyped}
            maxLength={200}
          />
          <SelectField
            label={t('stateLabel')}
            value={filters.state}
            onChange={(state) => narrow({ state })}
            options={[
              { value: '', label: t('everyState') },
              ...STATES.map((value) => ({ value, label: stateWords(value) })),
            ]}
          />
          <SelectField
            label={t('colDevice')}
            value={filters.device}
            onChange={(device) => narrow({ device })}
            options={[
              { value: '', label: t('everyDevice') },
              ...(devices.data ?? []).map(({ deviceId, name }) => ({ value: deviceId, label: name ?? deviceId })),
            ]}
          />
        </search>
        <HeldFile held={status.data?.queue.held ?? 0} />
        {data === null ? (
          <Loading />
        ) : data.items.length === 0 && filtered ? (
          <EmptyState title={t('meetingsNoneTitle')}>
            <Button
              onClick={() => {
                setTyped('');
                route('/meetings', true);
              }}
            >
              {t('clearFilters')}
            </Button>
          </EmptyState>
        ) : (
          <>
            <MeetingTable meetings={data.items} devices={devices.data ?? []} />
            <Pager paging={paging} nextCursor={data.nextCursor} />
          </>
        )}
      </Card>
    </>
  );
}

/** While Google cannot be written to, the waiting meetings can be carried into a calendar by hand. */
function HeldFile({ held }: { held: number }) {
  if (held === 0) return null;
  return (
    <div class="row">
      <a class="button" href="/api/v1/meetings.ics?state=held" download="meetings-held.ics">
        {t('downloadHeld', { count: held })}
      </a>
    </div>
  );
}

/** @param devices given = a column names the device of each meeting */
export function MeetingTable({ meetings, devices }: { meetings: MeetingRow[]; devices?: Device[] }) {
  if (meetings.length === 0) {
    return (
      <EmptyState title={t('meetingsEmptyTitle')}>
        <p>{t('meetingsEmptyText')}</p>
      </EmptyState>
    );
  }
  const nameOf = (id: string) => devices?.find((device) => device.deviceId === id)?.name ?? id;
  return (
    <Table
      caption={t('meetings')}
      rows={meetings}
      rowKey={(meeting) => `${meeting.deviceId}/${meeting.uid}`}
      columns={[
        {
          label: t('colSubject'),
          width: 'wide',
          cell: (meeting) => (
            <>
              <a class="strong" href={`/meetings/${meeting.deviceId}/${encodeURIComponent(meeting.uid)}`}>
                {meeting.subject || t('noSubject')}
              </a>
              <span class="hint line">{meeting.uid}</span>
            </>
          ),
        },
        {
          label: t('colTime'),
          width: 'time',
          cell: (meeting) => (
            <>
              <MeetingTime times={meeting} zone={meeting.timeZone} />
              {meeting.recurring ? (
                <span class="hint line with-icon">
                  <Icon name="repeat" />
                  {t('series')}
                </span>
              ) : null}
            </>
          ),
        },
        ...(devices === undefined || devices.length < 2
          ? []
          : [{ label: t('colDevice'), cell: (meeting: MeetingRow) => nameOf(meeting.deviceId) }]),
        { label: t('colState'), cell: (meeting) => <StateCell meeting={meeting} /> },
      ]}
    />
  );
}

function StateCell({ meeting }: { meeting: MeetingRow }) {
  return (
    <>
      <MeetingState state={meeting.state} />
      {meeting.error === null ? null : <span class="hint line">{meeting.error.title}</span>}
      {meeting.warnings.length === 0 ? null : (
        <span class="line small">
          <StatusText tone="warning">{t('warningCount', { count: meeting.warnings.length })}</StatusText>
        </span>
      )}
    </>
  );
}

function searchOf(parameters: Record<string, string>): string {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
}

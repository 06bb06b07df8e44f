import { useRoute } from 'preact-iso';
import type { MeetingDetail } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facts } from '../../components/facts.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { LiesWith } from '../../components/lies-with.tsx';
import { Link } from '../../components/link.tsx';
import { Loading } from '../../components/loading.tsx';
import { MeetingState } from '../../components/meeting-state.tsx';
import { Notice } from '../../components/notice.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Table } from '../../components/table.tsx';
import { Instant } from '../../components/time.tsx';
import { useToast } from '../../components/toast.tsx';
import { Way } from '../../components/way.tsx';
import { call } from '../../data/api.ts';
import { useAction, useLoad } from '../../data/hooks.ts';
import { useMay } from '../../data/person.ts';
import { instant, meetingTime, readerTime, readerZone, relative } from '../../format.ts';
import { t } from '../../messages/t.ts';
import { readNextAttempt } from '../../read.ts';
import { NotFoundPage } from '../not-found.tsx';
import { NextOccurrences } from './next-occurrences.tsx';
import { Occurrences } from './occurrences.tsx';
import { Proof } from './proof.tsx';
import { ReadBack } from './read-back.tsx';

const LOOK_MS = 5_000;

export function MeetingPage() {
  const { params } = useRoute();
  const path = `/api/v1/meetings/${params['device'] ?? ''}/${encodeURIComponent(params['uid'] ?? '')}`;
  const { data, failure, reload } = useLoad<MeetingDetail>(path, LOOK_MS, 'meetings');
  if (data === null) {
    // 400: the address names what no meeting could be called.
    if (failure?.problem.status === 404 || failure?.problem.status === 400) return <NotFoundPage />;
    return (
      <>
        <PageTitle>{t('meeting')}</PageTitle>
        {failure === null ? <Loading /> : <FailureNotice failure={failure} retry={reload} />}
      </>
    );
  }
  return (
    <>
      <div class="title-row">
        <div>
          <a class="back" href="/meetings">
            {t('backToMeetings')}
          </a>
          <PageTitle>{data.subject || t('noSubject')}</PageTitle>
        </div>
        <MeetingState state={data.state} />
      </div>
      <FailureNotice failure={failure} />
      <MeetingError meeting={data} />
      <Warnings meeting={data} />
      <Summary meeting={data} path={path} onChange={reload} />
      <Card title={t('proofTitle')}>
        <Proof meeting={data} />
        <ReadBack meeting={data} path={path} />
      </Card>
      <NextOccurrences meeting={data} />
      <Occurrences meeting={data} />
      <Card title={t('historyTitle')}>
        {data.history.length === 0 ? (
          <EmptyState title={t('historyEmpty')} />
        ) : (
          <Table
            caption={t('historyTitle')}
            rows={data.history.map((item, at) => ({ ...item, key: `${item.at} ${at}` }))}
            rowKey={(item) => item.key}
            columns={[
              { label: t('colWhen'), cell: (item) => <Instant at={item.at} /> },
              { label: t('colWhat'), cell: (item) => item.action.charAt(0).toUpperCase() + item.action.slice(1) },
              { label: t('colDetail'), width: 'wide', cell: (item) => item.detail },
            ]}
          />
        )}
      </Card>
    </>
  );
}

function MeetingError({ meeting: { error, state, result, attempts } }: { meeting: MeetingDetail }) {
  if (error === null) return null;
  const next = state === 'pending' ? readNextAttempt(result) : null;
  return (
    <Notice
      tone={state === 'failed' ? 'danger' : 'warning'}
      title={error.title}
      action={error.link === null ? null : <Way link={error.link} />}
    >
      {error.cause === undefined ? null : <p>{error.cause}</p>}
      <p>{error.fix}</p>
      <LiesWith fault={error.fault} />
      {next === null ? null : (
        <p class="hint">
          {t('nextAttempt', { count: attempts, when: instant(next), ago: relative(next, Date.now()) })}
        </p>
      )}
    </Notice>
  );
}

function Warnings({ meeting: { warnings } }: { meeting: MeetingDetail }) {
  if (warnings.length === 0) return null;
  return (
    <Notice tone="warning" title={t('warningsTitle', { count: warnings.length })}>
      <ul class="plain">
        {warnings.map((warning) => (
          <li key={warning.code + warning.path}>{warning.message}</li>
        ))}
      </ul>
    </Notice>
  );
}

function Summary({ meeting, path, onChange }: { meeting: MeetingDetail; path: string; onChange: () => void }) {
  const action = useAction();
  const toast = useToast();
  const retry = () =>
    action.run(async () => {
      await call('POST', `${path}/retry`);
      toast(t('retryDone'));
      onChange();
    });
  const mayRetry = useMay('scheduler');
  // The end of a series is the one of its last occurrence: its times are told one by one, below.
  const yours = meeting.recurring ? null : readerTime(meeting);
  const open = meeting.state === 'failed' || meeting.state === 'held' || meeting.state === 'pending';
  return (
    <Card>
      <Facts
        items={[
          [
            t('factTime'),
            <>
              <strong>{meetingTime(meeting) ?? t('timeUnknown')}</strong>
              <span class="hint line">
                {meeting.timeZone}
                {meeting.recurring ? `, ${t('series')}` : ''}
              </span>
            </>,
          ],
          [
            t('factYours'),
            yours === null ? null : (
              <>
                {yours}
                <span class="hint line">{readerZone()}</span>
              </>
            ),
          ],
          [t('factDevice'), meeting.deviceId],
          [t('factUid'), t('uidSequence', { uid: meeting.uid, sequence: meeting.sequence })],
          [t('factChanged'), <Instant key="changed" at={meeting.updatedAt} />],
        ]}
      />
      <FailureNotice failure={action.failure} />
      <div class="row">
        {open && mayRetry ? (
          <Button kind="primary" busy={action.busy} onClick={retry}>
            {t('retry')}
          </Button>
        ) : null}
        {meeting.htmlLink === null ? null : (
          <Link button href={meeting.htmlLink}>
            {t('openInCalendar')}
          </Link>
        )}
        <a class="button" href={`${path}/ics`} download={`${meeting.uid}.ics`}>
          {t('downloadIcs')}
        </a>
      </div>
    </Card>
  );
}

import type { Device, MeetingPage, Status } from '../../../src/contracts/http.ts';
import { Card, EmptyState, FailureNotice, Loading, Notice, PageTitle, StatusText } from '../components/basics.tsx';
import { ProblemCard } from '../components/problem-card.tsx';
import { Table } from '../components/table.tsx';
import { ago, instant, wallClock } from '../format.ts';
import { useLoad } from '../hooks.ts';
import { MeetingState } from '../meeting-state.tsx';
import { t } from '../messages/en.ts';

export function OverviewPage() {
  const status = useLoad<Status>('/api/v1/status', 5_000);
  const devices = useLoad<Device[]>('/api/v1/devices', 10_000);
  const meetings = useLoad<MeetingPage>('/api/v1/meetings?limit=8', 5_000);
  const { data } = status;
  return (
    <>
      <PageTitle>{t('overview')}</PageTitle>
      <FailureNotice failure={status.failure} />
      {data === null ? <Loading /> : null}
      {data?.problems.map((problem) => (
        <ProblemCard key={problem.id} problem={problem} />
      ))}
      {data !== null && data.problems.length === 0 ? (
        <Notice tone="good" title={t('allWell')}>
          <p>Meetings go to the calendar of {data.google.account} by themselves.</p>
        </Notice>
      ) : null}
      {data === null ? null : (
        <Card title="Meetings under way">
          <dl class="figures">
            <div>
              <dt>Waiting</dt>
              <dd>{data.queue.pending}</dd>
            </div>
            <div>
              <dt>Held</dt>
              <dd>{data.queue.held}</dd>
            </div>
            <div>
              <dt>Failed</dt>
              <dd>{data.queue.failed}</dd>
            </div>
          </dl>
          {data.queue.oldestAt === null ? null : (
            <p class="quiet-text">The oldest one waits since {instant(data.queue.oldestAt)}.</p>
          )}
        </Card>
      )}
      <Card title="Latest meetings">
        {meetings.data?.items.length === 0 ? (
          <EmptyState title="No meetings yet">
            <p>A meeting appears here as soon as a PBX publishes it.</p>
          </EmptyState>
        ) : (
          <Table
            caption="Latest meetings"
            rows={meetings.data?.items ?? []}
            rowKey={(row) => `${row.deviceId}/${row.uid}`}
            columns={[
              {
                label: 'Subject',
                cell: (row) => (
                  <a href={`/meetings/${row.deviceId}/${encodeURIComponent(row.uid)}`}>
                    {row.subject || '(no subject)'}
                  </a>
                ),
              },
              { label: 'Time', cell: (row) => wallClock(row.start, row.end) },
              { label: 'State', cell: (row) => <MeetingState state={row.state} /> },
            ]}
          />
        )}
      </Card>
      <Card title="Connections">
        <dl class="facts">
          <dt>MQTT broker</dt>
          <dd>
            {data === null ? (
              '-'
            ) : (
              <StatusText tone={data.mqtt.state === 'connected' ? 'good' : 'danger'}>
                {data.mqtt.state === 'connected'
                  ? 'Connected'
                  : data.mqtt.state === 'refused'
                    ? 'Refused'
                    : 'Not reached'}
              </StatusText>
            )}{' '}
            <span class="quiet-text">
              {data?.mqtt.url} {data?.mqtt.embedded === true ? '(embedded)' : ''}
            </span>
          </dd>
          <dt>Google account</dt>
          <dd>{data?.google.account ?? 'none'}</dd>
          <dt>Devices</dt>
          <dd>
            {devices.data === null || devices.data.length === 0
              ? 'none has reported yet'
              : devices.data
                  .map(
                    (device) =>
                      `${device.name ?? device.deviceId} (${device.model ?? 'unknown model'}, ${device.availability})`,
                  )
                  .join(', ')}
          </dd>
          <dt>Version</dt>
          <dd>
            {data?.version}, started {ago(data?.startedAt ?? null)}
          </dd>
        </dl>
      </Card>
    </>
  );
}

import type { Device } from '../../../src/contracts/http.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { ProblemCard } from '../components/problem-card.tsx';
import { StatusText } from '../components/status-text.tsx';
import { type Column, Table } from '../components/table.tsx';
import { Instant } from '../components/time.tsx';
import { useToast } from '../components/toast.tsx';
import type { Tone } from '../components/tone.ts';
import { problemsAt, useAgentStatus } from '../data/agent-status.ts';
import { call } from '../data/api.ts';
import { useAction, useLoad } from '../data/hooks.ts';
import { useMay } from '../data/person.ts';
import { t } from '../messages/t.ts';

const LOOK_MS = 10_000;

export function DevicesPage() {
  const status = useAgentStatus();
  const { data, failure } = useLoad<Device[]>('/api/v1/devices', LOOK_MS, 'devices');
  return (
    <>
      <PageTitle>{t('devices')}</PageTitle>
      {problemsAt(status.data?.problems ?? [], '/devices').map((problem) => (
        <ProblemCard key={problem.id} problem={problem} here="/devices" />
      ))}
      <FailureNotice failure={failure} />
      <Card>{data === null ? <Loading /> : <DeviceTable devices={data} />}</Card>
    </>
  );
}

/** @param short without what only the page of the devices needs */
export function DeviceTable({ devices, short = false }: { devices: Device[]; short?: boolean }) {
  const mayResync = useMay('administrator');
  if (devices.length === 0) {
    return (
      <EmptyState title={t('devicesEmptyTitle')}>
        <p>{t('devicesEmptyText')}</p>
      </EmptyState>
    );
  }
  const columns: Column<Device>[] = [
    {
      label: t('colDevice'),
      cell: (device) => (
        <>
          <strong>{device.name ?? device.deviceId}</strong>
          {device.name === null ? null : <span class="hint line">{device.deviceId}</span>}
        </>
      ),
    },
    {
      label: t('colModel'),
      cell: (device) => (
        <>
          {device.model ?? t('notKnown')} {device.hardware ?? ''}
          {device.series === null ? null : <span class="hint line">{device.series}</span>}
        </>
      ),
    },
    { label: t('colFirmware'), cell: (device) => device.firmware ?? t('notKnown') },
    { label: t('colAvailability'), cell: (device) => <Availability state={device.availability} /> },
    { label: t('colSupport'), width: 'wide', cell: (device) => <Support device={device} /> },
  ];
  if (!short) {
    columns.push({
      label: t('colLastSeen'),
      cell: (device) => (device.lastSeen === null ? t('never') : <Instant at={device.lastSeen} ago />),
    });
    if (mayResync)
      columns.push({ label: t('colMeetings'), width: 'fit', cell: (device) => <Resync device={device} /> });
  }
  return <Table caption={t('devices')} rows={devices} rowKey={(device) => device.deviceId} columns={columns} />;
}

function Availability({ state }: { state: Device['availability'] }) {
  if (state === 'online') return <StatusText tone="good">{t('online')}</StatusText>;
  if (state === 'offline') return <StatusText tone="warning">{t('offline')}</StatusText>;
  return <StatusText tone="quiet">{t('availabilityUnknown')}</StatusText>;
}

const SUPPORT = {
  supported: ['good', 'supported'],
  'firmware-too-old': ['warning', 'supportOld'],
  'unsupported-model': ['warning', 'supportModel'],
  unknown: ['info', 'supportUnknown'],
} as const satisfies Record<Device['support']['state'], [Tone, string]>;

function Support({ device: { support } }: { device: Device }) {
  const [tone, words] = SUPPORT[support.state];
  return (
    <>
      <StatusText tone={tone}>{t(words)}</StatusText>
      <span class="hint line">{support.message}</span>
      {support.state === 'supported' && support.minimum !== null ? (
        <span class="hint line">{t('supportMinimum', { minimum: support.minimum })}</span>
      ) : null}
      {support.state === 'supported' ? null : <span class="hint line">{t('supportHeld')}</span>}
    </>
  );
}

function Resync({ device }: { device: Device }) {
  const action = useAction();
  const toast = useToast();
  const name = device.name ?? device.deviceId;
  const run = () =>
    action.run(async () => {
      await call('POST', `/api/v1/devices/${device.deviceId}/resync`);
      toast(t('resyncDone', { device: name }));
    });
  return (
    <div class="stack-small">
      <Button busy={action.busy} onClick={run} label={t('resyncOf', { device: name })}>
        {t('resync')}
      </Button>
      {device.canResync ? null : <span class="hint">{t('resyncNotOffered')}</span>}
      <FailureNotice failure={action.failure} />
    </div>
  );
}

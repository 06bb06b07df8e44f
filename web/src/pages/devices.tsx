import { useState } from 'preact/hooks';
import type { Device } from '../../../src/contracts/http.ts';
import { call } from '../api.ts';
import { Button, Card, EmptyState, FailureNotice, Loading, PageTitle, StatusText } from '../components/basics.tsx';
import { Table } from '../components/table.tsx';
import { ago } from '../format.ts';
import { useAction, useLoad } from '../hooks.ts';
import { t } from '../messages/en.ts';

export function DevicesPage() {
  const { data, failure } = useLoad<Device[]>('/api/v1/devices', 10_000);
  return (
    <>
      <PageTitle>{t('devices')}</PageTitle>
      <FailureNotice failure={failure} />
      <Card>
        {data === null ? (
          <Loading />
        ) : data.length === 0 ? (
          <EmptyState title="No PBX has reported yet">
            <p>A PBX appears here once its bridge publishes its identity over MQTT.</p>
          </EmptyState>
        ) : (
          <Table
            caption={t('devices')}
            rows={data}
            rowKey={(row) => row.deviceId}
            columns={[
              {
                label: 'Device',
                cell: (row) => (
                  <>
                    <strong>{row.name ?? row.deviceId}</strong>
                    <br />
                    <span class="quiet-text small">{row.deviceId}</span>
                  </>
                ),
              },
              {
                label: 'Model',
                cell: (row) => (
                  <>
                    {row.model ?? 'not known'} {row.hardware ?? ''}
                    <br />
                    <span class="quiet-text small">{row.series ?? ''}</span>
                  </>
                ),
              },
              { label: 'Firmware', cell: (row) => row.firmware ?? 'not known' },
              {
                label: 'Availability',
                cell: (row) => (
                  <StatusText
                    tone={row.availability === 'online' ? 'good' : row.availability === 'offline' ? 'warning' : 'info'}
                  >
                    {row.availability}
                  </StatusText>
                ),
              },
              {
                label: 'Support',
                cell: (row) => (
                  <>
                    <StatusText tone={row.support.state === 'supported' ? 'good' : 'warning'}>
                      {row.support.state === 'supported' ? 'Supported' : 'Holds new meetings'}
                    </StatusText>
                    <br />
                    <span class="quiet-text small">{row.support.message}</span>
                  </>
                ),
              },
              { label: 'Last seen', cell: (row) => <span title={row.lastSeen ?? ''}>{ago(row.lastSeen)}</span> },
              { label: 'Meetings', cell: (row) => <Resync device={row} /> },
            ]}
          />
        )}
      </Card>
    </>
  );
}

function Resync({ device }: { device: Device }) {
  const [asked, setAsked] = useState(false);
  const action = useAction();
  const run = () =>
    action.run(async () => {
      await call('POST', `/api/v1/devices/${device.deviceId}/resync`);
      setAsked(true);
    });
  return (
    <div class="stack-small">
      <Button busy={action.busy} onClick={run}>
        Resync
      </Button>
      <span aria-live="polite" class="small">
        {asked ? 'The PBX was asked for all its meetings.' : ''}
      </span>
      <FailureNotice failure={action.failure} />
    </div>
  );
}

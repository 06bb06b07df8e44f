import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { Device, MeetingPage as Page } from '../../../src/contracts/http.ts';
import { Button, Card, EmptyState, FailureNotice, Loading, PageTitle } from '../components/basics.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { Table } from '../components/table.tsx';
import { instant, wallClock } from '../format.ts';
import { useLoad } from '../hooks.ts';
import { MeetingState, STATES } from '../meeting-state.tsx';
import { t } from '../messages/en.ts';

export function MeetingsPage() {
  const { query } = useLocation();
  const [state, setState] = useState(query['state'] ?? '');
  const [device, setDevice] = useState('');
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState<string | null>(null);
  const devices = useLoad<Device[]>('/api/v1/devices');
  const search = new URLSearchParams({ limit: '50' });
  if (state !== '') search.set('state', state);
  if (device !== '') search.set('device', device);
  if (text !== '') search.set('q', text);
  if (cursor !== null) search.set('cursor', cursor);
  const { data, failure } = useLoad<Page>(`/api/v1/meetings?${search}`, 10_000);
  const narrow = (change: () => void) => {
    setCursor(null);
    change();
  };
  const filtered = state !== '' || device !== '' || text !== '';
  return (
    <>
      <PageTitle>{t('meetings')}</PageTitle>
      <FailureNotice failure={failure} />
      <Card>
        <TextField
          label="Search"
          value={text}
          onInput={(value) => narrow(() => setText(value))}
          placeholder="Subject or uid"
        />
        <SelectField
          label="State"
          value={state}
          onChange={(value) => narrow(() => setState(value))}
          options={[{ value: '', label: 'Every state' }, ...STATES.map((value) => ({ value, label: t(value) }))]}
        />
        <SelectField
          label="Device"
          value={device}
          onChange={(value) => narrow(() => setDevice(value))}
          options={[
            { value: '', label: 'Every device' },
            ...(devices.data ?? []).map((item) => ({ value: item.deviceId, label: item.name ?? item.deviceId })),
          ]}
        />
      </Card>
      <Card>
        {data === null ? (
          <Loading />
        ) : data.items.length === 0 ? (
          <EmptyState title={filtered ? 'No meeting fits' : 'No meetings yet'}>
            <p>{filtered ? 'Change the filter above.' : 'A meeting appears here as soon as a PBX publishes it.'}</p>
          </EmptyState>
        ) : (
          <>
            <Table
              caption={t('meetings')}
              rows={data.items}
              rowKey={(row) => `${row.deviceId}/${row.uid}`}
              columns={[
                {
                  label: 'Subject',
                  cell: (row) => (
                    <>
                      <a href={`/meetings/${row.deviceId}/${encodeURIComponent(row.uid)}`}>
                        {row.subject || '(no subject)'}
                      </a>
                      <br />
                      <span class="quiet-text small">{row.uid}</span>
                    </>
                  ),
                },
                {
                  label: 'Time',
                  cell: (row) => (
                    <>
                      {wallClock(row.start, row.end)} {row.recurring ? '(series)' : ''}
                      <br />
                      <span class="quiet-text small">
                        {row.timeZone}
                        {row.startsAt === null ? '' : ` · for you ${instant(row.startsAt)}`}
                      </span>
                    </>
                  ),
                },
                {
                  label: 'State',
                  cell: (row) => (
                    <>
                      <MeetingState state={row.state} />
                      {row.error === null ? null : <div class="small">{row.error.title}</div>}
                      {row.warnings.length === 0 ? null : (
                        <div class="quiet-text small">
                          {row.warnings.length === 1 ? 'One warning' : `${row.warnings.length} warnings`}
                        </div>
                      )}
                    </>
                  ),
                },
              ]}
            />
            <div class="row">
              {cursor === null ? null : <Button onClick={() => setCursor(null)}>First page</Button>}
              {data.nextCursor === null ? null : <Button onClick={() => setCursor(data.nextCursor)}>Next page</Button>}
            </div>
          </>
        )}
      </Card>
    </>
  );
}

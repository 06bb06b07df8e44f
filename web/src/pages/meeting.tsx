import type { MeetingDetail } from '../../../src/contracts/http.ts';
import { call } from '../api.ts';
import { Button, Card, FailureNotice, Loading, Notice, PageTitle } from '../components/basics.tsx';
import { Table } from '../components/table.tsx';
import { instant, wallClock } from '../format.ts';
import { useAction, useLoad } from '../hooks.ts';
import { MeetingState } from '../meeting-state.tsx';

interface Asked {
  subject: string;
  start: string;
  end: string;
  timeZone: string;
  room: string | null;
  agenda: string;
  host: { name: string | null; email: string | null; extension: string | null } | null;
  invitees: { name: string | null; email: string | null; extension: string | null }[];
  recurrence: { rrule: string } | null;
}
interface Held {
  occurrence: string | null;
  state: string;
  calendarId: string;
  entry: {
    summary: string;
    location: string;
    start: { local: string; zone: string };
    end: { local: string };
    guests: { email: string }[];
    recurrence: string[];
  } | null;
}

export function MeetingPage({ device = '', uid = '' }: { device?: string; uid?: string }) {
  const address = `/api/v1/meetings/${device}/${encodeURIComponent(uid)}`;
  const { data, failure, reload } = useLoad<MeetingDetail>(address, 5_000);
  const action = useAction();
  if (data === null) {
    return (
      <>
        <PageTitle>Meeting</PageTitle>
        <FailureNotice failure={failure} />
        {failure === null ? <Loading /> : null}
      </>
    );
  }
  const asked = data.asked as Asked | null;
  const held = data.held as Held[];
  const main = held.find((item) => item.occurrence === null) ?? null;
  const retry = () => action.run(async () => call('POST', `${address}/retry`).then(reload));
  return (
    <>
      <PageTitle>{data.subject || '(no subject)'}</PageTitle>
      <FailureNotice failure={failure ?? action.failure} />
      {data.error === null ? null : (
        <Notice
          tone={data.state === 'failed' ? 'danger' : 'warning'}
          title={data.error.title}
          action={
            data.error.link === null ? undefined : (
              <a class="button" href={data.error.link}>
                Go there
              </a>
            )
          }
        >
          <p>{data.error.fix}</p>
        </Notice>
      )}
      {data.warnings.length === 0 ? null : (
        <Notice tone="warning" title={data.warnings.length === 1 ? 'One warning' : `${data.warnings.length} warnings`}>
          {data.warnings.map((warning) => (
            <p key={warning.path + warning.code}>{warning.message}</p>
          ))}
        </Notice>
      )}
      <Card>
        <div class="row spread">
          <MeetingState state={data.state} />
          <div class="row">
            {data.htmlLink === null ? null : (
              <a class="button" href={data.htmlLink} target="_blank" rel="noopener noreferrer">
                Open in the calendar
              </a>
            )}
            <a class="button" href={`${address}/ics`} download>
              Download ICS
            </a>
            <Button busy={action.busy} onClick={retry}>
              Retry
            </Button>
          </div>
        </div>
        <dl class="facts">
          <dt>Time</dt>
          <dd>
            {wallClock(data.start, data.end)} <span class="quiet-text">{data.timeZone}</span>
          </dd>
          <dt>For you</dt>
          <dd>{instant(data.startsAt)}</dd>
          <dt>Device</dt>
          <dd>{data.deviceId}</dd>
          <dt>Identifier</dt>
          <dd>
            {data.uid}, sequence {data.sequence}
          </dd>
        </dl>
      </Card>
      <div class="two">
        <Card title="What the PBX asked for">
          {asked === null ? (
            <p class="quiet-text">The meeting is withdrawn.</p>
          ) : (
            <dl class="facts">
              <dt>Subject</dt>
              <dd>{asked.subject}</dd>
              <dt>Time</dt>
              <dd>
                {wallClock(asked.start, asked.end)} {asked.timeZone}
              </dd>
              <dt>Repeat</dt>
              <dd>{asked.recurrence?.rrule ?? 'no'}</dd>
              <dt>Room</dt>
              <dd>{asked.room ?? 'none'}</dd>
              <dt>Host</dt>
              <dd>{person(asked.host)}</dd>
              <dt>Invitees</dt>
              <dd>
                {asked.invitees.length === 0
                  ? 'none'
                  : asked.invitees.map((item) => <div key={person(item)}>{person(item)}</div>)}
              </dd>
            </dl>
          )}
        </Card>
        <Card title="What the calendar holds">
          {main?.entry == null || main.state !== 'live' ? (
            <p class="quiet-text">
              {main?.state === 'removed'
                ? 'The entry was removed.'
                : main?.state === 'deleted-by-person'
                  ? 'A person deleted the entry.'
                  : 'No entry yet.'}
            </p>
          ) : (
            <dl class="facts">
              <dt>Subject</dt>
              <dd>{main.entry.summary}</dd>
              <dt>Time</dt>
              <dd>
                {wallClock(main.entry.start.local, main.entry.end.local)} {main.entry.start.zone}
              </dd>
              <dt>Repeat</dt>
              <dd>{main.entry.recurrence.join(' ') || 'no'}</dd>
              <dt>Room</dt>
              <dd>{main.entry.location || 'none'}</dd>
              <dt>Calendar</dt>
              <dd>{main.calendarId}</dd>
              <dt>Guests</dt>
              <dd>
                {main.entry.guests.length === 0
                  ? 'none'
                  : main.entry.guests.map((guest) => <div key={guest.email}>{guest.email}</div>)}
              </dd>
            </dl>
          )}
        </Card>
      </div>
      <Card title="History">
        <Table
          caption="History"
          rows={data.history}
          rowKey={(row) => row.at + row.action}
          columns={[
            { label: 'When', cell: (row) => <span title={row.at}>{instant(row.at)}</span> },
            { label: 'What', cell: (row) => row.action },
            { label: 'Detail', cell: (row) => row.detail },
          ]}
        />
      </Card>
    </>
  );
}

function person(item: Asked['host']): string {
  if (item === null) return 'none';
  const name = item.name ?? item.extension ?? '';
  if (item.email === null) return `${name} (no e-mail address)`;
  return name === '' ? item.email : `${name}, ${item.email}`;
}

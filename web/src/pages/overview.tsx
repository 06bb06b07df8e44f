import type { Device, MeetingPage, Status } from '../../../src/contracts/http.ts';
import { Card } from '../components/card.tsx';
import { Facts } from '../components/facts.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { Link } from '../components/link.tsx';
import { Loading } from '../components/loading.tsx';
import { Notice } from '../components/notice.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { ProblemCard } from '../components/problem-card.tsx';
import { StatusText } from '../components/status-text.tsx';
import type { Tone } from '../components/tone.ts';
import { useAgentStatus } from '../data/agent-status.ts';
import { useLoad } from '../data/hooks.ts';
import { instant, relative } from '../format.ts';
import { t } from '../messages/t.ts';
import { DeviceTable } from './devices.tsx';
import { MeetingTable } from './meetings.tsx';

const LOOK_MS = 10_000;
const LATEST = 6;

export function OverviewPage() {
  const { data: status, failure } = useAgentStatus();
  const devices = useLoad<Device[]>('/api/v1/devices', LOOK_MS, 'devices');
  const latest = useLoad<MeetingPage>(`/api/v1/meetings?limit=${LATEST}`, LOOK_MS, 'meetings');
  return (
    <>
      <PageTitle>{t('overview')}</PageTitle>
      {status === null ? (
        <>
          <FailureNotice failure={failure} />
          <Loading />
        </>
      ) : (
        <>
          <Health status={status} />
          <Queue queue={status.queue} />
        </>
      )}
      <Card title={t('latestTitle')} aside={<a href="/meetings">{t('allMeetings')}</a>}>
        <FailureNotice failure={latest.failure} />
        {latest.data === null ? <Loading /> : <MeetingTable meetings={latest.data.items} />}
      </Card>
      <Card title={t('devices')} aside={<a href="/devices">{t('allDevices')}</a>}>
        <FailureNotice failure={devices.failure} />
        {devices.data === null ? <Loading /> : <DeviceTable devices={devices.data} short />}
      </Card>
      {status === null ? null : <Connections status={status} />}
    </>
  );
}

function Health({ status }: { status: Status }) {
  const { problems, google } = status;
  if (problems.length > 0) {
    return (
      <div class="stack">
        {problems.map((problem) => (
          <ProblemCard key={problem.id} problem={problem} here="/" />
        ))}
      </div>
    );
  }
  if (google.state !== 'authorized') {
    return (
      <Notice
        tone="info"
        title={t('notConnectedTitle')}
        action={
          <Link button="primary" href="/integrations/google">
            {t('wayGoogle')}
          </Link>
        }
      >
        <p>{t('notConnectedText')}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="good" title={t('healthWell')}>
      <p>{t('wellText', { account: google.account ?? '' })}</p>
    </Notice>
  );
}

function Queue({ queue }: { queue: Status['queue'] }) {
  const figures = [
    ['pending', t('queuePending'), t('queuePendingHelp'), queue.pending],
    ['held', t('queueHeld'), t('queueHeldHelp'), queue.held],
    ['failed', t('queueFailed'), t('queueFailedHelp'), queue.failed],
  ] as const;
  const open = queue.pending + queue.held + queue.failed;
  return (
    <Card title={t('queueTitle')}>
      {open === 0 ? <p>{t('queueEmpty')}</p> : null}
      {open === 0 ? null : (
        <ul class="figures">
          {figures.map(([state, label, help, count]) => (
            <li key={state}>
              <a href={`/meetings?state=${state}`} class={count === 0 ? 'zero' : undefined}>
                <span class="figure">{count}</span>
                <span class="figure-label">{label}</span>
                <span class="hint">{help}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {queue.oldestAt === null ? null : (
        <p class="hint">
          {t('queueOldest', { when: instant(queue.oldestAt), ago: relative(queue.oldestAt, Date.now()) })}
        </p>
      )}
    </Card>
  );
}

const MQTT: Record<Status['mqtt']['state'], [Tone, 'mqttConnected' | 'mqttConnecting' | 'mqttRefused']> = {
  connected: ['good', 'mqttConnected'],
  connecting: ['warning', 'mqttConnecting'],
  refused: ['danger', 'mqttRefused'],
};
const GOOGLE = {
  'not-configured': ['info', 'googleNotConfigured'],
  configured: ['info', 'googleConfigured'],
  authorized: ['good', 'googleAuthorized'],
  reauthorize: ['danger', 'googleReauthorize'],
} as const satisfies Record<Status['google']['state'], [Tone, string]>;

function Connections({ status }: { status: Status }) {
  const { mqtt, google, version, startedAt } = status;
  const [mqttTone, mqttWords] = MQTT[mqtt.state];
  const [googleTone, googleWords] = GOOGLE[google.state];
  return (
    <Card title={t('connectionsTitle')}>
      <Facts
        items={[
          [
            t('mqttBroker'),
            <>
              <StatusText tone={mqttTone}>{t(mqttWords)}</StatusText>
              <span class="hint line">
                {mqtt.url}
                {mqtt.embedded ? `, ${t('mqttEmbedded')}` : ''}
              </span>
            </>,
          ],
          [
            t('googleAccount'),
            <>
              <StatusText tone={googleTone}>{t(googleWords)}</StatusText>
              {google.account === null ? null : <span class="hint line">{google.account}</span>}
              {google.consentExpiresAt === null ? null : (
                <span class="hint line">
                  {t(google.consentEndsBecause === 'app-in-testing' ? 'consentEndsTesting' : 'consentEnds', {
                    when: instant(google.consentExpiresAt),
                  })}
                </span>
              )}
            </>,
          ],
          [
            t('adminPages'),
            status.certificate === null ? (
              t('plainHttp')
            ) : (
              <>
                <span>{t(status.certificate.own ? 'certificateOwn' : 'certificateFiles')}</span>
                <span class="hint line">{t('certificateUntil', { when: instant(status.certificate.validTo) })}</span>
                <span class="hint line">
                  {t('certificateFingerprint')} <code>{status.certificate.fingerprint}</code>
                </span>
              </>
            ),
          ],
          [
            t('started'),
            <span title={startedAt}>{t('startedText', { version, ago: relative(startedAt, Date.now()) })}</span>,
          ],
        ]}
      />
    </Card>
  );
}

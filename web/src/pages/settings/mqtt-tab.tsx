import { useState } from 'preact/hooks';
import type { MqttConnection, MqttTest } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Facts } from '../../components/facts.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Notice } from '../../components/notice.tsx';
import { StatusText } from '../../components/status-text.tsx';
import { Instant } from '../../components/time.tsx';
import type { Tone } from '../../components/tone.ts';
import { call } from '../../data/api.ts';
import { useAction, useLoad } from '../../data/hooks.ts';
import { useMay } from '../../data/person.ts';
import { rich, t } from '../../messages/t.ts';

const LOOK_MS = 5_000;
const STATES = {
  connected: ['good', 'mqttConnected'],
  connecting: ['warning', 'mqttConnecting'],
  refused: ['danger', 'mqttRefused'],
} as const satisfies Record<MqttConnection['state'], [Tone, string]>;

/** Settings > MQTT connection: how it is, and a try. What it is made with stands in the environment of the agent. */
export function MqttTab() {
  const { data, failure, reload } = useLoad<MqttConnection>('/api/v1/mqtt', LOOK_MS, 'status');
  const mayTest = useMay('administrator');
  const [outcome, setOutcome] = useState<MqttTest | null>(null);
  const action = useAction();
  const test = () => {
    setOutcome(null);
    action.run(async () => setOutcome(await call<MqttTest>('POST', '/api/v1/mqtt/test')));
  };
  if (data === null) return failure === null ? <Loading /> : <FailureNotice failure={failure} retry={reload} />;
  const [tone, words] = STATES[data.state];
  return (
    <Card title={t('mqttTab')} aside={<StatusText tone={tone}>{t(words)}</StatusText>}>
      <FailureNotice failure={failure} />
      {data.reason === null ? null : (
        <Notice tone={data.state === 'refused' ? 'danger' : 'warning'} title={t('mqttReason', { reason: data.reason })}>
          <p>{t('mqttReasonFix')}</p>
        </Notice>
      )}
      <Facts
        items={[
          [
            t('mqttBroker'),
            <>
              <code>{data.url}</code>
              <span class="hint line">{t(data.embedded ? 'mqttEmbeddedHelp' : 'mqttExternalHelp')}</span>
            </>,
          ],
          [t('user'), data.username ?? t('none')],
          [t('mqttClient'), <code key="client">{data.clientId}</code>],
          [t('mqttTopics'), <code key="topics">{data.topicPrefix}/…</code>],
          [t('mqttSince'), data.since === null ? null : <Instant key="since" at={data.since} ago />],
          [
            t('mqttSession'),
            data.state === 'connected' || data.embedded ? (
              <>
                {t(`mqttSession_${data.session}`)}
                {data.sessionLostAt === null ? null : (
                  <span class="hint line">
                    {t('mqttSessionLost')} <Instant at={data.sessionLostAt} />
                  </span>
                )}
              </>
            ) : null,
          ],
        ]}
      />
      <p class="hint">
        {rich('mqttWhere', {
          url: <code>MQTT_URL</code>,
          user: <code>MQTT_USERNAME</code>,
          document: <a href="/api/v1/asyncapi.json">AsyncAPI</a>,
        })}
      </p>
      {mayTest ? (
        <div class="stack-small">
          <div class="row">
            <Button busy={action.busy} onClick={test}>
              {t('mqttTest')}
            </Button>
          </div>
          <FailureNotice failure={action.failure} />
          <div role="status">
            {outcome === null ? null : (
              <Notice tone="good">
                <p>{rich('mqttTestDone', { topic: <code>{outcome.topic}</code>, time: String(outcome.tookMs) })}</p>
              </Notice>
            )}
          </div>
        </div>
      ) : null}
    </Card>
  );
}

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { connectPbx, type Pbx } from '../fakes/pbx.ts';
import { type AgentProcess, startAgentProcess, startCalendar } from './harness.ts';

describe('what the agent tells about its work', () => {
  let google: GoogleStandIn;
  let agent: AgentProcess;
  let pbx: Pbx;
  let text = '';
  const value = (series: string): number => {
    const line = text.split('\n').find((item) => item.startsWith(`${series} `));
    if (line === undefined) throw new Error(`${series} is not among the metrics`);
    return Number(line.slice(series.length + 1));
  };

  beforeAll(async () => {
    google = await startCalendar();
    agent = await startAgentProcess({ google, env: { METRICS_TOKEN: 'metrics-token' } });
    pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await agent.authorize(google);
    google.faults.add({ match: { method: 'POST', path: /\/events/ }, kind: '500', times: 1 });
    await pbx.send(meetingEvent({ id: 'message-1', data: ahead(7) }));
    await pbx.result('6500-20240429-1', (result) => result.state === 'synced');
    await pbx.send(meetingEvent({ id: 'message-1', data: ahead(7) }));
    await pbx.send('no JSON');
    await pbx.send(meetingEvent({ id: 'message-2', data: { ...ahead(7), uid: 'odd', timeZone: 'Mars/Olympus' } }));
    await pbx.result('odd', (result) => result.state === 'held');
    await pbx.until(() => pbx.rejected.length > 0);
    const answer = await fetch(`${agent.url}/metrics`, { headers: { authorization: 'Bearer metrics-token' } });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    text = await answer.text();
  });
  afterAll(async () => {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('counts messages by what became of them', () => {
    expect(value('pbx_calendar_messages_total{verdict="applied"}')).toBe(2);
    expect(value('pbx_calendar_messages_total{verdict="duplicate"}')).toBe(1);
    expect(value('pbx_calendar_messages_total{verdict="rejected"}')).toBe(1);
    expect(value('pbx_calendar_inbox_seconds_count')).toBe(4);
  });

  it('counts deliveries, failures by code, and measures from the message to the calendar', () => {
    expect(value('pbx_calendar_settled_total{state="synced",code=""}')).toBe(1);
    expect(value('pbx_calendar_settled_total{state="pending",code="google-unavailable"}')).toBe(1);
    expect(value('pbx_calendar_delivery_seconds_count')).toBe(1);
    expect(value('pbx_calendar_delivery_seconds_sum')).toBeGreaterThan(0);
    expect(value('pbx_calendar_meetings_open{state="held",code="zone-unknown"}')).toBe(1);
    expect(value('pbx_calendar_queue_age_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('counts the requests to Google by outcome, and knows the age of the token', () => {
    expect(value('pbx_calendar_google_requests_total{call="events.insert",outcome="ok"}')).toBe(1);
    expect(value('pbx_calendar_google_requests_total{call="events.insert",outcome="google-unavailable"}')).toBe(1);
    expect(value('pbx_calendar_google_requests_total{call="token.exchange",outcome="ok"}')).toBe(1);
    expect(value('pbx_calendar_access_token_age_seconds')).toBeGreaterThanOrEqual(0);
    expect(value('pbx_calendar_authorized')).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('shows no name, address or secret', () => {
    expect(text).not.toMatch(/mycompanyabc|Weekly|c074ad123456|GOCSPX/);
  });

  it.each(['deploy/prometheus/pbx-calendar-agent.rules.yml', 'deploy/grafana/pbx-calendar-agent.json'])(
    'has every figure that %s asks for',
    (file) => {
      const asked = readFileSync(file, 'utf8').match(/\b(pbx_calendar|process|nodejs)_[a-z0-9_]+/g) ?? [];
      const told = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]));
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.filter((name) => !told.has(name.replace(/_bucket$/, '')))).toEqual([]);
    },
  );

  it('leads in the log from the message to the write in the calendar', async () => {
    const lines = agent.output
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { correlation?: string; msg: string });
    const story = lines.filter((line) => line.correlation === 'message-1').map((line) => line.msg);
    expect(story.slice(0, 3)).toEqual(['meeting event taken', 'a write failed', 'calendar written']);
  });
});

import type { AdminDeps } from './deps.ts';

/** Prometheus text exposition format 0.0.4: gauges of the present state. */
export async function metricsText({ ledger, google, ready }: AdminDeps): Promise<string> {
  const queue = await ledger.queue();
  const lines: string[] = [];
  const gauge = (name: string, help: string, values: [string, number][]): void => {
    lines.push(
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...values.map(([labels, value]) => `${name}${labels} ${value}`),
    );
  };
  gauge('pbx_calendar_meetings_open', 'Meetings that are not settled, by state.', [
    ['{state="pending"}', queue.pending],
    ['{state="held"}', queue.held],
    ['{state="failed"}', queue.failed],
  ]);
  gauge(
    'pbx_calendar_meetings_held',
    'Held meetings, by cause.',
    Object.entries(queue.heldByCode).map(([code, count]) => [`{code="${code}"}`, count]),
  );
  gauge('pbx_calendar_authorized', '1 while a Google account is authorized.', [
    ['', google.view().state === 'authorized' ? 1 : 0],
  ]);
  gauge('pbx_calendar_ready', '1 while the ledger is open and MQTT is connected.', [['', ready().ok ? 1 : 0]]);
  return `${lines.join('\n')}\n`;
}

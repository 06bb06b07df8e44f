import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { Actor, AlertChannel, AlertSettingsInput, AlertSettingsView } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import type { Handler } from './server.ts';

type Names = 'alertSettings' | 'saveAlertSettings' | 'newAlertSecret' | 'testAlert';

/** Settings > Alerts. */
export function alertHandlers(
  { alerts, ledger }: AdminDeps,
  actor: (request: FastifyRequest) => Actor,
): Record<Names, Handler> {
  const note = (request: FastifyRequest, action: string, detail: string) =>
    ledger.note({ actor: actor(request), action, subject: 'Alerts', detail });
  return {
    alertSettings: async () => alerts.view(),

    async saveAlertSettings(request) {
      const input = request.body as AlertSettingsInput;
      const before = alerts.view();
      const view = await alerts.save(input);
      const changed = changedMembers(before, view);
      if (input.smtp.password !== undefined) changed.push('smtp.password');
      if (changed.length > 0) await note(request, 'alert settings saved', changed.join(', '));
      return view;
    },

    async newAlertSecret(request) {
      const secret = await alerts.newSecret();
      await note(request, 'signing secret of the webhook made', '');
      return { secret };
    },

    async testAlert(request) {
      const { channel } = request.body as { channel: AlertChannel };
      try {
        const { status, answer, refused, tookMs } = await alerts.test(channel);
        await note(request, 'test alert sent', `${channel}: ${status} after ${tookMs} ms`);
        return { channel, status, answer, refused, tookMs };
      } catch (error) {
        await note(
          request,
          'test alert failed',
          `${channel}: ${error instanceof AppError ? error.code : 'internal-error'}`,
        );
        throw error;
      }
    },
  };
}

/** Names, never values: the trail is read by more people than the settings. */
function changedMembers(before: AlertSettingsView, after: AlertSettingsView): string[] {
  const flat = ({ webhook, smtp, includeMeetings, delaySeconds }: AlertSettingsView) =>
    Object.entries({
      includeMeetings,
      delaySeconds,
      ...prefixed('webhook', webhook),
      ...prefixed('smtp', smtp),
    });
  const earlier = new Map(flat(before).map(([name, value]) => [name, JSON.stringify(value)]));
  return flat(after).flatMap(([name, value]) => (earlier.get(name) === JSON.stringify(value) ? [] : [name]));
}

function prefixed(name: string, members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([member, value]) => [`${name}.${member}`, value]));
}

import type { FastifyRequest } from 'fastify';
import type { Actor, MeetingQuery, MeetingSummary } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

export function meetingHandlers(
  deps: AdminDeps,
  actor: (request: FastifyRequest) => Actor,
): Record<'meetings' | 'meeting' | 'ics' | 'retry', Handler> {
  const { ledger } = deps;

  async function find(request: FastifyRequest) {
    const key = request.params as { device: string; uid: string };
    const found = await ledger.meeting(key);
    if (found === null)
      throw new ApiProblem(404, {
        code: 'not-found',
        title: 'There is no such meeting',
        fix: 'Check the device and the uid.',
      });
    return found;
  }

  return {
    async meetings(request) {
      const query = request.query as {
        device?: string;
        state?: MeetingQuery['state'];
        from?: string;
        to?: string;
        q?: string;
        cursor?: string;
        limit?: string;
      };
      const page = await ledger.meetings({
        device: query.device,
        state: query.state,
        from: query.from === undefined ? undefined : Date.parse(query.from),
        to: query.to === undefined ? undefined : Date.parse(query.to),
        q: query.q,
        cursor: query.cursor,
        limit: Math.min(Number(query.limit ?? 50), 200),
      });
      return { items: page.items.map(item), nextCursor: page.nextCursor };
    },

    async meeting(request) {
      const found = await find(request);
      return {
        ...item(found.summary),
        asked: found.main?.meeting ?? null,
        occurrences: found.occurrences.map(({ occurrence, cancelled, sequence, meeting }) => ({
          occurrence,
          cancelled,
          sequence,
          asked: meeting,
        })),
        held: found.recorded.map(({ occurrence, state, calendarId, eventId, htmlLink, sequence, entry }) => ({
          occurrence,
          state,
          calendarId,
          eventId,
          htmlLink,
          sequence,
          entry: state === 'intended' ? null : entry,
        })),
        attempts: found.attempt,
        result: found.result === null ? null : JSON.parse(found.result),
        history: found.history,
      };
    },

    async ics(request, reply) {
      const found = await find(request);
      const text = deps.icsOf(found);
      if (text === null) {
        throw new ApiProblem(409, {
          code: 'nothing-to-show',
          title: 'There is nothing to show for this meeting',
          fix: 'Its time zone is not known, or only single occurrences have arrived.',
        });
      }
      return reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', `attachment; filename="${found.uid}.ics"`)
        .send(text);
    },

    async retry(request) {
      const found = await find(request);
      await deps.retry({ device: found.device, uid: found.uid });
      await ledger.note({
        actor: actor(request),
        action: 'retry',
        subject: `${found.device}/${found.uid}`,
        detail: '',
      });
      return undefined;
    },
  };
}

function item({ device, startsAt, endsAt, updatedAt, ...rest }: MeetingSummary) {
  return {
    deviceId: device,
    ...rest,
    startsAt: iso(startsAt),
    endsAt: iso(endsAt),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

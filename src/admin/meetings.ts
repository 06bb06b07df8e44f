import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from '../domain/meeting.ts';
import { type NextOccurrence, nextOccurrences } from '../domain/next-occurrences.ts';
import type { Actor, MeetingQuery, MeetingRecord, MeetingSummary } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';

/** How many of the next occurrences of a series are shown. */
const NEXT = 5;
/** More meetings than that in one file no calendar takes at once. */
const MOST_IN_A_FILE = 2_000;

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

export function meetingHandlers(
  deps: AdminDeps,
  actor: (request: FastifyRequest) => Actor,
): Record<'meetings' | 'meeting' | 'preview' | 'ics' | 'meetingsIcs' | 'retry', Handler> {
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

  async function calendarFile(reply: FastifyReply, records: MeetingRecord[], name: string) {
    const zones = new Map((await ledger.devices()).map((item) => [item.device, item.identity?.timeZone ?? null]));
    const text = await deps.icsOf(records.map((record) => ({ record, deviceZone: zones.get(record.device) ?? null })));
    if (text === null) {
      throw new ApiProblem(409, {
        code: 'nothing-to-show',
        title: 'There is nothing to put into a calendar file',
        fix: 'No meeting is in this state, or its time zone or repeat rule cannot be read, or only single occurrences have arrived.',
      });
    }
    return reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}.ics"`)
      .send(text);
  }

  async function zoneOf(device: string): Promise<string | null> {
    const devices = await ledger.devices();
    return devices.find((item) => item.device === device)?.identity?.timeZone ?? null;
  }

  async function next(record: MeetingRecord) {
    const meeting = record.main?.meeting ?? null;
    if (meeting === null) return [];
    const known = { deviceZone: await zoneOf(record.device), occurrences: record.occurrences };
    return nextOccurrences(meeting, deps.clock(), NEXT, known).map(written);
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
      const verify = (request.query as { verify?: string }).verify === 'true';
      return {
        ...(verify ? { verification: await deps.verify(found) } : {}),
        ...item(found.summary),
        nextOccurrences: await next(found),
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
          // Writes whose outcome is not known are the agent's own business.
          entry: state === 'intended' || entry === null ? null : { ...entry, tried: undefined },
        })),
        attempts: found.attempt,
        result: found.result === null ? null : JSON.parse(found.result),
        history: found.history,
      };
    },

    async ics(request, reply) {
      const found = await find(request);
      return calendarFile(reply, [found], found.uid);
    },

    async preview(request) {
      const { deviceId, event } = request.body as { deviceId: string; event: { type?: unknown } };
      const operation = /^pbx\.meeting\.(scheduled|updated|cancelled)\.v1$/.exec(String(event.type))?.[1];
      const answer = await deps.preview({
        device: deviceId,
        operation: (operation ?? 'scheduled') as Operation,
        payload: new TextEncoder().encode(JSON.stringify(event)),
      });
      if (!answer.ok) {
        const { code, title, fix, errors } = answer.rejection;
        const detail = errors.map((error) => `${error.path} ${error.message}`).join('; ');
        throw new ApiProblem(422, { code, title, detail, fix, errors });
      }
      return { ...answer.preview, nextOccurrences: answer.preview.nextOccurrences.map(written) };
    },

    async meetingsIcs(request, reply) {
      const { state = 'held', device } = request.query as { state?: MeetingQuery['state']; device?: string };
      const records: MeetingRecord[] = [];
      let cursor: string | null = null;
      do {
        const page = await ledger.meetings({ state, device, limit: 200, ...(cursor === null ? {} : { cursor }) });
        for (const { device: of, uid } of page.items) {
          const record = await ledger.meeting({ device: of, uid });
          if (record !== null) records.push(record);
        }
        cursor = page.nextCursor;
      } while (cursor !== null && records.length < MOST_IN_A_FILE);
      return calendarFile(reply, records, `meetings-${state}`);
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

function written(next: NextOccurrence) {
  return { ...next, startsAt: iso(next.startsAt), endsAt: iso(next.endsAt) };
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

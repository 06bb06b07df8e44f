import { Readable } from 'node:stream';
import type { LogFilter } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import type { Handler } from './server.ts';

const PAGE = 500;

/** The agent's own log, as far as it is kept in memory. */
export function logHandlers({ lines, clock }: AdminDeps): Record<'logs' | 'logsDownload', Handler> {
  return {
    async logs(request) {
      const { after, limit, ...filter } = request.query as LogFilter & { after?: string; limit?: string };
      const page = lines.newest({
        ...filter,
        after: after === undefined ? undefined : Number(after),
        limit: Math.min(Number(limit ?? PAGE), PAGE),
      });
      return { ...page, level: lines.level };
    },

    async logsDownload(request, reply) {
      const name = `agent-log-${new Date(clock()).toISOString().replace(/[:.]/g, '-')}.ndjson`;
      return reply
        .type('application/x-ndjson')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Readable.from(lines.ndjson(request.query as LogFilter)));
    },
  };
}

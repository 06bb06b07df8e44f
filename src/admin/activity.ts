import { Readable } from 'node:stream';
import type { ActivityItem, ActivityQuery, Ledger } from '../sync/ports.ts';
import { csvRecord } from './csv.ts';
import type { AdminDeps } from './deps.ts';
import type { Handler } from './server.ts';

type Query = {
  cursor?: string;
  limit?: string;
  actor?: string;
  action?: string;
  q?: string;
  from?: string;
  to?: string;
};
const CSV_ROWS = 500;
/** Excel takes a file for UTF-8 only when it begins so. */
const BYTE_ORDER_MARK = '\uFEFF';

export function activityHandlers({
  ledger,
  clock,
}: AdminDeps): Record<'activity' | 'activityNames' | 'activityCsv' | 'rejected', Handler> {
  const limitOf = ({ limit }: Query) => Math.min(Number(limit ?? 50), 200);
  return {
    async activity(request) {
      const query = request.query as Query;
      return ledger.activity({ ...filterOf(query), cursor: query.cursor, limit: limitOf(query) });
    },

    activityNames: async () => ledger.activityNames(),

    async activityCsv(request, reply) {
      const name = `activity-${new Date(clock()).toISOString().slice(0, 10)}.csv`;
      return reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Readable.from(csv(ledger, filterOf(request.query as Query))));
    },

    async rejected(request) {
      const query = request.query as Query;
      return ledger.parked({ cursor: query.cursor, limit: limitOf(query) });
    },
  };
}

function filterOf({ actor, action, q, from, to }: Query): Omit<ActivityQuery, 'cursor' | 'limit'> {
  const instant = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  return { actor, action, q, from: instant(from), to: instant(to) };
}

/** Page by page, so that a long trail neither fills the memory nor holds everything else up. */
async function* csv(ledger: Ledger, filter: Omit<ActivityQuery, 'cursor' | 'limit'>): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvRecord(['when', 'who', 'from', 'what', 'subject', 'detail']);
  let cursor: string | null | undefined;
  do {
    const page: { items: ActivityItem[]; nextCursor: string | null } = await ledger.activity({
      ...filter,
      cursor: cursor ?? undefined,
      limit: CSV_ROWS,
    });
    const rows = page.items.map(({ at, actor, address, action, subject, detail }) =>
      csvRecord([at, actor, address ?? '', action, subject, detail]),
    );
    if (rows.length > 0) yield rows.join('');
    cursor = page.nextCursor;
    // Whoever else waits gets a turn.
    await new Promise((resolve) => setImmediate(resolve));
  } while (cursor !== null);
}

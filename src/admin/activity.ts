import type { AdminDeps } from './deps.ts';
import type { Handler } from './server.ts';

type Page = { cursor?: string; limit?: string };

export function activityHandlers({ ledger }: AdminDeps): Record<'activity' | 'rejected', Handler> {
  const query = (request: { query: unknown }) => {
    const { cursor, limit } = request.query as Page;
    return { cursor, limit: Math.min(Number(limit ?? 50), 200) };
  };
  return {
    activity: async (request) => ledger.activity(query(request)),
    rejected: async (request) => ledger.parked(query(request)),
  };
}

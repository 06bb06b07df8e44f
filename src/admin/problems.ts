import type { FastifyRequest } from 'fastify';
import type { Actor } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';

export function problemHandlers(
  deps: AdminDeps,
  actor: (request: FastifyRequest) => Actor,
): Record<'confirmProblem', Handler> {
  return {
    async confirmProblem(request) {
      const { id } = request.params as { id: string };
      const released = await deps.confirm(id);
      if (released === 'unknown') {
        throw new ApiProblem(404, {
          code: 'problem-unknown',
          title: 'No such problem is open',
          detail: `"${id}" is not, or no longer, among the open problems.`,
          fix: 'Look at the overview: what is still open is listed there.',
        });
      }
      if (released === 'not-confirmable') {
        throw new ApiProblem(409, {
          code: 'not-confirmable',
          title: 'This problem waits for no confirmation',
          fix: 'Do what its card on the overview says; it ends by itself.',
        });
      }
      await deps.ledger.note({
        actor: actor(request),
        action: 'stopped removals confirmed',
        subject: id,
        detail: `${released} ${released === 1 ? 'meeting goes' : 'meetings go'} on`,
      });
      return { released };
    },
  };
}

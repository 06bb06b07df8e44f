import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { Actor } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import type { Handler } from './server.ts';

/** As wide as what the MQTT side takes for an address: what came in must be erasable. */
const ADDRESS = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+\.[^\s@<>(),;:"[\]\\.]+$/;

export function erasureHandlers(deps: AdminDeps, actor: (request: FastifyRequest) => Actor): Record<'erase', Handler> {
  return {
    async erase(request) {
      const email = (request.body as { email: string }).email.trim();
      if (!ADDRESS.test(email)) {
        throw new AppError('schema', 'no address', {
          detail: { email: 'expects one e-mail address, such as ann@example.com' },
        });
      }
      const { address, erased, calendarEntries } = await deps.erase({ email, actor: actor(request) });
      const { count, items } = calendarEntries;
      return {
        address,
        erased,
        calendarEntries: {
          count,
          items: items.map(({ device, ...entry }) => ({ deviceId: device, ...entry })),
        },
        notes: notesOf(count, sameAddress(email, deps.google.view().account)),
      };
    },
  };
}

function notesOf(entries: number, isAccount: boolean): string[] {
  return [
    ...(entries === 0
      ? []
      : [
          'The entries in the calendar were not changed: the address is still among their guests, and is taken off there.',
        ]),
    ...(isAccount
      ? [
          'This is the address of the connected Google account. It stays with the authorization, and as the name of its calendar in the meetings written there.',
        ]
      : []),
    'A PBX that still has the address sends it again with the next change of a meeting: remove it there as well.',
    'Backups made before now still hold it; so may logs that were kept elsewhere.',
  ];
}

function sameAddress(email: string, account: string | null): boolean {
  return account !== null && email.toLowerCase() === account.toLowerCase();
}

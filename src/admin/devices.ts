import type { FastifyRequest } from 'fastify';
import type { Actor } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';

export function deviceHandlers(
  deps: AdminDeps,
  actor: (request: FastifyRequest) => Actor,
): Record<'devices' | 'resync', Handler> {
  const { ledger, supportOf } = deps;
  return {
    async devices() {
      const devices = await ledger.devices();
      return devices.map(({ device, identity, availability, lastSeen }) => {
        const { state, series, minimum, message } = supportOf(identity);
        return {
          deviceId: device,
          name: identity?.name ?? null,
          model: identity?.model ?? null,
          series,
          firmware: identity?.firmware ?? identity?.firmwareRaw ?? null,
          hardware: identity?.hardware ?? null,
          timeZone: identity?.timeZone ?? null,
          availability,
          lastSeen: lastSeen === null ? null : new Date(lastSeen).toISOString(),
          canResync: identity?.capabilities.includes('resync') ?? false,
          support: { state, minimum, message },
        };
      });
    },

    async resync(request) {
      const { device } = request.params as { device: string };
      if (!(await ledger.devices()).some((known) => known.device === device)) {
        throw new ApiProblem(404, {
          code: 'device-not-found',
          title: 'No such device is known',
          detail: `Nothing was heard of a device "${device}".`,
          fix: 'Look at the list of devices; a PBX appears there with its first message.',
        });
      }
      await deps.resync(device);
      await ledger.note({ actor: actor(request), action: 'resync asked for', subject: device, detail: '' });
      return undefined;
    },
  };
}

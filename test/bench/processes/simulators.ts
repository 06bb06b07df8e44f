import { selfSigned } from '../../../firmware-bridge/simulator/certificate.ts';
import { type Simulator, startSimulator } from '../../../firmware-bridge/simulator/server.ts';
import { ahead } from '../../fakes/meeting-event.ts';
import { serve } from './call.ts';

/** Simulated PBXs in a process of their own. */

const pbxs: Simulator[] = [];
const certificate = selfSigned();

const methods = {
  /** Starts PBXs until there are `count`, each with `meetings` meetings. */
  async have(count: number, meetings: number) {
    while (pbxs.length < count) {
      const mac = `c0:74:ad:bb:00:${pbxs.length.toString(16).padStart(2, '0')}`;
      const pbx = await startSimulator({ certificate, mac });
      for (let number = 0; number < meetings; number += 1) {
        pbx.schedule.add({
          subject: `Meeting ${number}`,
          ...ahead(2 + (number % 60), 8 + (number % 9)),
          agenda: 'What was open last time, and what is next.',
          invitees: [{ extension: '1001', name: 'Ann', email: 'ann@example.com' }, { extension: '1002' }],
        });
      }
      pbxs.push(pbx);
    }
    return pbxs.map(({ url, user, password, fingerprint, device }) => ({ url, user, password, fingerprint, device }));
  },
};
export type SimulatorMethods = typeof methods;

serve(methods);

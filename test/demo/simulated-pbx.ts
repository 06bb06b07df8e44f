import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridge } from '../../firmware-bridge/bridge.ts';
import { startSimulator } from '../../firmware-bridge/simulator/server.ts';
import { createLog } from '../../src/log.ts';
import { ahead } from '../fakes/meeting-event.ts';

const EVERY_MS = 20_000;
const SUBJECTS = [
  'Weekly meeting',
  'Budget review',
  'Interview',
  'Planning for spring',
  'Call with the supplier',
  'Retrospective',
];

/** A simulated PBX, on which somebody schedules, moves and cancels meetings now and then, behind the real bridge. */
export async function simulatePbx(mqttUrl: string): Promise<AsyncDisposable> {
  await using parts = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'pbx-bridge-demo-'));
  parts.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const pbx = parts.use(await startSimulator({ identity: 'ucm6304a' }));
  const { schedule } = pbx;
  let count = 0;
  const made: string[] = [];
  const step = () => {
    const number = count;
    count += 1;
    const meeting = schedule.add({
      subject: SUBJECTS[number % SUBJECTS.length] ?? 'Meeting',
      ...ahead(1 + (number % 10), 9 + (number % 7)),
      repeat: number % SUBJECTS.length === 0 ? 'weekly' : 'none',
      agenda: 'What was open last time, and what is next.',
      invitees: [
        { extension: '1001', name: 'Extension 1001', email: 'ext1001@mycompanyabc.com' },
        { extension: '1002' },
        { name: 'Guest', email: 'guest@example.com' },
      ],
    });
    made.push(meeting.id);
    const before = made[number - 1];
    if (number % 3 === 2 && before !== undefined) {
      schedule.edit(before, { subject: `${schedule.get(before).subject} (changed)` });
    }
    const old = made[number - 2];
    if (number % 5 === 4 && old !== undefined) schedule.delete(old);
  };
  for (let index = 0; index < 3; index += 1) step();
  parts.use(
    startBridge({
      config: {
        dataDir,
        logLevel: 'error',
        mqtt: { url: mqttUrl, ca: undefined, prefix: 'pbx' },
        devices: [
          {
            url: pbx.url,
            user: pbx.user,
            password: () => pbx.password,
            tls: { fingerprint: pbx.fingerprint, ca: null, insecure: false, securityLevel: null },
            id: null,
            name: 'Head office',
            timeZone: 'Europe/Berlin',
            pollSeconds: 5,
            holdSeconds: 3_600,
            dialect: null,
            allowWrite: false,
            lookUpAddresses: false,
            mqtt: { username: undefined, password: undefined },
          },
        ],
      },
      log: await createLog(process.env['LOG_LEVEL'] ?? 'error'),
    }),
  );
  const timer = setInterval(step, EVERY_MS);
  parts.defer(() => clearInterval(timer));
  return parts.move();
}

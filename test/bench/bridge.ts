import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { shippedDialects } from '../../firmware-bridge/dialect/load.ts';
import { readCompleteList } from '../../firmware-bridge/pbx/list.ts';
import { Session } from '../../firmware-bridge/pbx/session.ts';
import { openTransport } from '../../firmware-bridge/pbx/transport.ts';
import { startBridgeProcess } from '../firmware-bridge/process.ts';
import { now } from './clock.ts';
import { type Figure, paired } from './figure.ts';
import { startWorker } from './processes/call.ts';
import type { SimulatorMethods } from './processes/simulators.ts';
import { processorMs, residentMegabytes, type Stage } from './stage.ts';
import { spreadOf } from './statistics.ts';

const MEETINGS = 1_000;
const REST_MS = 2_000;

interface Device {
  url: string;
  user: string;
  password: string;
  fingerprint: string;
  device: string;
}

/** (f) The bridge: what a poll costs when nothing changed, against the bare reading of the list; memory per device. */
export async function bridge(stage: Stage): Promise<Figure[]> {
  const rounds = stage.quick ? 3 : 15;
  await using pbx = await startWorker<SimulatorMethods>('./simulators.ts');
  const [one] = await pbx.call.have(1, MEETINGS);
  if (one === undefined) throw new Error('no simulated PBX');
  const wall: { subject: number; reference: number }[] = [];
  const processor: number[] = [];
  {
    await using folder = stage.folder();
    await using subject = await watching(stage, folder.path, [one]);
    stage.say(`${MEETINGS} meetings were read with their details`);
    await using bare = bareReader(one);
    for (let round = 0; round <= rounds; round += 1) {
      const reference = await timed(() => bare.read());
      const before = processorMs(subject.pid);
      const measured = await timed(() => subject.poll(one.device));
      if (round === 0) continue;
      wall.push({ subject: measured, reference });
      processor.push(processorMs(subject.pid) - before);
    }
  }
  const few = await memory(stage, (await pbx.call.have(1, MEETINGS)).slice(0, 1));
  const count = stage.quick ? 10 : 50;
  const small = (await pbx.call.have(count + 1, 100)).slice(1);
  const alone = await memory(stage, small.slice(0, 1));
  const many = await memory(stage, small);
  const plain = { reference: null, ratio: null };
  const exactly = (value: number) => ({ median: value, least: value, most: value });
  return [
    paired(
      {
        name: `f  a poll of ${MEETINGS} unchanged meetings, against reading the list alone`,
        unit: 'ms',
        aim: { of: 'ratio', bound: 'at most', value: 3 },
      },
      wall,
      spreadOf,
    ),
    {
      ...plain,
      name: 'f  its processor time in the bridge',
      unit: 'ms',
      subject: spreadOf(processor),
      aim: { of: 'subject', bound: 'at most', value: 250 },
    },
    {
      ...plain,
      name: `f  memory of a bridge with one device of ${MEETINGS} meetings`,
      unit: 'MB',
      subject: exactly(few),
      aim: null,
    },
    {
      ...plain,
      name: 'f  memory of a bridge with one device of 100 meetings',
      unit: 'MB',
      subject: exactly(alone),
      aim: null,
    },
    {
      ...plain,
      name: `f  memory of each further device of 100 meetings, ${count} devices`,
      unit: 'MB',
      subject: exactly((many - alone) / (count - 1)),
      aim: { of: 'subject', bound: 'at most', value: 5 },
    },
  ];
}

/** Resident memory, after every device was looked at several times. */
async function memory(stage: Stage, devices: Device[]): Promise<number> {
  await using folder = stage.folder();
  await using subject = await watching(stage, folder.path, devices);
  for (let look = 0; look < 5; look += 1) await Promise.all(devices.map(({ device }) => subject.poll(device)));
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return residentMegabytes(subject.pid);
}

/** A bridge that has seen every device once. */
async function watching(stage: Stage, folder: string, devices: Device[]) {
  await using parts = new AsyncDisposableStack();
  const listed = devices.map(({ url, user, password, fingerprint, device }) => {
    writeFileSync(join(folder, `${device}.password`), password, { mode: 0o600 });
    return { url, user, passwordFile: `${device}.password`, fingerprint, timeZone: 'Europe/Berlin' };
  });
  const file = join(folder, 'devices.json');
  writeFileSync(file, JSON.stringify(listed));
  const child = parts.use(
    await startBridgeProcess({
      DEVICES_FILE: file,
      POLL_SECONDS: '3600',
      DATA_DIR: join(folder, 'data'),
      MQTT_URL: stage.broker.url,
      LOG_LEVEL: 'info',
    }),
  );
  const client = await connectAsync(stage.broker.url);
  parts.defer(() => client.endAsync(true));
  const replies = new Map<string, () => void>();
  const identified = new Set<string>();
  let wake = () => {};
  client.on('message', (topic, payload) => {
    const text = payload.toString();
    if (topic.endsWith('/identity')) identified.add(topic.split('/')[1] ?? '');
    else replies.get((JSON.parse(text) as { requestId: string }).requestId)?.();
    wake();
  });
  await client.subscribeAsync(['pbx/+/identity', 'pbx/+/commands/reply'], { qos: 1 });
  while (!devices.every(({ device }) => identified.has(device))) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  let number = 0;
  const poll = (device: string) =>
    new Promise<void>((resolve) => {
      number += 1;
      const requestId = `${child.child.pid}-${number}`;
      replies.set(requestId, resolve);
      client.publish(`pbx/${device}/commands/poll`, JSON.stringify({ requestId }), { qos: 1 });
    });
  await Promise.all(devices.map(({ device }) => poll(device)));
  const owned = parts.move();
  return { pid: child.child.pid ?? 0, poll, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The list as the API gives it, and nothing more. */
function bareReader({ url, user, password, fingerprint }: Device) {
  const dialect = shippedDialects().find((item) => item.id === 'reservation-1');
  if (dialect === undefined) throw new Error('no dialect');
  const transport = openTransport({ url, tls: { fingerprint, ca: null, insecure: false, securityLevel: null } });
  const session = new Session({
    transport,
    user,
    password: () => password,
    clock: Date.now,
    random: Math.random,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    allows: () => true,
  });
  return {
    async read() {
      const rows = await readCompleteList((action, given) => session.call(action, given), dialect.list, []);
      if (rows.length !== MEETINGS) throw new Error(`${rows.length} meetings`);
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      transport[Symbol.dispose]();
    },
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = now();
  await work();
  return now() - from;
}

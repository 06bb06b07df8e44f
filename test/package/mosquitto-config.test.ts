import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, connect as connectMqtt, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { type Mosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { identity } from '../fakes/pbx.ts';
import { addUser, startShippedMosquitto } from '../fakes/shipped-mosquitto.ts';

const PASSWORDS = {
  'calendar-agent': 'the agent has one',
  one: 'the first $PBX \\ "its" own',
  other: 'the other PBX too',
  monitor: 'only looks at it',
};
type User = keyof typeof PASSWORDS;

/** Every topic of the contract for the device `one`, and who may write it. The other side may read it. */
const TOPICS: [topic: string, writer: User][] = [
  ['pbx/one/availability', 'one'],
  ['pbx/one/identity', 'one'],
  ['pbx/one/meetings/scheduled', 'one'],
  ['pbx/one/meetings/updated', 'one'],
  ['pbx/one/meetings/cancelled', 'one'],
  ['pbx/one/commands/reply', 'one'],
  ['pbx/one/meetings/6500-1/result', 'calendar-agent'],
  ['pbx/one/meetings/rejected', 'calendar-agent'],
  ['pbx/one/commands/resync', 'calendar-agent'],
  ['pbx/one/commands/poll', 'calendar-agent'],
  ['pbx/one/commands/schedule', 'calendar-agent'],
];

/** The last topic that each of them hears in the test of reading. */
const ENDS: Record<User, string> = {
  'calendar-agent': 'pbx/other/identity',
  one: 'pbx/one/meetings/end/result',
  other: 'pbx/other/meetings/end/result',
  monitor: 'calendar-agent/agent/availability',
};
/** MQTT 5 section 3.4.2.1 */
const NOT_AUTHORIZED = 135;

const credentials = (user: User): IClientOptions => ({
  username: user,
  password: PASSWORDS[user],
  protocolVersion: 5,
  reconnectPeriod: 0,
});

describe.skipIf(withoutMosquitto)('the Mosquitto configuration that is shipped', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startShippedMosquitto(PASSWORDS);
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  async function connect(user: User, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(broker.url, { ...credentials(user), ...options });
    onTestFinished(() => client.endAsync(true));
    return client;
  }

  /** Whether the broker takes it: in MQTT 5 the PUBACK says so. Mosquitto 2.0 then ends the connection as well. */
  async function mayWrite(user: User, topic: string): Promise<boolean> {
    const client = await connectAsync(broker.url, credentials(user));
    try {
      await client.publishAsync(topic, 'x', { qos: 1 });
      return true;
    } catch (error) {
      if ((error as { code?: number }).code === NOT_AUTHORIZED) return false;
      throw error;
    } finally {
      await client.endAsync(true);
    }
  }

  it('refuses who has no name, a wrong password, or a name that nobody gave', async () => {
    const attempt = (options: IClientOptions) => connectAsync(broker.url, { reconnectPeriod: 0, ...options });
    await expect(attempt({})).rejects.toThrow('Not authorized');
    await expect(attempt({ username: 'one', password: PASSWORDS.other })).rejects.toThrow('Not authorized');
    await expect(attempt({ username: 'third', password: PASSWORDS.one })).rejects.toThrow('Not authorized');
  });

  it('lets each topic be written by one side alone, and by no other PBX', async () => {
    for (const [topic, writer] of TOPICS) {
      for (const user of Object.keys(PASSWORDS) as User[]) {
        expect(await mayWrite(user, topic), `${user} to ${topic}`).toBe(user === writer);
      }
    }
    for (const topic of ['calendar-agent/agent/availability', 'calendar-agent/agent/status']) {
      expect([await mayWrite('calendar-agent', topic), await mayWrite('one', topic)], topic).toEqual([true, false]);
    }
    expect(await mayWrite('calendar-agent', 'somewhere/else')).toBe(false);
  });

  it('lets a PBX read what is for it, the agent what is from PBXs, and nobody the rest', async () => {
    const heard: Record<User, string[]> = { 'calendar-agent': [], one: [], other: [], monitor: [] };
    const last: Promise<void>[] = [];
    for (const user of Object.keys(PASSWORDS) as User[]) {
      const client = await connect(user);
      await client.subscribeAsync('#', { qos: 1 });
      const end = ENDS[user];
      last.push(
        new Promise((resolve) =>
          client.on('message', (topic, payload) => {
            if (payload.toString() === 'end' && topic === end) resolve();
            else if (payload.toString() === 'now') heard[user].push(topic);
          }),
        ),
      );
    }
    const [agent, one, other] = [await connect('calendar-agent'), await connect('one'), await connect('other')];
    const writers = { one, 'calendar-agent': agent, other, monitor: other };
    for (const [topic, writer] of TOPICS) await writers[writer].publishAsync(topic, 'now', { qos: 1 });
    await agent.publishAsync('calendar-agent/agent/status', 'now', { qos: 1 });
    // Messages keep their order, so with these the others have come or will not come.
    for (const topic of Object.values(ENDS)) {
      await (topic === ENDS['calendar-agent'] ? other : agent).publishAsync(topic, 'end', { qos: 1 });
    }
    await Promise.all(last);
    const written = (by: User) => TOPICS.filter(([, writer]) => writer === by).map(([topic]) => topic);
    expect(heard).toEqual({
      // A PBX hears its own replies too when it asks for every command.
      one: ['pbx/one/commands/reply', ...written('calendar-agent')],
      'calendar-agent': written('one'),
      other: [],
      monitor: ['calendar-agent/agent/status'],
    });
  });

  it('keeps every message for an absent agent, also beyond a thousand, and what is retained, over restarts', async () => {
    const session: IClientOptions = {
      clientId: 'calendar-agent-queue',
      clean: false,
      properties: { sessionExpiryInterval: 0xffff_ffff },
    };
    const away = await connect('calendar-agent', session);
    await away.subscribeAsync('pbx/+/meetings/scheduled', { qos: 1 });
    await away.endAsync();

    const many = 1_500;
    const pbx = await connect('one');
    const publish = (text: string) => pbx.publishAsync('pbx/one/meetings/scheduled', text, { qos: 1 });
    await Promise.all(Array.from({ length: many }, (_, index) => publish(`meeting ${index}`)));
    await pbx.publishAsync('pbx/one/identity', 'who it is', { qos: 1, retain: true });
    await broker.stop('SIGTERM');
    await broker.start();

    const late = await connect('one');
    await late.publishAsync('pbx/one/meetings/scheduled', 'before the power cut', { qos: 1 });
    await onDisk(join(broker.folder, 'data'), 'before the power cut');
    await broker.stop('SIGKILL');
    await broker.start();

    const back = connectMqtt(broker.url, { ...session, ...credentials('calendar-agent') });
    onTestFinished(() => back.endAsync(true));
    const received: string[] = [];
    await new Promise<void>((resolve) => {
      back.on('message', (_topic, payload) => {
        received.push(payload.toString());
        if (received.length === many + 1) resolve();
      });
    });
    expect(received).toEqual([
      ...Array.from({ length: many }, (_, index) => `meeting ${index}`),
      'before the power cut',
    ]);
    const retained = new Promise((resolve) => {
      back.on('message', (_topic, payload, packet) => packet.retain && resolve(payload.toString()));
    });
    await back.subscribeAsync('pbx/+/identity', { qos: 1 });
    expect(await retained).toBe('who it is');
  });

  it('carries the main job: the agent and a PBX each with its own name and password', async () => {
    await using google = await startCalendar();
    await using agent = await startAgentProcess({
      google,
      mqttUrl: broker.url,
      env: { MQTT_USERNAME: 'calendar-agent', MQTT_PASSWORD: PASSWORDS['calendar-agent'] },
    });
    await agent.authorize(google);
    const pbx = await connect('one');
    const result = new Promise<{ state: string }>((resolve) => {
      pbx.on('message', (topic, payload) => {
        const told = topic === 'pbx/one/meetings/6500-20240429-1/result' ? JSON.parse(payload.toString()) : null;
        if (told !== null && told.state !== 'pending') resolve(told);
      });
    });
    await pbx.subscribeAsync('pbx/one/meetings/+/result', { qos: 1 });
    await pbx.publishAsync('pbx/one/identity', JSON.stringify(identity), { qos: 1, retain: true });
    await pbx.publishAsync('pbx/one/meetings/scheduled', JSON.stringify(meetingEvent({ data: ahead(7) })), { qos: 1 });
    expect(await result).toMatchObject({ state: 'synced' });
    const status = await agent.api('GET', '/api/v1/status');
    expect(status.body).toMatchObject({ mqtt: { state: 'connected' }, queue: { pending: 0, failed: 0 } });
  });
});

describe.skipIf(withoutMosquitto)('add-user.sh', () => {
  const folder = () => {
    const root = mkdtempSync(join(tmpdir(), 'users-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    mkdirSync(join(root, 'data'));
    return root;
  };

  it('adds users and changes one, keeps the others, and writes no password in the clear', async () => {
    const root = folder();
    for (const [name, password] of Object.entries(PASSWORDS)) await addUser(root, name, `${password}\nsecond line`);
    const file = join(root, 'data/passwords');
    const before = readFileSync(file, 'utf8').trim().split('\n');
    expect(before.map((line) => line.split(':')[0])).toEqual(Object.keys(PASSWORDS));
    expect(before.every((line) => /^[a-z-]+:\$7\$/.test(line))).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await addUser(root, 'one', 'without a line end');
    const after = readFileSync(file, 'utf8').trim().split('\n');
    expect(after).toHaveLength(before.length);
    expect(before.filter((line) => !after.includes(line)).map((line) => line.split(':')[0])).toEqual(['one']);
    expect(readdirSync(join(root, 'data'))).toEqual(['passwords']);
  });

  it('says what it expects of a name and of a password', async () => {
    const root = folder();
    for (const name of ['', 'One', 'a:b', '../x']) {
      await expect(addUser(root, name, 'long enough it is\n')).rejects.toThrow(/^Error: 2: NAME: expects|2: NAME/);
    }
    for (const input of ['', '\n', 'short\n', 'cut off: at the colon\n']) {
      await expect(addUser(root, 'one', input)).rejects.toThrow(/at least 12 characters/);
    }
    expect(readdirSync(join(root, 'data'))).toEqual([]);
  });
});

/** Resolves when the broker has written the words into its store. */
async function onDisk(folder: string, words: string): Promise<void> {
  const found = () =>
    readdirSync(folder).some((name) => name.endsWith('.db') && readFileSync(join(folder, name)).includes(words));
  const watcher = watch(folder);
  try {
    while (!found()) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptDevice } from '../../firmware-bridge/commands/small.ts';
import { readBridgeConfig } from '../../firmware-bridge/config.ts';
import { ahead } from '../fakes/meeting-event.ts';
import { type Mosquitto, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { failedPoll, listen, poll, runBridge, settingsFor, simulator } from './harness.ts';

describe.skipIf(withoutMosquitto)('one bridge for several PBXs', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  it('lets a silent and a dead PBX delay none of the others', async () => {
    await using good = await simulator({ mac: 'c0:74:ad:00:04:01' });
    await using slow = await simulator({ mac: 'c0:74:ad:00:04:02' });
    await using dead = await simulator({ mac: 'c0:74:ad:00:04:03' });
    await using heard = await listen(broker.url, good.device);
    slow.api.switches.slowMs = 60_000;
    await dead.down();
    good.schedule.add({ subject: 'A', ...ahead(1) });
    await using running = runBridge({
      mqttUrl: broker.url,
      devices: [slow, dead, good].map((pbx) => settingsFor(pbx)),
    });
    await heard.until(() => heard.events.length === 1);
    const states = running.bridge.health().map((one) => one.state);
    expect(states[2]).toBe('ok');
    expect(states[0]).toBe('starting');
    slow.api.switches.slowMs = 0;
    await slow.down();
  });

  it('ends at once although a PBX takes the connection and says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    await using pbx = await simulator({ mac: 'c0:74:ad:00:04:31' });
    const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const connected = once(silent, 'connection');
    const running = runBridge({ mqttUrl: broker.url, devices: [{ ...settingsFor(pbx), url }] });
    const [socket] = await connected;
    const from = performance.now();
    await running[Symbol.asyncDispose]();
    expect(performance.now() - from).toBeLessThan(4_000);
    socket.destroy();
    silent.close();
  });

  it('refuses to publish two PBXs under one id', async () => {
    await using first = await simulator({ mac: 'c0:74:ad:00:04:11' });
    await using second = await simulator({ mac: 'c0:74:ad:00:04:11' });
    await using running = runBridge({ mqttUrl: broker.url, devices: [settingsFor(first), settingsFor(second)] });
    const outcomes = await running.bridge.poll();
    expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.problem.code)).sort()).toEqual([
      'device-twice',
      'ok',
    ]);
  });

  it('stops when another device answers under a configured id, and says offline for one that is down at the start', async () => {
    await using first = await simulator({ mac: 'c0:74:ad:00:04:21' });
    const dataDir = mkdtempSync(join(tmpdir(), 'bridge-'));
    first.schedule.add({ subject: 'A', ...ahead(1) });
    const one = runBridge({ mqttUrl: broker.url, devices: [settingsFor(first, { id: 'head-office' })], dataDir });
    await poll(one);
    await one[Symbol.asyncDispose]();
    await using other = await simulator({ mac: 'c0:74:ad:00:04:22' });
    await using heard = await listen(broker.url, 'head-office');
    {
      await using two = runBridge({
        mqttUrl: broker.url,
        devices: [settingsFor(other, { id: 'head-office' })],
        dataDir,
      });
      expect(await failedPoll(two)).toBe('other-device');
      expect(await failedPoll(two)).toBe('other-device');
    }
    acceptDevice({ dataDir, device: 'head-office', print: () => {} });
    // The new hardware with the old one's backup: for the calendar nothing has changed.
    other.schedule.add({ subject: 'A', ...ahead(1) });
    {
      await using accepted = runBridge({
        mqttUrl: broker.url,
        devices: [settingsFor(other, { id: 'head-office' })],
        dataDir,
      });
      expect(await poll(accepted)).toBe(0);
    }
    await other.down();
    await using three = runBridge({
      mqttUrl: broker.url,
      devices: [settingsFor(other, { id: 'head-office' })],
      dataDir,
    });
    await heard.until(() => heard.availability.at(-1) === 'offline');
    expect(await failedPoll(three)).toBe('pbx-unreachable');
    expect(heard.events.filter((event) => event.operation === 'cancelled')).toEqual([]);
    rmSync(dataDir, { recursive: true, force: true });
  });
});

describe('the configuration of the bridge', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-config-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const good = { PBX_URL: 'https://10.0.0.5:8089', PBX_USER: 'calendar', PBX_PASSWORD: 'secret-secret' };
  const problems = (env: Record<string, string>) => {
    const read = readBridgeConfig(env);
    return read.ok ? [] : read.problems;
  };

  it('needs an address, a user and a password', () => {
    const read = readBridgeConfig(good);
    expect(read).toMatchObject({
      ok: true,
      config: {
        dataDir: './data-bridge',
        mqtt: { url: 'mqtt://127.0.0.1:1883', prefix: 'pbx' },
        devices: [{ url: 'https://10.0.0.5:8089', pollSeconds: 20, allowWrite: false, id: null }],
      },
    });
    expect(problems({}).map((line) => line.split(':')[0])).toEqual(['PBX_URL', 'PBX_USER', 'PBX_PASSWORD']);
  });

  it.each([
    [{ PBX_URL: 'http://10.0.0.5' }, 'PBX_URL'],
    [{ PBX_URL: 'https://a:b@10.0.0.5' }, 'PBX_URL'],
    [{ PBX_URL: 'https://10.0.0.5/cgi' }, 'PBX_URL'],
    [{ POLL_SECONDS: '4' }, 'POLL_SECONDS'],
    [{ POLL_SECONDS: '3601' }, 'POLL_SECONDS'],
    [{ PBX_TLS_FINGERPRINT: 'ab:cd' }, 'PBX_TLS_FINGERPRINT'],
    [{ PBX_TLS_FINGERPRINT: 'ab'.repeat(32), PBX_TLS_INSECURE: 'true' }, 'PBX_TLS_FINGERPRINT'],
    [{ PBX_TLS_SECURITY_LEVEL: 'low' }, 'PBX_TLS_SECURITY_LEVEL'],
    [{ PBX_TIME_ZONE: 'Berlin' }, 'PBX_TIME_ZONE'],
    [{ DEVICE_ID: 'Head Office' }, 'DEVICE_ID'],
    [{ DIALECT_FILE: '/does/not/exist' }, 'DIALECT_FILE'],
    [{ MQTT_URL: 'http://broker' }, 'MQTT_URL'],
    [{ MQTT_PASSWORD: 'x' }, 'MQTT_USERNAME'],
    [{ PBX_ALLOW_WRITE: 'yes' }, 'PBX_ALLOW_WRITE'],
  ])('names the variable at fault: %j', (change, name) => {
    expect(problems({ ...good, ...change }).map((line) => line.split(':')[0])).toEqual([name]);
  });

  it('reads a file of devices, each with what differs', () => {
    write('one.secret', 'first-password\n');
    write('two.secret', 'second-password\n');
    const file = write(
      'devices.json',
      JSON.stringify([
        { url: 'https://10.0.0.5:8089', user: 'a', passwordFile: 'one.secret', id: 'one' },
        {
          url: 'https://10.0.0.6:8089',
          user: 'b',
          passwordFile: 'two.secret',
          fingerprint: `${'AB:'.repeat(31)}AB`,
          pollSeconds: 60,
          timeZone: 'Asia/Tokyo',
          mqttUsername: 'two',
          mqttPasswordFile: 'two.secret',
        },
      ]),
    );
    const read = readBridgeConfig({ DEVICES_FILE: file, POLL_SECONDS: '30', MQTT_USERNAME: 'all', MQTT_PASSWORD: 'x' });
    if (!read.ok) throw new Error(read.problems.join('\n'));
    const [one, two] = read.config.devices;
    expect(one).toMatchObject({ id: 'one', pollSeconds: 30, mqtt: { username: 'all' } });
    expect(one?.password()).toBe('first-password');
    expect(two).toMatchObject({ pollSeconds: 60, timeZone: 'Asia/Tokyo', tls: { fingerprint: 'ab'.repeat(32) } });
    expect(two?.mqtt).toEqual({ username: 'two', password: 'second-password' });
    write('two.secret', 'changed-password\n');
    expect(two?.password()).toBe('changed-password');
  });

  it.each([
    ['[', 'no JSON'],
    ['[]', 'devices.json'],
    ['[{"url":"https://a","user":"u","passwordFile":"none"}]', '/0/passwordFile'],
    ['[{"url":"http://a","user":"u","passwordFile":"one.secret"}]', '/0/url'],
    ['[{"url":"https://a","user":"u","password":"x","passwordFile":"one.secret"}]', '/0'],
    ['[{"url":"https://a","user":"u","passwordFile":"one.secret","fingerprint":"ab"}]', '/0/fingerprint'],
    [
      '[{"url":"https://a","user":"u","passwordFile":"one.secret","id":"x"},{"url":"https://b","user":"u","passwordFile":"one.secret","id":"x"}]',
      'the id x is there twice',
    ],
  ])('names entry and member of a file of devices at fault: %s', (text, words) => {
    write('one.secret', 'first-password\n');
    const file = write('devices.json', text);
    expect(problems({ DEVICES_FILE: file }).join('\n')).toContain(words);
    expect(problems({ DEVICES_FILE: file }).join('\n')).not.toContain('first-password');
  });
});

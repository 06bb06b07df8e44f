import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spellFingerprint } from '../../firmware-bridge/pbx/tls.ts';
import type { Simulator } from '../../firmware-bridge/simulator/server.ts';
import { ahead } from '../fakes/meeting-event.ts';
import { simulator } from './harness.ts';
import { runBridgeCommand, startBridgeProcess } from './process.ts';

describe('the commands of the bridge', () => {
  let pbx: Simulator;
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bridge-tools-'));
    pbx = await simulator({ mac: 'c0:74:ad:00:05:01' });
    pbx.schedule.add({
      subject: 'Merger with ACME',
      ...ahead(3),
      room: '6543',
      hostPassword: '55443322',
      invitees: [{ extension: '1001', name: 'Ann', email: 'ann@example.com' }],
    });
  });
  afterAll(async () => {
    await pbx?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = (change: Record<string, string> = {}) => ({
    PBX_URL: pbx.url,
    PBX_USER: pbx.user,
    PBX_PASSWORD: pbx.password,
    PBX_TLS_FINGERPRINT: pbx.fingerprint,
    DATA_DIR: folder,
    ...change,
  });

  it('trust shows the certificate and the setting that trusts it', async () => {
    const { code, stdout } = await runBridgeCommand(['trust'], { PBX_URL: pbx.url });
    expect(code).toBe(0);
    expect(stdout.split('\n').at(-1)).toBe(`PBX_TLS_FINGERPRINT=${spellFingerprint(pbx.fingerprint)}`);
    expect(stdout).toContain('signed by no authority');
    const nowhere = await runBridgeCommand(['trust', 'https://127.0.0.1:1'], {});
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
  });

  it('probe tells what fits and what is permitted, and no value, name, address or number of anybody', async () => {
    const { code, stdout } = await runBridgeCommand(['probe'], env());
    expect(code).toBe(0);
    expect(stdout).toContain('identity: model UCM6304, hardware V1.6A, firmware 1.0.33.30');
    expect(stdout).toContain('conference_reservation[].start_time: text like 9999-99-99 99:99:99');
    expect(stdout).toContain('members(json)[].email: text like an address');
    expect(stdout).toMatch(/dialect reservation-1\n[\s\S]* {2}fits$/m);
    expect(stdout).toContain('listMeetmeInfo: pbx-no-permission (-47)');
    expect(stdout).not.toMatch(/ACME|6543|55443322|Ann\b|example\.com|127\.0\.0\.1|c0:74|20EZ/i);
    expect(stdout).not.toContain(pbx.password);
  });

  it('probe says what is missing, and by which action', async () => {
    pbx.api.switches.withoutFields.add('open_calendar');
    const { code, stdout } = await runBridgeCommand(['probe'], env());
    expect([code, stdout]).toEqual([1, expect.stringContaining('does not fit: googleSync not found')]);
    pbx.api.switches.withoutFields.clear();
    pbx.api.switches.denied.add('getMultimediaConferenceReservation');
    const denied = await runBridgeCommand(['probe'], env());
    expect([denied.code, denied.stdout]).toEqual([
      1,
      expect.stringContaining('getMultimediaConferenceReservation: pbx-no-permission (-47)'),
    ]);
    pbx.api.switches.denied.clear();
  });

  it('probe with a wrong password tries it once, and a right one lets the bridge go on', async () => {
    pbx.api.counts.clear();
    const wrong = await runBridgeCommand(['probe'], env({ PBX_PASSWORD: 'not-this-one' }));
    expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringContaining('login: failed, pbx-login-refused')]);
    expect(wrong.stdout).not.toContain('not-this-one');
    expect(pbx.api.counts.get('login refused')).toBe(1);
    expect((await runBridgeCommand(['probe'], env())).code).toBe(0);
  });

  it('check-dialect names each member at fault', async () => {
    const shipped = new URL('../../firmware-bridge/simulator/renamed-dialect.json', import.meta.url).pathname;
    expect(await runBridgeCommand(['check-dialect', shipped], {})).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is a valid dialect: renamed-example'),
    });
    const file = join(folder, 'dialect.json');
    writeFileSync(file, '{"extends":"meetme-1","fields":{"subject":[1],"strat":["x"]}}');
    const { code, stderr } = await runBridgeCommand(['check-dialect', file], {});
    expect(code).toBe(2);
    for (const path of ['/fields/subject/0', '/fields:']) expect(stderr).toContain(path);
  });

  it('the bridge itself names what is not set, holds its folder alone, tells its health and ends cleanly', async () => {
    const bare = await runBridgeCommand([], { PBX_URL: 'here' });
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr.split('\n').map((line) => line.split(':')[0])).toEqual(['PBX_URL', 'PBX_USER', 'PBX_PASSWORD']);
    expect((await runBridgeCommand(['health'], { DATA_DIR: join(folder, 'none') })).code).toBe(1);
    expect((await runBridgeCommand(['dance'], {})).code).toBe(2);
    // No broker listens there: watching the PBX goes on.
    await using bridge = await startBridgeProcess(env({ MQTT_URL: 'mqtt://127.0.0.1:1', POLL_SECONDS: '3600' }));
    const second = await runBridgeCommand([], env());
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('used by another bridge process')]);
    await expect.poll(() => readFileSync(join(folder, 'health.json'), 'utf8')).toContain('"state": "ok"');
    const health = await runBridgeCommand(['health'], env());
    expect([health.code, health.stdout]).toEqual([0, expect.stringContaining('c074ad000501: ok')]);
    expect(health.stdout).toContain('1 events waiting');
    expect(await bridge.kill()).toBe(0);
  });
});

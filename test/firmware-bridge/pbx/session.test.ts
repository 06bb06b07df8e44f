import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Session } from '../../../firmware-bridge/pbx/session.ts';
import { openTransport, type Transport } from '../../../firmware-bridge/pbx/transport.ts';
import type { Simulator } from '../../../firmware-bridge/simulator/server.ts';
import { simulator } from '../harness.ts';

describe('a session', () => {
  let now = Date.now();
  let pbx: Simulator;
  let transport: Transport;
  let waits: number[] = [];
  let password = '';
  beforeAll(async () => {
    pbx = await simulator({ clock: () => now, api: { slidingCookie: false } });
    transport = openTransport({
      url: pbx.url,
      tls: { fingerprint: pbx.fingerprint, ca: null, insecure: false, securityLevel: null },
    });
  });
  beforeEach(() => {
    pbx.api.counts.clear();
    waits = [];
    password = pbx.password;
  });
  afterAll(async () => {
    transport?.[Symbol.dispose]();
    await pbx?.[Symbol.asyncDispose]();
  });

  const open = () =>
    new Session({
      transport,
      user: pbx.user,
      password: () => password,
      clock: () => now,
      random: () => 0.5,
      sleep: async (ms) => {
        waits.push(ms);
        now += ms;
      },
      allows: (action) => action.startsWith('getSystem'),
    });
  const logins = () => pbx.api.counts.get('login') ?? 0;

  it('logs in once and is renewed before its 600 seconds end', async () => {
    await using session = open();
    await session.call('getSystemStatus');
    now += 539_000;
    await session.call('getSystemStatus');
    expect(logins()).toBe(1);
    now += 2_000;
    await session.call('getSystemStatus');
    expect(logins()).toBe(2);
  });

  it('is opened anew once, and the question repeated, after a reboot', async () => {
    await using session = open();
    await session.call('getSystemStatus');
    pbx.api.reboot();
    expect(await session.call('getSystemStatus')).toHaveProperty('mac');
    expect(logins()).toBe(2);
    pbx.api.switches.statusOf.set('getSystemStatus', -8);
    await expect(session.call('getSystemStatus')).rejects.toMatchObject({ code: 'pbx-session' });
    pbx.api.switches.statusOf.clear();
    expect(logins()).toBe(3);
  });

  it.each([
    [-45, 15_000],
    [-46, 15_000],
    [-57, 60_000],
  ])('waits as the PBX asks for with %i, and asks again', async (code, least) => {
    await using session = open();
    await session.open();
    pbx.api.switches.throttle = { code, times: 2 };
    expect(await session.call('getSystemStatus')).toHaveProperty('mac');
    expect(waits).toEqual([least * 1.1, least * 1.1]);
    pbx.api.switches.throttle = { code, times: 9 };
    await expect(session.call('getSystemStatus')).rejects.toMatchObject({ code: 'pbx-throttled' });
    pbx.api.switches.throttle = null;
  });

  it('tries no second login within a minute after a refused one', async () => {
    now += 600_000;
    password = 'wrong';
    await using session = open();
    await expect(session.call('getSystemStatus')).rejects.toMatchObject({
      code: 'pbx-login-refused',
      detail: { triesLeft: '4' },
    });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(session.call('getSystemStatus')).rejects.toMatchObject({ code: 'pbx-login-wait' });
    }
    expect(logins()).toBe(1);
  });

  it('shares one login between questions that meet a lost session', async () => {
    await using session = open();
    await session.open();
    pbx.api.reboot();
    await Promise.all([session.call('getSystemStatus'), session.call('getSystemGeneralStatus')]);
    expect(logins()).toBe(2);
  });

  it('calls nothing that is not on the list', async () => {
    await using session = open();
    await expect(session.call('deleteMultimediaConferenceReservation')).rejects.toMatchObject({
      code: 'action-not-allowed',
    });
    expect(pbx.api.counts.size).toBe(0);
  });

  it('says goodbye', async () => {
    await session();
    expect(pbx.api.counts.get('logout')).toBe(1);
    async function session() {
      await using opened = open();
      await opened.open();
    }
  });
});

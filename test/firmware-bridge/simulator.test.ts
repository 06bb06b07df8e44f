import { createHash } from 'node:crypto';
import { request } from 'node:https';
import { describe, expect, it } from 'vitest';
import { type Control, startControl } from '../../firmware-bridge/simulator/control.ts';
import type { Simulator } from '../../firmware-bridge/simulator/server.ts';
import { ahead } from '../fakes/meeting-event.ts';
import { PRESETS, simulator } from './harness.ts';

/** A client that knows nothing of the bridge. */
async function send(pbx: Simulator, body: unknown, path = '/api', method = 'POST') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise<{ code: number; text: string }>((resolve, reject) => {
    const outgoing = request(`${pbx.url}${path}`, { method, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.toArray().then((parts) => {
        resolve({ code: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
const ask = async (pbx: Simulator, given: Record<string, unknown>) =>
  JSON.parse((await send(pbx, { request: given })).text);
const login = async (pbx: Simulator, password = pbx.password) => {
  const { response } = await ask(pbx, { action: 'challenge', user: pbx.user, version: '1.0' });
  const token = createHash('md5')
    .update(response.challenge + password)
    .digest('hex');
  return ask(pbx, { action: 'login', user: pbx.user, token });
};

describe('the simulated PBX', () => {
  it('answers any other shape as a real one does', async () => {
    await using pbx = await simulator();
    const wrong = { response: { error_msg: 'Invalid parameters!' }, status: -1 };
    for (const [body, path] of [
      ['{}', '/api'],
      ['no json', '/api'],
      [{ request: {} }, '/api'],
      [{ request: { action: 'challenge' } }, '/api/challenge'],
    ] as const) {
      const { code, text } = await send(pbx, body, path);
      expect([code, JSON.parse(text)]).toEqual([200, wrong]);
    }
    expect((await send(pbx, '', '/', 'GET')).text).toContain('<html>');
  });

  it('shakes hands with a challenge of sixteen digits and takes each once', async () => {
    await using pbx = await simulator();
    const challenge = await ask(pbx, { action: 'challenge', user: pbx.user });
    expect(challenge).toEqual({ response: { challenge: expect.stringMatching(/^\d{16}$/) }, status: 0 });
    const token = createHash('md5')
      .update(challenge.response.challenge + pbx.password)
      .digest('hex');
    const first = await ask(pbx, { action: 'login', user: pbx.user, token });
    expect(first).toEqual({ response: { cookie: expect.stringMatching(/^sid\d+-\d{10}$/) }, status: 0 });
    expect(await ask(pbx, { action: 'login', user: pbx.user, token })).toMatchObject({ status: -37 });
    expect(await ask(pbx, { action: 'challenge', user: 'nobody' })).toMatchObject({ status: -47 });
  });

  it('counts wrong logins down to a lock, and opens again after its time', async () => {
    let now = Date.now();
    await using pbx = await simulator({ clock: () => now, api: { triesBeforeLock: 3, lockSeconds: 60 } });
    const answers = [];
    for (let attempt = 0; attempt < 3; attempt += 1) answers.push(await login(pbx, 'wrong'));
    expect(answers).toMatchObject([
      { status: -37, response: { remain_num: 2 } },
      { status: -37, response: { remain_num: 1 } },
      { status: -68 },
    ]);
    expect(await ask(pbx, { action: 'challenge', user: pbx.user })).toMatchObject({ status: -68 });
    now += 61_000;
    expect(await login(pbx)).toMatchObject({ status: 0 });
  });

  it.each([
    [{}, 599, 0],
    [{}, 601, -8],
    [{ expiredStatus: -6 } as const, 601, -6],
    [{ slidingCookie: true }, 1_100, 0],
  ])('lets a cookie go after its time (%j, %i s: %i)', async (api, seconds, status) => {
    let now = Date.now();
    await using pbx = await simulator({ clock: () => now, api });
    const { cookie } = (await login(pbx)).response;
    now += (seconds / 2) * 1_000;
    await ask(pbx, { action: 'getSystemStatus', cookie });
    now += (seconds / 2) * 1_000;
    expect(await ask(pbx, { action: 'getSystemStatus', cookie })).toMatchObject({ status });
    expect(await ask(pbx, { action: 'getSystemStatus', cookie: 'sid1-1' })).toMatchObject({ status: -6 });
  });

  it('answers what it does not know, and what is not ticked, as chosen', async () => {
    await using pbx = await simulator({ api: { unknownActionStatus: -19 } });
    const { cookie } = (await login(pbx)).response;
    expect(await ask(pbx, { action: 'makeCoffee', cookie })).toMatchObject({ status: -19 });
    pbx.api.switches.denied.add('getSystemStatus');
    expect(await ask(pbx, { action: 'getSystemStatus', cookie })).toMatchObject({ status: -47 });
    expect(await ask(pbx, { action: 'getMultimediaConferenceReservation', reservation_id: '9', cookie })).toMatchObject(
      {
        status: -16,
      },
    );
  });

  it('lists in pages, with numbers as text', async () => {
    await using pbx = await simulator({ maxPageSize: 2 });
    for (const day of [1, 2, 3]) pbx.schedule.add({ subject: `Day ${day}`, ...ahead(day) });
    const { cookie } = (await login(pbx)).response;
    const list = { action: 'listMultimediaConferenceReservationInfo', item_num: 100, cookie };
    const { response } = await ask(pbx, { ...list, page: 2 });
    expect(response).toMatchObject({ total_item: '3', total_page: '2', page: '2' });
    expect(response.conference_reservation.map((row: { subject: string }) => row.subject)).toEqual(['Day 3']);
  });
});

describe('its control API', () => {
  const at = (control: Control) => async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${control.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  it.each(PRESETS)('does what a person would do on the page, preset %s', async (preset) => {
    await using pbx = await simulator({ preset });
    await using control = await startControl(pbx);
    const call = at(control);
    const times = ahead(3);
    const { status, body } = await call('POST', '/meetings', { subject: 'A', ...times, repeat: 'weekly' });
    expect(status).toBe(201);
    await call('PATCH', `/meetings/${body.id}`, { subject: 'B' });
    await call('POST', `/meetings/${body.id}/untick`);
    expect((await call('GET', '/meetings')).body).toMatchObject([{ id: body.id, subject: 'B', ticked: false }]);
    const originalStart = new Date(Date.parse(`${times.start}Z`) + 7 * 86_400_000).toISOString().slice(0, 19);
    const day = originalStart.slice(0, 11);
    const moved = { originalStart, start: `${day}15:00:00`, end: `${day}16:00:00` };
    const occurrence = await call('POST', `/meetings/${body.id}/occurrence`, moved);
    expect(occurrence.status).toBe(preset === 'meetme' ? 400 : 200);
    await call('POST', '/meetings', { subject: 'Past', start: '2020-01-01T10:00:00', end: '2020-01-01T11:00:00' });
    expect((await call('POST', '/auto-clean')).body).toEqual({ removed: 1 });
    await call('DELETE', `/meetings/${body.id}`);
    expect((await call('GET', '/meetings')).body).toEqual([]);
  });

  it('refuses what it does not know, naming it', async () => {
    await using pbx = await simulator();
    await using control = await startControl(pbx);
    const call = at(control);
    expect(await call('POST', '/meetings', { subject: 'A', ...ahead(1), colour: 'red' })).toMatchObject({
      status: 400,
    });
    expect(await call('POST', '/meetings', { subject: 'A', start: 'soon', end: 'later' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('/start') },
    });
    expect(await call('PATCH', '/meetings/99', { subject: 'A' })).toMatchObject({ status: 400 });
    expect(await call('GET', '/nothing')).toMatchObject({ status: 404 });
    expect(await call('POST', '/faults', { losePage: 1, denied: ['listUser'] })).toMatchObject({ status: 200 });
    expect(pbx.api.switches).toMatchObject({ losePage: 1, denied: new Set(['listUser']) });
    expect((await call('POST', '/faults', { sparks: true })).status).toBe(400);
  });

  it('reboots it with another firmware', async () => {
    await using pbx = await simulator();
    await using control = await startControl(pbx);
    expect(await at(control)('POST', '/reboot', { seconds: 0, firmware: '1.0.40.2' })).toMatchObject({ status: 202 });
    await expect
      .poll(() =>
        send(pbx, '{}').then(
          (answer) => answer.code,
          () => 0,
        ),
      )
      .toBe(200);
    expect(pbx.api.firmware).toBe('1.0.40.2');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ARTHUR, type Bench, CLIENT, failureOf, REDIRECT, SADIE, startBench } from './harness.ts';

describe('access tokens', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
    await bench.authorize();
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  const get = () => bench.authorisation.tokens.get();
  const look = () => bench.calendar.get({ calendarId: ARTHUR.email, eventId: 'abcde' });
  const renewals = () => bench.forms.filter((form) => form.get('grant_type') === 'refresh_token').length;
  const expire = () => {
    bench.time.now += 3_600_000;
  };

  it('come with the exchange and are renewed five minutes before their end', async () => {
    const first = await get();
    bench.time.now += 3_599_000 - 5 * 60_000 - 1;
    expect(await get()).toBe(first);
    bench.time.now += 1;
    expect(await get()).not.toBe(first);
    expect(renewals()).toBe(1);
  });

  it('are renewed once for all who wait', async () => {
    expire();
    const tokens = await Promise.all(Array.from({ length: 8 }, get));
    expect(new Set(tokens).size).toBe(1);
    expect(renewals()).toBe(1);
  });

  it('are in no settings', async () => {
    expect(JSON.stringify(bench.settings.google)).not.toContain(await get());
  });

  it('bring a new refresh token with them, which is kept before anything else is done', async () => {
    bench.google.switches.rotateRefreshTokens = true;
    const first = bench.settings.google.grant?.refreshToken;
    for (let round = 0; round < 3; round += 1) {
      expire();
      await get();
    }
    expect(bench.settings.google.grant?.refreshToken).not.toBe(first);
    expire();
    await bench.restarted().tokens.get();
  });

  it('leave the stored refresh token alone when they bring none', async () => {
    const before = structuredClone(bench.settings.google.grant);
    const writes = bench.settings.googleWrites;
    expire();
    await get();
    expect(bench.settings.google.grant).toEqual(before);
    expect(bench.settings.googleWrites).toBe(writes);
  });

  it('that Google refuses early are renewed once, and the call is repeated, for every one that was under way', async () => {
    bench.google.expireAccessTokens();
    expect(await Promise.all([look(), look(), look()])).toEqual([null, null, null]);
    expect(renewals()).toBe(1);
  });

  it('are not renewed because of a limit', async () => {
    bench.google.faults.add({ match: { path: /events/ }, kind: '403-rate' });
    expect((await failureOf(look())).code).toBe('rate-limited');
    expect(renewals()).toBe(0);
    expect(bench.authorisation.view().state).toBe('authorized');
  });

  describe('are no longer asked for', () => {
    it('once Google has revoked the grant: one question, and silence until somebody authorizes again', async () => {
      bench.google.revoke(ARTHUR.email);
      expect((await failureOf(look())).code).toBe('reauthorize');
      expect(bench.authorisation.view()).toMatchObject({ state: 'reauthorize', brokenBy: 'reauthorize' });
      expect(bench.authorisation.target()).toEqual({ ok: false, code: 'reauthorize' });
      const asked = bench.google.requests.length;
      for (let round = 0; round < 5; round += 1) expect((await failureOf(look())).code).toBe('reauthorize');
      expect((await failureOf(bench.restarted().tokens.get())).code).toBe('reauthorize');
      expect(bench.google.requests.length).toBe(asked);
      await bench.authorize();
      expect(await look()).toBeNull();
    });

    it.each([
      ['invalid_rapt', 'session-control'],
      ['admin_policy_enforced', 'admin-policy-enforced'],
      ['account_deleted', 'reauthorize'],
    ] as const)('when a renewal is refused with %s, which is explained as %s', async (refusal, code) => {
      bench.google.switches.refreshRefusal = refusal;
      expire();
      expect((await failureOf(get())).code).toBe(code);
      expect((await failureOf(get())).code).toBe(code);
      expect(renewals()).toBe(1);
      expect(bench.authorisation.view()).toMatchObject({ state: 'reauthorize', brokenBy: code });
    });

    it('seven days after the consent to an app in testing', async () => {
      const { clientId, clientSecret } = CLIENT;
      bench.google.addClient({ clientId, clientSecrets: [clientSecret], redirectUris: [REDIRECT], testing: true });
      await bench.authorize();
      bench.time.now += 7 * 86_400_000;
      expect((await failureOf(get())).code).toBe('reauthorize');
    });

    it('when the secret was replaced, until the new one is saved; the grant is kept all the while', async () => {
      const { clientId } = CLIENT;
      const kept = bench.settings.google.grant?.refreshToken;
      bench.google.addClient({ clientId, clientSecrets: ['GOCSPX-new'], redirectUris: [REDIRECT] });
      expire();
      expect((await failureOf(get())).code).toBe('secret-invalid');
      expect((await failureOf(get())).code).toBe('secret-invalid');
      expect(renewals()).toBe(1);
      expect(bench.authorisation.target()).toEqual({ ok: false, code: 'secret-invalid' });
      await bench.save({ clientSecret: 'GOCSPX-new' });
      expect(bench.authorisation.view().state).toBe('authorized');
      await get();
      expect(bench.settings.google.grant?.refreshToken).toBe(kept);
    });

    it('when the client was deleted', async () => {
      bench.google.removeClient(CLIENT.clientId);
      expire();
      expect((await failureOf(get())).code).toBe('client-invalid');
      expect(bench.settings.google.grant?.brokenBy).toBe('client-invalid');
    });
  });

  it.each(['500', '502-html', '503-json', '429', '403-rate', 'reset-before', 'truncated-json'] as const)(
    'are asked for again after %s, which ends nothing',
    async (kind) => {
      expire();
      bench.google.faults.add({ match: { path: /token/ }, kind });
      expect((await failureOf(get())).code).toBe('google-unavailable');
      expect(bench.authorisation.view().state).toBe('authorized');
      await get();
      expect(renewals()).toBe(2);
    },
  );

  it('of an earlier account are handed to nobody once another account is authorized', async () => {
    expire();
    bench.google.faults.add({ match: { path: /token/ }, kind: 'slow', delayMs: 200 });
    const early = get();
    await expect.poll(renewals).toBe(1);
    await bench.authorize({ email: SADIE.email });
    const late = await get();
    expect(await early).toBe(late);
    expect(await get()).toBe(late);
  });

  it('refused by a call that began before a new authorization do not end the new one', async () => {
    const stale = await get();
    await bench.authorize();
    await bench.authorisation.tokens.giveUp('reauthorize', stale);
    expect(bench.authorisation.view().state).toBe('authorized');
  });

  it('are not there before an authorization', async () => {
    await bench.authorisation.forget({ revoke: false });
    expect((await failureOf(get())).code).toBe('not-authorized');
  });
});

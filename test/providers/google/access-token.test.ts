import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { ARTHUR, type Bench, CLIENT, EITHER_WAY, failureOf, REDIRECT, SADIE, startBench } from './harness.ts';

describe.each(EITHER_WAY)('access tokens, where Google behaves %s', (_name, switches) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ switches });
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
      ['account_deleted', 'account-deleted'],
    ] as const)('when a renewal is refused with %s, which is explained as %s', async (refusal, code) => {
      bench.google.switches.refreshRefusal = refusal;
      expire();
      expect((await failureOf(get())).code).toBe(code);
      expect((await failureOf(get())).code).toBe(code);
      expect(renewals()).toBe(1);
      expect(bench.authorisation.view()).toMatchObject({ state: 'reauthorize', brokenBy: code });
    });

    it('seven days after the consent to an app in testing, and that is what is said of it', async () => {
      const { clientId, clientSecret } = CLIENT;
      bench.google.addClient({ clientId, clientSecrets: [clientSecret], redirectUris: [REDIRECT], testing: true });
      await bench.authorize();
      bench.time.now += 7 * 86_400_000;
      expect((await failureOf(get())).code).toBe('testing-ended');
      expect(bench.authorisation.view()).toMatchObject({ state: 'reauthorize', brokenBy: 'testing-ended' });
      expect(bench.authorisation.target()).toEqual({ ok: false, code: 'testing-ended' });
      await bench.authorize();
      expect(bench.authorisation.view()).toMatchObject({
        state: 'authorized',
        consentExpiresAt: new Date(bench.time.now + 604_799_000).toISOString(),
        consentEndsBecause: 'app-in-testing',
      });
    });

    it('when the time is over that the person had chosen on the consent screen', async () => {
      bench.google.switches.limitedAccessMs = 30 * 86_400_000;
      await bench.authorize();
      expect(bench.authorisation.view().consentEndsBecause).toBe('limited-time');
      bench.time.now += 30 * 86_400_000;
      expect((await failureOf(get())).code).toBe('consent-expired');
    });

    it.each([
      [6.4, 'reauthorize'],
      [6.5, 'testing-ended'],
      [7.5, 'testing-ended'],
      [7.6, 'reauthorize'],
    ])('%d days after a consent without a named end, explained as %s', async (days, code) => {
      expect(bench.settings.google.grant?.consentExpiresAt).toBeNull();
      bench.google.revoke(ARTHUR.email);
      bench.time.now += days * 86_400_000;
      expect((await failureOf(get())).code).toBe(code);
      expect(bench.authorisation.view().brokenBy).toBe(code);
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
      expect((await failureOf(get())).code).toBe(kind.startsWith('4') ? 'rate-limited' : 'google-unavailable');
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

  describe('of a grant that nobody needs', () => {
    const HOUR = 3_600_000;

    it('are asked for every six hours, so that its end is noticed on the day', async () => {
      for (let hour = 0; hour < 24; hour += 1) {
        bench.time.now += HOUR;
        await bench.authorisation.keepAlive();
      }
      expect(renewals()).toBe(4);
      bench.google.revoke(ARTHUR.email);
      bench.time.now += 6 * HOUR;
      expect((await failureOf(bench.authorisation.keepAlive())).code).toBe('reauthorize');
      expect(bench.authorisation.view().state).toBe('reauthorize');
      const asked = bench.google.requests.length;
      bench.time.now += 24 * HOUR;
      await bench.authorisation.keepAlive();
      expect(bench.google.requests.length).toBe(asked);
    });

    it('keep it alive beyond six months', async () => {
      for (let months = 0; months < 4; months += 1) {
        bench.time.now += 60 * 24 * HOUR;
        await bench.authorisation.keepAlive();
      }
      expect(bench.authorisation.view().state).toBe('authorized');
    });
  });

  describe('with a refresh token that Google replaces', () => {
    beforeEach(() => {
      bench.google.switches.rotateRefreshTokens = true;
      expire();
    });

    it('are handed to all when two ask at once, of whom the later one comes with the replaced token', async () => {
      const other = bench.restarted().tokens;
      bench.google.faults.add({ match: { path: /token/ }, kind: 'slow', delayMs: 100 });
      const tokens = await Promise.all([get(), other.get()]);
      expect(new Set(tokens).size).toBe(2);
      expect(bench.authorisation.view().state).toBe('authorized');
      expire();
      await get();
      await other.get();
    });

    it('are gone when the agent ends before it is stored: the end is said once, and nothing is asked in vain', async () => {
      const stored = structuredClone(bench.settings.google.grant);
      await get();
      await bench.settings.saveGoogle({ grant: stored });
      const again = bench.restarted();
      expect((await failureOf(again.tokens.get())).code).toBe('reauthorize');
      expect(again.view().state).toBe('reauthorize');
      const asked = bench.google.requests.length;
      expect((await failureOf(again.tokens.get())).code).toBe('reauthorize');
      expect(bench.google.requests.length).toBe(asked);
    });

    it('are not lost with a full disk: the new one is stored as soon as there is room', async () => {
      const before = bench.settings.google.grant?.refreshToken;
      const { saveGoogle } = bench.settings;
      bench.settings.saveGoogle = () => Promise.reject(new AppError('settings-unavailable', 'no room'));
      await get();
      expect(bench.settings.google.grant?.refreshToken).toBe(before);
      bench.settings.saveGoogle = saveGoogle;
      bench.google.switches.rotateRefreshTokens = false;
      expire();
      await get();
      expect(bench.settings.google.grant?.refreshToken).not.toBe(before);
      expire();
      await bench.restarted().tokens.get();
    });
  });

  it('that look valid because the clock was set back are renewed once Google refuses them', async () => {
    bench.time.now -= 5 * 3_600_000;
    bench.time.skewMs = 5 * 3_600_000 + 3_600_000;
    expect(await look()).toBeNull();
    expect(renewals()).toBe(1);
    expect(bench.authorisation.view().state).toBe('authorized');
  });

  it('die with every client of the project when another one disconnects, which is survived', async () => {
    bench.google.addClient({
      clientId: '123456-other.apps.googleusercontent.com',
      clientSecrets: ['GOCSPX-other'],
      redirectUris: [REDIRECT],
    });
    await using other = await startBench({ google: bench.google });
    await other.authorisation.saveCredentials({
      clientId: '123456-other.apps.googleusercontent.com',
      clientSecret: 'GOCSPX-other',
    });
    await other.authorize();
    await other.authorisation.forget({ revoke: true });
    expect((await failureOf(look())).code).toBe('reauthorize');
    await bench.authorize();
    expect(await look()).toBeNull();
  });
});

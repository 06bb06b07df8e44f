import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ARTHUR,
  type Bench,
  CLIENT,
  codeIn,
  EITHER_WAY,
  EVENTS,
  failureOf,
  LIST,
  REDIRECT,
  SADIE,
  startBench,
} from './harness.ts';

describe.each(EITHER_WAY)('an authorization, where Google behaves %s', (_name, switches) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ switches });
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  const paste = (text: string) => bench.authorisation.complete(text);
  const codeOf = async (work: Promise<unknown>) => (await failureOf(work)).code;
  const exchanges = () => bench.forms.filter((form) => form.get('grant_type') === 'authorization_code').length;

  describe('is begun', () => {
    it('with state, PKCE, offline access, a consent screen and no scope too many', async () => {
      await bench.save();
      const { url, expiresAt } = await bench.authorisation.begin();
      const { pending } = bench.settings.google;
      const query = new URL(url).searchParams;
      expect(Object.fromEntries(query)).toEqual({
        client_id: CLIENT.clientId,
        redirect_uri: REDIRECT,
        response_type: 'code',
        scope: `openid email ${EVENTS} ${LIST}`,
        access_type: 'offline',
        prompt: 'consent',
        state: pending?.state,
        code_challenge: createHash('sha256')
          .update(pending?.codeVerifier ?? '')
          .digest('base64url'),
        code_challenge_method: 'S256',
      });
      expect(Date.parse(expiresAt)).toBe(bench.time.now + 600_000);
    });

    it('only once a client is saved', async () => {
      expect(await codeOf(bench.authorisation.begin())).toBe('not-configured');
      expect(await codeOf(paste('4/0Aabcdefghijklmnop'))).toBe('authorization-not-started');
    });

    it('anew by a second click, which replaces the first attempt', async () => {
      await bench.save();
      const first = await bench.consent();
      const second = await bench.consent();
      expect(await codeOf(paste(first))).toBe('state-mismatch');
      expect(await paste(second)).toMatchObject({ state: 'authorized', account: ARTHUR.email });
    });

    it('for ten minutes', async () => {
      await bench.save();
      const address = await bench.consent();
      bench.time.now += 600_000;
      expect(await codeOf(paste(address))).toBe('authorization-not-started');
      expect(exchanges()).toBe(0);
    });

    it('and survives a restart of the agent', async () => {
      await bench.save();
      const address = await bench.consent();
      expect(await bench.restarted().complete(codeIn(address))).toMatchObject({ state: 'authorized' });
    });
  });

  describe('is completed', () => {
    it('with what Google tells of the account and the scopes, in the agent’s own spelling', async () => {
      await bench.authorize();
      expect(bench.settings.google.grant).toMatchObject({
        sub: ARTHUR.sub,
        email: ARTHUR.email,
        hostedDomain: ARTHUR.hd,
        scopes: ['email', LIST, EVENTS, 'openid'].sort(),
        clientId: CLIENT.clientId,
        consentExpiresAt: null,
        brokenBy: null,
      });
      expect(bench.authorisation.target()).toMatchObject({ ok: true, account: ARTHUR.sub, calendarId: ARTHUR.email });
    });

    it('although the clock of the PBX is hours off', async () => {
      bench.time.skewMs = 9 * 3_600_000;
      await bench.authorize();
      expect(bench.authorisation.view().state).toBe('authorized');
    });

    it('once, however often the button is pressed', async () => {
      await bench.save();
      const address = await bench.consent();
      const views = await Promise.all([paste(address), paste(codeIn(address)), paste(address)]);
      expect(views.map((view) => view.state)).toEqual(['authorized', 'authorized', 'authorized']);
      expect(await codeOf(paste(address))).toBe('code-already-used');
      expect(exchanges()).toBe(1);
      expect(bench.authorisation.view().state).toBe('authorized');
    });

    it('with the code encoded exactly once on the wire, however it was pasted', async () => {
      await bench.save();
      const dresses: ((code: string, address: string) => string)[] = [
        (code) => code,
        (code) => encodeURIComponent(code),
        (code) => `"${code}"\n`,
        (code) => ` ${encodeURIComponent(code)}&scope=email&authuser=0 `,
        (code) => `${code}#`,
        (_code, address) => address,
        (_code, address) => `\n${address}#`,
        (_code, address) => new URL(address).search,
      ];
      for (const dress of dresses) {
        const address = await bench.consent();
        const code = codeIn(address);
        await paste(dress(code, address));
        // What a form is written as is what goes out.
        const wire = String(bench.forms.at(-1));
        expect(wire).toContain(`&code=${code.replace('/', '%2F')}&`);
        expect(wire).not.toContain('%25');
      }
    });

    it('with the whole code after a piece of it was refused', async () => {
      await bench.save();
      const code = codeIn(await bench.consent());
      expect(await codeOf(paste(code.slice(0, 20)))).toBe('code-invalid');
      expect(await paste(code)).toMatchObject({ state: 'authorized' });
      expect(await codeOf(paste('4/0Aanothercodeanothercode'))).toBe('authorization-not-started');
    });

    it('one exchange after the other when two codes arrive at once', async () => {
      await bench.save();
      const code = codeIn(await bench.consent());
      const [first, ...rest] = await Promise.allSettled([paste('4/0Awrongwrongwrong'), paste(code), paste(code)]);
      expect(first).toMatchObject({ status: 'rejected', reason: { code: 'code-invalid' } });
      expect(rest.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled']);
      expect(exchanges()).toBe(2);
    });

    it('not for a client that was removed while Google answered', async () => {
      await bench.save();
      const address = await bench.consent();
      bench.google.faults.add({ match: { path: /token/ }, kind: 'slow', delayMs: 100 });
      const outcome = codeOf(paste(address));
      await expect.poll(exchanges).toBe(1);
      await bench.authorisation.reset();
      expect(await outcome).toBe('authorization-not-started');
      expect(bench.settings.google).toEqual({ credentials: null, grant: null, pending: null });
    });

    it('and tells when the consent of an app in testing will end', async () => {
      const { clientId, clientSecret } = CLIENT;
      bench.google.addClient({ clientId, clientSecrets: [clientSecret], redirectUris: [REDIRECT], testing: true });
      await bench.authorize();
      expect(bench.authorisation.view().consentExpiresAt).toBe(new Date(bench.time.now + 604_799_000).toISOString());
    });

    it('without the list of calendars, when only that box was left unticked', async () => {
      await bench.authorize({ scopes: [EVENTS] });
      expect(bench.authorisation.view()).toMatchObject({ state: 'authorized', calendarListGranted: false });
    });

    it('with more than was asked for, in other words and another order', async () => {
      await bench.save();
      const url = new URL((await bench.authorisation.begin()).url);
      const wider = ['auth/drive', 'auth/calendar', 'auth/userinfo.email'].map(
        (name) => `https://www.googleapis.com/${name}`,
      );
      url.searchParams.set('scope', `${wider.join(' ')} openid`);
      const address = bench.google.consent(url.href, { email: ARTHUR.email });
      expect(await paste(address)).toMatchObject({ state: 'authorized', account: ARTHUR.email });
      expect(bench.settings.google.grant?.scopes).not.toContain(EVENTS);
      await bench.calendar.get({ calendarId: ARTHUR.email, eventId: 'abcde' });
    });

    it('for another account, which then is the one that is shown', async () => {
      await bench.authorize();
      await bench.authorize({ email: SADIE.email });
      expect(bench.authorisation.view()).toMatchObject({ account: SADIE.email });
      await bench.calendar.get({ calendarId: SADIE.email, eventId: 'abcde' });
      expect(bench.google.requests.at(-1)?.subject).toBe(SADIE.email);
    });
  });

  describe('is refused, with the reason told apart', () => {
    it('for a foreign state or issuer, without an exchange', async () => {
      await bench.save();
      const address = await bench.consent();
      const state = bench.settings.google.pending?.state ?? '';
      expect(await codeOf(paste(address.replace(state, 'foreign')))).toBe('state-mismatch');
      const foreign = new URL(address);
      foreign.searchParams.set('iss', 'https://accounts.example.com');
      expect(await codeOf(paste(foreign.href))).toBe('state-mismatch');
      expect(exchanges()).toBe(0);
      expect(await paste(address)).toMatchObject({ state: 'authorized' });
    });

    it('for a refusal on the consent screen, without an exchange', async () => {
      await bench.save();
      expect(await codeOf(paste(await bench.consent({ deny: true })))).toBe('access-denied');
      expect(exchanges()).toBe(0);
    });

    it.each(['The provided client secret is invalid.', 'Unauthorized'] as const)(
      'for a wrong secret, which Google calls "%s"',
      async (words) => {
        bench.google.switches.secretRefusal = words;
        await bench.save({ clientSecret: 'GOCSPX-wrong' });
        expect(await codeOf(paste(await bench.consent()))).toBe('secret-invalid');
      },
    );

    it('for a client that was deleted meanwhile', async () => {
      await bench.save();
      const address = await bench.consent();
      bench.google.removeClient(CLIENT.clientId);
      expect(await codeOf(paste(address))).toBe('client-invalid');
    });

    it('for a missing calendar permission, and keeps the authorization that works', async () => {
      await bench.authorize();
      const before = structuredClone(bench.settings.google.grant);
      const failure = await failureOf(bench.authorize({ scopes: [LIST] }));
      expect(failure).toMatchObject({ code: 'scope-missing', detail: { missing: 'calendar.events' } });
      expect(bench.settings.google.grant).toEqual(before);
    });

    it.each(['500', '503-html', 'reset-before', 'commit-then-drop', 'truncated-json'] as const)(
      'for an exchange that ends in %s: sent once, a new code is needed, and the earlier authorization works on',
      async (kind) => {
        await bench.authorize();
        const before = structuredClone(bench.settings.google.grant);
        const address = await bench.consent();
        bench.google.faults.add({ match: { path: /token/ }, kind });
        const sent = exchanges();
        expect(await codeOf(paste(address))).toBe('google-unavailable');
        expect(exchanges() - sent).toBe(1);
        expect(await codeOf(paste(address))).toBe('code-already-used');
        expect(bench.settings.google.grant).toEqual(before);
        await bench.authorize();
      },
    );

    it('for an answer without lasting permission, unless one of the same account and client is stored', async () => {
      await bench.save();
      const address = async (email = ARTHUR.email) => {
        const { url } = await bench.authorisation.begin();
        return bench.google.consent(url.replace('access_type=offline', 'access_type=online'), { email });
      };
      expect(await codeOf(paste(await address()))).toBe('no-refresh-token');
      await bench.authorize();
      const stored = bench.settings.google.grant?.refreshToken;
      expect(await paste(await address())).toMatchObject({ state: 'authorized' });
      expect(bench.settings.google.grant?.refreshToken).toBe(stored);
      expect(await codeOf(paste(await address(SADIE.email)))).toBe('no-refresh-token');
      expect(bench.authorisation.view().account).toBe(ARTHUR.email);
    });
  });

  describe('ends', () => {
    it('with another client ID, and not with another secret or redirect URI', async () => {
      await bench.authorize();
      await bench.authorisation.saveCredentials({ clientId: CLIENT.clientId, redirectUri: 'http://localhost:1/' });
      expect(bench.authorisation.view().state).toBe('authorized');
      await bench.save({ clientId: '9-other.apps.googleusercontent.com' });
      expect(bench.authorisation.view().state).toBe('configured');
      expect(bench.settings.google).toMatchObject({ grant: null, pending: null });
    });

    it('here alone, or at Google too', async () => {
      await bench.authorize();
      await bench.authorisation.forget({ revoke: false });
      expect([bench.authorisation.view().state, bench.calls(/revoke/)]).toEqual(['configured', 0]);
      await bench.authorize();
      await bench.authorisation.forget({ revoke: true });
      expect(bench.google.requests.at(-1)).toMatchObject({ path: '/revoke', query: {}, status: 200 });
      expect(bench.authorisation.target()).toEqual({ ok: false, code: 'not-authorized' });
    });

    it('here although Google has forgotten it before', async () => {
      await bench.authorize();
      bench.google.revoke(ARTHUR.email);
      await bench.authorisation.forget({ revoke: true });
      expect(bench.settings.google.grant).toBeNull();
    });

    it('not when Google cannot be asked to revoke it', async () => {
      await bench.authorize();
      bench.google.faults.add({ match: { path: /revoke/ }, kind: '503-html' });
      expect(await codeOf(bench.authorisation.forget({ revoke: true }))).toBe('google-unavailable');
      expect(bench.authorisation.view().state).toBe('authorized');
    });

    it('with a word to those who listen', async () => {
      let told = 0;
      bench.authorisation.onChange(() => {
        told += 1;
      });
      await bench.save();
      await bench.authorize();
      await bench.authorisation.reset();
      expect(told).toBe(3);
    });
  });
});

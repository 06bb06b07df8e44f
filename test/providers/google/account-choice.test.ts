import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { ARTHUR, type Bench, codeIn, EITHER_WAY, everythingOf, failureOf, SADIE, startBench } from './harness.ts';

describe.each(EITHER_WAY)(
  'another account than the one that made the entries, where Google behaves %s',
  (_name, switches) => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await startBench({ switches });
      await bench.authorize();
      bench.entries.coming.set(ARTHUR.sub, { address: ARTHUR.email, entries: 12 });
    });
    afterEach(() => bench[Symbol.asyncDispose]());

    const view = () => bench.authorisation.view();
    const choose = async () => failureOf(bench.authorisation.complete(await bench.consent({ email: SADIE.email })));
    const subjectOfNextCall = async () => {
      await bench.calendar.get({ calendarId: 'primary', eventId: 'abcde' });
      return bench.google.requests.at(-1)?.subject;
    };

    it('is not taken without a decision; both are named, with the number of entries, and the earlier one works on', async () => {
      const expiresAt = new Date(bench.time.now + 600_000).toISOString();
      expect(await choose()).toMatchObject({
        code: 'other-account-chosen',
        detail: { chosen: SADIE.email, earlier: ARTHUR.email, entries: '12', project: '123456' },
      });
      expect(view()).toMatchObject({
        state: 'authorized',
        account: ARTHUR.email,
        pending: { account: SADIE.email, earlierAccount: ARTHUR.email, entries: 12, expiresAt },
      });
      expect(bench.authorisation.target()).toMatchObject({ account: ARTHUR.sub });
      bench.time.now += 3_600_000;
      expect(await subjectOfNextCall()).toBe(ARTHUR.email);
      expect(bench.entries.used).toEqual([{ sub: ARTHUR.sub, earlier: 'keep-entries' }]);
    });

    it.each(['keep-entries', 'recreate'] as const)('is taken with the decision to %s, once', async (earlier) => {
      await choose();
      expect(await bench.authorisation.decide(earlier)).toMatchObject({
        state: 'authorized',
        account: SADIE.email,
        authorizedAt: new Date(bench.time.now).toISOString(),
        pending: null,
      });
      expect(bench.entries.used.at(-1)).toEqual({ sub: SADIE.sub, earlier });
      expect(await subjectOfNextCall()).toBe(SADIE.email);
      expect((await failureOf(bench.authorisation.decide(earlier))).code).toBe('nothing-to-decide');
    });

    it('waits over a restart of the agent', async () => {
      await choose();
      const again = bench.restarted();
      expect(again.view().pending).toMatchObject({ account: SADIE.email, entries: 12 });
      expect(await again.decide('keep-entries')).toMatchObject({ account: SADIE.email });
    });

    it('waits for ten minutes and is forgotten then', async () => {
      await choose();
      bench.time.now += 600_000;
      expect(view()).toMatchObject({ account: ARTHUR.email, pending: null });
      expect((await failureOf(bench.authorisation.decide('recreate'))).code).toBe('nothing-to-decide');
      await bench.authorisation.keepAlive();
      expect(bench.settings.google.pending?.choice).toBeNull();
      expect(bench.entries.used).toHaveLength(1);
    });

    it('is dropped when the earlier one shall stay', async () => {
      await choose();
      await bench.authorisation.cancelPending();
      expect(view()).toMatchObject({ account: ARTHUR.email, pending: null });
      expect(bench.settings.google.pending).toBeNull();
      expect((await failureOf(bench.authorisation.decide('recreate'))).code).toBe('nothing-to-decide');
      expect(await subjectOfNextCall()).toBe(ARTHUR.email);
    });

    it('is asked about once more when the same code is pasted again, and exchanged once', async () => {
      const address = await bench.consent({ email: SADIE.email });
      const outcomes = await Promise.allSettled([
        bench.authorisation.complete(address),
        bench.authorisation.complete(codeIn(address)),
      ]);
      expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : ''))).toEqual([
        'other-account-chosen',
        'other-account-chosen',
      ]);
      expect((await failureOf(bench.authorisation.complete(address))).code).toBe('other-account-chosen');
      expect(bench.forms.filter((form) => form.get('code') !== null)).toHaveLength(2);
      await bench.authorisation.decide('keep-entries');
      expect((await failureOf(bench.authorisation.complete(address))).code).toBe('code-already-used');
    });

    it('is replaced by a new attempt', async () => {
      await choose();
      await bench.authorize();
      expect(view()).toMatchObject({ account: ARTHUR.email, pending: null });
    });

    it('is asked about although the earlier one was disconnected before, or has lost its permission', async () => {
      await bench.authorisation.forget({ revoke: false });
      expect((await choose()).code).toBe('other-account-chosen');
      expect(view()).toMatchObject({ state: 'configured', account: null, pending: { earlierAccount: ARTHUR.email } });
      await bench.authorize();
      await bench.authorisation.tokens.giveUp('reauthorize');
      expect((await choose()).code).toBe('other-account-chosen');
      await bench.authorisation.decide('recreate');
      expect(view()).toMatchObject({ state: 'authorized', account: SADIE.email });
    });

    it('is taken at once when no coming entry stands in the way, and the same account always is', async () => {
      await bench.authorize();
      expect(view()).toMatchObject({ account: ARTHUR.email, pending: null });
      bench.entries.coming.clear();
      await bench.authorize({ email: SADIE.email });
      expect(view()).toMatchObject({ account: SADIE.email, pending: null });
      expect(bench.entries.used.at(-1)).toEqual({ sub: SADIE.sub, earlier: 'keep-entries' });
    });

    it('is gone with the client or the authorization that it came with', async () => {
      await choose();
      await bench.authorisation.forget({ revoke: false });
      expect(view().pending).toBeNull();
      await choose();
      await bench.save({ clientId: '9-other.apps.googleusercontent.com' });
      expect(view().pending).toBeNull();
      expect((await failureOf(bench.authorisation.decide('recreate'))).code).toBe('nothing-to-decide');
    });

    it('leaves the earlier one in use when the disk cannot take the decision', async () => {
      await choose();
      const { saveGoogle } = bench.settings;
      bench.settings.saveGoogle = () => Promise.reject(new AppError('settings-unavailable', 'no room'));
      expect((await failureOf(bench.authorisation.decide('recreate'))).code).toBe('settings-unavailable');
      bench.settings.saveGoogle = saveGoogle;
      expect(view()).toMatchObject({ account: ARTHUR.email, pending: { account: SADIE.email } });
      expect(bench.entries.used.at(-1)).toEqual({ sub: ARTHUR.sub, earlier: 'keep-entries' });
      expect(await bench.authorisation.decide('recreate')).toMatchObject({ account: SADIE.email });
    });

    it('is told to the ledger with the chosen calendar, where that is one that both may use', async () => {
      await bench.settings.saveCalendar({ ...bench.settings.calendar, calendarId: 'rooms@x.example' });
      await choose();
      await bench.authorisation.decide('recreate');
      expect(bench.entries.calendars.at(-1)).toBe('rooms@x.example');
      await bench.settings.saveCalendar({ ...bench.settings.calendar, calendarId: ARTHUR.email });
      bench.entries.coming.clear();
      await bench.authorize();
      expect(bench.entries.calendars.at(-1)).toBeNull();
    });

    it('shows no token to anybody while it waits', async () => {
      const failure = await choose();
      const token = bench.settings.google.pending?.choice?.grant.refreshToken ?? 'none';
      expect(token).toMatch(/^1\/\//);
      expect(everythingOf([failure, view()]) + bench.lines.join('\n')).not.toContain(token);
    });
  },
);

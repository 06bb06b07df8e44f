import type { FastifyRequest } from 'fastify';
import type { Actor, CalendarSettings, EarlierEntries } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import { wordsOf } from './directory.ts';
import type { Handler } from './server.ts';

type Names =
  | 'credentials'
  | 'saveCredentials'
  | 'resetCredentials'
  | 'credentialsFile'
  | 'begin'
  | 'authorize'
  | 'authorization'
  | 'forget'
  | 'cancelPending'
  | 'testEntry'
  | 'calendars'
  | 'settings'
  | 'saveSettings'
  | 'settingsImpact'
  | 'applySettings';

/** Integrations > Google Services. */
export function googleHandlers(deps: AdminDeps, actor: (request: FastifyRequest) => Actor): Record<Names, Handler> {
  const { google, settings, ledger } = deps;
  const note = (request: FastifyRequest, action: string, detail = '') =>
    ledger.note({ actor: actor(request), action, subject: 'Google', detail });
  const selection = () => ({ selector: settings.calendar.selector, tag: settings.calendar.tag });
  return {
    credentials: async () => google.credentials() ?? { clientId: null, ...google.redirect() },

    async saveCredentials(request) {
      const body = request.body as { clientId: string; clientSecret?: string; redirectUri?: string | null };
      const saved = await google.saveCredentials(body);
      await note(request, 'credentials saved', saved.clientId);
      return saved;
    },

    async credentialsFile(request) {
      const saved = await google.saveCredentialsFile(request.body);
      await note(request, 'credentials saved from file', saved.clientId);
      return saved;
    },

    async resetCredentials(request) {
      await google.reset();
      await note(request, 'credentials reset');
      return undefined;
    },

    begin: async () => google.begin(),

    async authorize(request) {
      const body = request.body as { code: string } | { accept: EarlierEntries };
      if ('accept' in body) {
        const view = await google.decide(body.accept);
        const entries =
          body.accept === 'recreate' ? 'coming meetings are made anew' : 'earlier entries stay as they are';
        await note(request, 'account changed', `${view.account}; ${entries}`);
        return view;
      }
      const view = await google.complete(body.code);
      await note(request, 'authorized', view.account ?? '');
      return view;
    },

    authorization: async () => google.view(),

    async forget(request) {
      const revoke = (request.query as { revoke?: string }).revoke === 'true';
      await google.forget({ revoke });
      await note(request, revoke ? 'authorization revoked at Google' : 'authorization forgotten here');
      return undefined;
    },

    async cancelPending(request) {
      const { pending } = google.view();
      await google.cancelPending();
      if (pending !== null) await note(request, 'account not changed', `${pending.account} was not taken`);
      return undefined;
    },

    testEntry: async () => google.testEntry(),
    calendars: async () => google.calendars(),
    settings: async () => settings.calendar,

    async saveSettings(request) {
      const before = settings.calendar;
      const next: CalendarSettings = { ...before, ...(request.body as Partial<CalendarSettings>) };
      const { selector, tag } = before;
      // What an earlier version took in keeps the choice of its time; a wider one is applied by a person.
      if (selector !== next.selector || tag !== next.tag) await ledger.keepSelection({ selector, tag });
      await settings.saveCalendar(next);
      const changed = (Object.keys(next) as (keyof CalendarSettings)[]).filter(
        (name) => JSON.stringify(next[name]) !== JSON.stringify(before[name]),
      );
      if (changed.length > 0) {
        await note(request, 'settings saved', changed.join(', '));
        await deps.settingsChanged();
      }
      return settings.calendar;
    },

    settingsImpact: async () => deps.retaking.impact({ selection: selection() }),

    async applySettings(request) {
      const taking = { selection: selection() };
      const impact = await deps.retaking.impact(taking);
      await deps.retaking.apply(taking);
      await note(request, 'settings applied to all meetings', wordsOf(impact));
      return impact;
    },
  };
}

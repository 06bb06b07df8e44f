import { useCallback, useEffect, useState } from 'preact/hooks';
import { LocationProvider } from 'preact-iso';
import type { Session } from '../../src/contracts/http.ts';
import { EmptyState } from './components/empty-state.tsx';
import { ToastArea } from './components/toast.tsx';
import { call, session as sessionEvents } from './data/api.ts';
import { Person } from './data/person.ts';
import { PreferencesChanged } from './data/preferences-changed.ts';
import { Frame } from './frame/frame.tsx';
import { t } from './messages/t.ts';
import { SetupPage } from './pages/setup.tsx';
import { SignInPage } from './pages/sign-in.tsx';

const RETRY_MS = 3_000;

/** Set-up, then sign-in, then the pages. */
export function App() {
  const [session, setSession] = useState<Session | 'unreachable' | null>(null);
  const [, setDrawn] = useState(0);
  const redraw = useCallback(() => setDrawn((count) => count + 1), []);
  const load = useCallback(() => {
    call<Session>('GET', '/api/v1/session').then(setSession, () => {
      setSession('unreachable');
      setTimeout(load, RETRY_MS);
    });
  }, []);
  useEffect(() => {
    sessionEvents.ended = () => setSession({ state: 'signed-out' });
    sessionEvents.roleChanged = load;
    load();
  }, [load]);
  const signOut = () => {
    call('DELETE', '/api/v1/session').then(load, load);
  };

  if (session === null) return null;
  if (session === 'unreachable') {
    return (
      <main class="alone">
        <h1>{t('waitingTitle')}</h1>
        <EmptyState title={t('lostTitle')}>
          <p>{t('lostFix')}</p>
        </EmptyState>
      </main>
    );
  }
  if (session.state === 'setup') {
    const signIn = () => setSession({ state: 'signed-out' });
    return (
      <SetupPage
        onDone={setSession}
        onElse={session.others === true ? signIn : load}
        others={session.others === true}
      />
    );
  }
  if (session.state === 'signed-out') return <SignInPage onDone={load} />;
  return (
    <Person.Provider value={{ user: session.user ?? '', role: session.role ?? 'auditor' }}>
      <PreferencesChanged.Provider value={redraw}>
        <LocationProvider>
          <ToastArea>
            <Frame onSignOut={signOut} />
          </ToastArea>
        </LocationProvider>
      </PreferencesChanged.Provider>
    </Person.Provider>
  );
}

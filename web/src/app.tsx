import { useEffect, useState } from 'preact/hooks';
import { LocationProvider, Route, Router, useLocation } from 'preact-iso';
import type { Session, Status } from '../../src/contracts/http.ts';
import { call, onSignedOut } from './api.ts';
import { Button, Loading, StatusText } from './components/basics.tsx';
import { Icon, type IconName } from './components/icon.tsx';
import { useLoad } from './hooks.ts';
import { type Key, t } from './messages/en.ts';
import { ActivityPage } from './pages/activity.tsx';
import { DevicesPage } from './pages/devices.tsx';
import { GoogleAuthorizationPage } from './pages/google-authorization.tsx';
import { GoogleSettingsPage } from './pages/google-settings.tsx';
import { MeetingPage } from './pages/meeting.tsx';
import { MeetingsPage } from './pages/meetings.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { SetupPage, SignInPage } from './pages/sign-in.tsx';
import { applyTheme, storedTheme, type Theme } from './theme.ts';

/** Set-up, then sign-in, then the pages. */
export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const load = () => void call<Session>('GET', '/api/v1/session').then(setSession, () => setTimeout(load, 3_000));
  useEffect(() => {
    onSignedOut.handler = () => setSession({ state: 'signed-out' });
    load();
  }, []);
  if (session === null) return <Loading />;
  if (session.state === 'setup') return <SetupPage onDone={setSession} onElse={load} />;
  if (session.state === 'signed-out') return <SignInPage onDone={load} />;
  return (
    <LocationProvider>
      <Frame onSignOut={() => void call('DELETE', '/api/v1/session').finally(load)} />
    </LocationProvider>
  );
}

const PAGES: { path: string; key: Key; icon: IconName; group?: Key }[] = [
  { path: '/', key: 'overview', icon: 'overview' },
  { path: '/meetings', key: 'meetings', icon: 'calendar' },
  { path: '/integrations/google', key: 'googleServices', icon: 'link', group: 'integrations' },
  { path: '/devices', key: 'devices', icon: 'device' },
  { path: '/activity', key: 'activity', icon: 'activity' },
];

function Frame({ onSignOut }: { onSignOut: () => void }) {
  const { path } = useLocation();
  const [open, setOpen] = useState(false);
  const status = useLoad<Status>('/api/v1/status', 5_000);
  useEffect(() => setOpen(false), [path]);
  return (
    <>
      <a class="skip" href="#content">
        {t('skip')}
      </a>
      <header class="topbar">
        <span class="menu-button">
          <Button onClick={() => setOpen(!open)}>
            <Icon name="menu" />
            {t('menu')}
          </Button>
        </span>
        <a class="brand" href="/">
          <img src={new URL('./logo.svg', import.meta.url).pathname} alt="" width={28} height={28} />
          {t('product')}
        </a>
        <span class="where">{status.data?.google.account ?? ''}</span>
        <Health status={status.data} lost={status.failure !== null} />
      </header>
      <div class="frame">
        <nav class={`tree ${open ? 'open' : ''}`} aria-label={t('menu')}>
          <ul>
            {PAGES.map((page) => (
              <li key={page.path}>
                {page.group === undefined ? null : <div class="group">{t(page.group)}</div>}
                <a href={page.path} aria-current={isCurrent(path, page.path) ? 'page' : undefined}>
                  <Icon name={page.icon} />
                  {t(page.key)}
                </a>
              </li>
            ))}
            <li class="group">
              <ThemeSwitch />
            </li>
            <li>
              <Button kind="plain" onClick={onSignOut}>
                {t('signOut')}
              </Button>
            </li>
          </ul>
        </nav>
        <main class="page" id="content">
          <Router>
            <Route path="/" component={OverviewPage} />
            <Route path="/meetings" component={MeetingsPage} />
            <Route path="/meetings/:device/:uid" component={MeetingPage} />
            <Route path="/integrations/google" component={GoogleAuthorizationPage} />
            <Route path="/integrations/google/settings" component={GoogleSettingsPage} />
            <Route path="/devices" component={DevicesPage} />
            <Route path="/activity" component={ActivityPage} />
            <Route default component={NotFoundPage} />
          </Router>
        </main>
      </div>
    </>
  );
}

function isCurrent(path: string, page: string): boolean {
  return page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`);
}

/** The state in words, beside an icon: never by colour alone. */
function Health({ status, lost }: { status: Status | null; lost: boolean }) {
  if (lost) return <StatusText tone="danger">Connection to the agent lost</StatusText>;
  if (status === null) return <StatusText tone="info">{t('connecting')} …</StatusText>;
  const severities = status.problems.map((problem) => problem.severity);
  if (severities.includes('danger')) return <StatusText tone="danger">{t('needsYou')}</StatusText>;
  if (severities.includes('warning')) return <StatusText tone="warning">{t('needsYou')}</StatusText>;
  if (status.google.state !== 'authorized') return <StatusText tone="info">Not connected to Google yet</StatusText>;
  return <StatusText tone="good">{t('allWell')}</StatusText>;
}

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(storedTheme());
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <label>
      {t('theme')}
      <select value={theme} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        <option value="auto">{t('themeAuto')}</option>
        <option value="light">{t('themeLight')}</option>
        <option value="dark">{t('themeDark')}</option>
      </select>
    </label>
  );
}

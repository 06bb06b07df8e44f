import { useRef } from 'preact/hooks';
import { Route, Router, useLocation } from 'preact-iso';
import type { Device, Status } from '../../../src/contracts/http.ts';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { StatusText } from '../components/status-text.tsx';
import { AgentStatus } from '../data/agent-status.ts';
import { useLoad } from '../data/hooks.ts';
import { LiveContext, useLive, useLiveStream } from '../data/live.ts';
import { t } from '../messages/t.ts';
import { ActivityPage } from '../pages/activity.tsx';
import { DevicesPage } from '../pages/devices.tsx';
import { GooglePage } from '../pages/google/page.tsx';
import { LogsPage } from '../pages/logs.tsx';
import { MeetingPage } from '../pages/meeting/page.tsx';
import { MeetingsPage } from '../pages/meetings.tsx';
import { NotFoundPage } from '../pages/not-found.tsx';
import { OverviewPage } from '../pages/overview.tsx';
import { SettingsPage } from '../pages/settings/page.tsx';
import { Navigation } from './navigation.tsx';
import { TopBar } from './top-bar.tsx';

const STATUS_MS = 5_000;
const DEVICES_MS = 30_000;

/** Top bar, tree of pages, and the page. */
export function Frame({ onSignOut }: { onSignOut: () => void }) {
  const live = useLiveStream();
  return (
    <LiveContext.Provider value={live}>
      <Pages onSignOut={onSignOut} />
    </LiveContext.Provider>
  );
}

function Pages({ onSignOut }: { onSignOut: () => void }) {
  const { path } = useLocation();
  const live = useLive();
  const status = useLoad<Status>('/api/v1/status', STATUS_MS, 'status');
  const devices = useLoad<Device[]>('/api/v1/devices', DEVICES_MS, 'devices');
  const drawer = useRef<HTMLDialogElement>(null);
  const lost = status.failure !== null;
  // A click beside the drawer closes it, and so does a link in it, before the page opens and takes the focus.
  const closeDrawer = (event: MouseEvent) => {
    const { target } = event;
    if (target === drawer.current || (target instanceof Element && target.closest('a') !== null))
      drawer.current?.close();
  };

  const navigation = () => <Navigation path={path} version={status.data?.version ?? null} onSignOut={onSignOut} />;
  return (
    <AgentStatus.Provider value={status}>
      <a class="skip" href="#content">
        {t('skip')}
      </a>
      <TopBar status={status.data} lost={lost} devices={devices.data} onMenu={() => drawer.current?.showModal()} />
      <div class="frame">
        <aside class="side" aria-label={t('menu')}>
          {navigation()}
        </aside>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: on the keyboard Escape closes it, and a link is a link */}
        <dialog class="drawer" ref={drawer} aria-label={t('menu')} onClick={closeDrawer}>
          <button type="button" class="button quiet" onClick={() => drawer.current?.close()}>
            <Icon name="close" />
            {t('closeMenu')}
          </button>
          {navigation()}
        </dialog>
        <main class="page" id="content" tabIndex={-1}>
          <div role="status">
            {lost && status.data !== null ? (
              <Notice tone="danger" title={t('lostTitle')}>
                <p>
                  {t('lostFix')} {t('lostShown')}
                </p>
              </Notice>
            ) : live.state === 'lost' ? (
              <p class="not-live">
                <StatusText tone="warning">{t('notLive', { count: STATUS_MS / 1_000 })}</StatusText>
              </p>
            ) : null}
          </div>
          <Router>
            <Route path="/" component={OverviewPage} />
            <Route path="/meetings" component={MeetingsPage} />
            <Route path="/meetings/:device/:uid" component={MeetingPage} />
            <Route path="/integrations/google/:tab?" component={GooglePage} />
            <Route path="/devices" component={DevicesPage} />
            <Route path="/activity/:tab?" component={ActivityPage} />
            <Route path="/logs" component={LogsPage} />
            <Route path="/settings/:tab?" component={SettingsPage} />
            <Route default component={NotFoundPage} />
          </Router>
        </main>
      </div>
    </AgentStatus.Provider>
  );
}

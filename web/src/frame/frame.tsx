import { useRef } from 'preact/hooks';
import { Route, Router, useLocation } from 'preact-iso';
import type { Device, Status } from '../../../src/contracts/http.ts';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { AgentStatus } from '../data/agent-status.ts';
import { useLoad } from '../data/hooks.ts';
import { t } from '../messages/t.ts';
import { ActivityPage } from '../pages/activity.tsx';
import { DevicesPage } from '../pages/devices.tsx';
import { GooglePage } from '../pages/google/page.tsx';
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
export function Frame({ user, onSignOut }: { user: string; onSignOut: () => void }) {
  const { path } = useLocation();
  const status = useLoad<Status>('/api/v1/status', STATUS_MS);
  const devices = useLoad<Device[]>('/api/v1/devices', DEVICES_MS);
  const drawer = useRef<HTMLDialogElement>(null);
  const lost = status.failure !== null;
  // A click beside the drawer closes it, and so does a link in it, before the page opens and takes the focus.
  const closeDrawer = (event: MouseEvent) => {
    const { target } = event;
    if (target === drawer.current || (target instanceof Element && target.closest('a') !== null))
      drawer.current?.close();
  };

  const navigation = () => (
    <Navigation path={path} user={user} version={status.data?.version ?? null} onSignOut={onSignOut} />
  );
  return (
    <AgentStatus.Provider value={status}>
      <a class="skip" href="#content">
        {t('skip')}
      </a>
      <TopBar status={status.data} lost={lost} devices={devices.data} onMenu={() => drawer.current?.showModal()} />
      <div class="frame">
        <div class="side">{navigation()}</div>
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
            ) : null}
          </div>
          <Router>
            <Route path="/" component={OverviewPage} />
            <Route path="/meetings" component={MeetingsPage} />
            <Route path="/meetings/:device/:uid" component={MeetingPage} />
            <Route path="/integrations/google/:tab?" component={GooglePage} />
            <Route path="/devices" component={DevicesPage} />
            <Route path="/activity/:tab?" component={ActivityPage} />
            <Route path="/settings" component={SettingsPage} />
            <Route default component={NotFoundPage} />
          </Router>
        </main>
      </div>
    </AgentStatus.Provider>
  );
}

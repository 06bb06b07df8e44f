import { Icon, type IconName } from '../components/icon.tsx';
import { ThemeSwitch } from '../components/theme-switch.tsx';
import { usePerson } from '../data/person.ts';
import { type Key, t } from '../messages/t.ts';

interface Page {
  path: string;
  key: 'overview' | 'meetings' | 'googleServices' | 'devices' | 'activity' | 'logs' | 'settings';
  icon: IconName;
  /** The heading that the page stands under. */
  group?: Key & 'integrations';
}

const PAGES: Page[] = [
  { path: '/', key: 'overview', icon: 'overview' },
  { path: '/meetings', key: 'meetings', icon: 'calendar' },
  { path: '/integrations/google', key: 'googleServices', icon: 'google', group: 'integrations' },
  { path: '/devices', key: 'devices', icon: 'device' },
  { path: '/activity', key: 'activity', icon: 'activity' },
  { path: '/logs', key: 'logs', icon: 'logs' },
  { path: '/settings', key: 'settings', icon: 'settings' },
];

/** The tree of pages, and below it what belongs to the person. */
export function Navigation(props: { path: string; version: string | null; onSignOut: () => void }) {
  const { path, version, onSignOut } = props;
  const { user, role } = usePerson();
  return (
    <div class="navigation">
      <nav aria-label={t('navigation')}>
        <ul>
          {PAGES.map((page) =>
            page.group === undefined ? (
              <Item key={page.path} page={page} path={path} />
            ) : (
              <li key={page.path}>
                <span class="group">{t(page.group)}</span>
                <ul>
                  <Item page={page} path={path} />
                </ul>
              </li>
            ),
          )}
        </ul>
      </nav>
      <div class="person">
        <ThemeSwitch />
        <p class="hint">
          {user}, {t(`role_${role}`)}
        </p>
        <button type="button" class="button quiet" onClick={onSignOut}>
          <Icon name="signOut" />
          {t('signOut')}
        </button>
        {version === null ? null : <span class="hint">{t('versionLine', { version })}</span>}
      </div>
    </div>
  );
}

function Item({ page, path }: { page: Page; path: string }) {
  const current = page.path === '/' ? path === '/' : path === page.path || path.startsWith(`${page.path}/`);
  return (
    <li>
      <a href={page.path} aria-current={current ? 'page' : undefined}>
        <Icon name={page.icon} />
        {t(page.key)}
      </a>
    </li>
  );
}

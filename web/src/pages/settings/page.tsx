import { useRoute } from 'preact-iso';
import { PageTitle } from '../../components/page-title.tsx';
import { ProblemCard } from '../../components/problem-card.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { problemsAt, useAgentStatus } from '../../data/agent-status.ts';
import { useMay } from '../../data/person.ts';
import { t } from '../../messages/t.ts';
import { NotFoundPage } from '../not-found.tsx';
import { AboutTab } from './about-tab.tsx';
import { AlertsTab } from './alerts-tab.tsx';
import { MqttTab } from './mqtt-tab.tsx';
import { PersonalTab } from './personal-tab.tsx';
import { TokensTab } from './tokens-tab.tsx';
import { UsersTab } from './users-tab.tsx';

const HOME = '/settings';
const TABS = {
  users: { label: 'usersTab', content: UsersTab, administrator: true },
  tokens: { label: 'tokensTab', content: TokensTab, administrator: true },
  alerts: { label: 'alertsTitle', content: AlertsTab, administrator: true },
  mqtt: { label: 'mqttTab', content: MqttTab, administrator: false },
  personal: { label: 'personalTab', content: PersonalTab, administrator: false },
  about: { label: 'aboutTab', content: AboutTab, administrator: false },
} as const;
type Name = keyof typeof TABS;

/** Everybody has settings of their own; what concerns the whole agent is for administrators. */
export function SettingsPage() {
  const { params } = useRoute();
  const status = useAgentStatus();
  const administrator = useMay('administrator');
  const offered = (Object.keys(TABS) as Name[]).filter((name) => administrator || !TABS[name].administrator);
  const asked = params['tab'] || (administrator ? 'users' : 'personal');
  const name = offered.find((tab) => tab === asked);
  if (name === undefined) return <NotFoundPage />;
  const { label, content: Content } = TABS[name];
  const here = `${HOME}/${name}`;
  return (
    <>
      <PageTitle tab={t(label)}>{t('settings')}</PageTitle>
      <Tabs
        label={t('settings')}
        current={here}
        tabs={offered.map((tab) => ({ path: `${HOME}/${tab}`, label: t(TABS[tab].label) }))}
      />
      {problemsAt(status.data?.problems ?? [], here).map((problem) => (
        <ProblemCard key={problem.id} problem={problem} here={here} />
      ))}
      <Content />
    </>
  );
}

import { useRoute } from 'preact-iso';
import { PageTitle } from '../../components/page-title.tsx';
import { ProblemCard } from '../../components/problem-card.tsx';
import { Restricted } from '../../components/restricted.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { problemsAt, useAgentStatus } from '../../data/agent-status.ts';
import { t } from '../../messages/t.ts';
import { NotFoundPage } from '../not-found.tsx';
import { AuthorizationTab } from './authorization-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';

const HOME = '/integrations/google';
/** Some of them lead to Google Cloud first. */
const ABOUT = ['reauthorize', 'consent-ends', 'api-not-enabled'];

export function GooglePage() {
  const { params } = useRoute();
  const status = useAgentStatus();
  const tab = params['tab'];
  if (tab !== undefined && tab !== '' && tab !== 'settings') return <NotFoundPage />;
  const here = tab === 'settings' ? `${HOME}/settings` : HOME;
  const tabs = [
    { path: HOME, label: t('authorizationTab') },
    { path: `${HOME}/settings`, label: t('settingsTab') },
  ];
  return (
    <>
      <PageTitle tab={t(tab === 'settings' ? 'settingsTab' : 'authorizationTab')}>{t('googleServices')}</PageTitle>
      <Tabs label={t('googleServices')} tabs={tabs} current={here} />
      {problemsAt(status.data?.problems ?? [], HOME, ABOUT).map((problem) => (
        <ProblemCard key={problem.id} problem={problem} here={here} />
      ))}
      <Restricted to="administrator">{tab === 'settings' ? <SettingsTab /> : <AuthorizationTab />}</Restricted>
    </>
  );
}

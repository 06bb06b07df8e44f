import { useEffect, useState } from 'preact/hooks';
import type { AuthorizationState, Credentials } from '../../../src/contracts/http.ts';
import { FailureNotice, Loading, PageTitle } from '../components/basics.tsx';
import { useLoad } from '../hooks.ts';
import { t } from '../messages/en.ts';
import { AccountCard } from './google/account-card.tsx';
import { AuthorizeCard } from './google/authorize-card.tsx';
import { CredentialsCard } from './google/credentials-card.tsx';
import { GuideCard } from './google/guide-card.tsx';
import { TestEntryCard } from './google/test-entry-card.tsx';
import { GoogleTabs } from './google-tabs.tsx';

export function GoogleAuthorizationPage() {
  const credentials = useLoad<Credentials>('/api/v1/google/credentials');
  const authorization = useLoad<AuthorizationState>('/api/v1/google/authorization', 5_000);
  const [justAuthorized, setJustAuthorized] = useState(false);
  const reload = () => {
    credentials.reload();
    authorization.reload();
  };
  const state = authorization.data?.state;
  useEffect(() => {
    if (state !== undefined && state !== 'authorized') setJustAuthorized(false);
  }, [state]);
  return (
    <>
      <PageTitle>{t('googleServices')}</PageTitle>
      <GoogleTabs current="authorization" />
      <FailureNotice failure={credentials.failure ?? authorization.failure} />
      {credentials.data === null || authorization.data === null ? (
        <Loading />
      ) : (
        <>
          {authorization.data.account === null ? null : (
            <AccountCard authorization={authorization.data} fresh={justAuthorized} onChange={reload} />
          )}
          <GuideCard redirectUri={credentials.data.effectiveRedirectUri} open={credentials.data.clientId === null} />
          <CredentialsCard stored={credentials.data} onChange={reload} />
          <AuthorizeCard
            enabled={credentials.data.clientId !== null}
            onAuthorized={() => {
              setJustAuthorized(true);
              reload();
            }}
          />
          {state === 'authorized' ? <TestEntryCard /> : null}
        </>
      )}
    </>
  );
}

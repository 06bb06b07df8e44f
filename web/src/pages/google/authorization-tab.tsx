import { useEffect, useState } from 'preact/hooks';
import type { AuthorizationState, Credentials } from '../../../../src/contracts/http.ts';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useAgentStatus } from '../../data/agent-status.ts';
import { useLoad } from '../../data/hooks.ts';
import { AccountCard } from './account-card.tsx';
import { AccountChoice } from './account-choice.tsx';
import { ClientCard } from './client-card.tsx';
import { GuideCard } from './guide-card.tsx';
import { StepsCard } from './steps-card.tsx';
import { TestCard } from './test-card.tsx';

const LOOK_MS = 5_000;

export function AuthorizationTab() {
  const status = useAgentStatus();
  const credentials = useLoad<Credentials>('/api/v1/google/credentials');
  // Looked at again and again: the page at the redirect URI may complete the authorization in another tab.
  const authorization = useLoad<AuthorizationState>('/api/v1/google/authorization', LOOK_MS);
  const [before, setBefore] = useState<string | null>(null);
  const granted = authorization.data?.state === 'authorized' ? authorization.data.authorizedAt : null;
  const seen = authorization.data !== null;
  useEffect(() => {
    if (seen && before === null) setBefore(granted ?? '');
  }, [seen, granted, before]);

  const reload = () => {
    credentials.reload();
    authorization.reload();
    status.reload();
  };
  if (credentials.data === null || authorization.data === null) {
    const failure = credentials.failure ?? authorization.failure;
    return failure === null ? <Loading /> : <FailureNotice failure={failure} retry={reload} />;
  }
  const authorized = authorization.data.state === 'authorized';
  return (
    <>
      {authorization.data.pending === null ? null : (
        <AccountChoice pending={authorization.data.pending} onChange={reload} />
      )}
      {authorization.data.account === null ? null : (
        <AccountCard authorization={authorization.data} onChange={reload} />
      )}
      {authorized ? <TestCard /> : null}
      <GuideCard redirectUri={credentials.data.effectiveRedirectUri} open={credentials.data.clientId === null} />
      <ClientCard stored={credentials.data} onChange={reload} />
      <StepsCard
        enabled={credentials.data.clientId !== null}
        authorization={authorization.data}
        fresh={granted !== null && before !== null && granted !== before}
        onChange={reload}
      />
    </>
  );
}

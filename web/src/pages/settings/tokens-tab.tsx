import { useState } from 'preact/hooks';
import type { NewToken, Token } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { CopyBox } from '../../components/copy-box.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Notice } from '../../components/notice.tsx';
import { StatusText } from '../../components/status-text.tsx';
import { Table } from '../../components/table.tsx';
import { Instant } from '../../components/time.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction, useLoad } from '../../data/hooks.ts';
import { rich, t } from '../../messages/t.ts';
import { TokenDialog } from './token-dialog.tsx';

/** Settings > API tokens. */
export function TokensTab() {
  const { data, failure, reload } = useLoad<Token[]>('/api/v1/tokens', 0, 'activity');
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewToken | null>(null);
  const toast = useToast();
  const revoked = (token: Token) => {
    if (made?.id === token.id) setMade(null);
    reload();
    toast(t('tokenRevoked', token));
  };
  return (
    <Card
      title={t('tokensTab')}
      aside={
        <Button kind="primary" onClick={() => setMaking(true)}>
          {t('makeToken')}
        </Button>
      }
    >
      <p>
        {rich('tokensIntro', {
          header: <code>Authorization: Bearer …</code>,
          document: <a href="/api/v1/openapi.json">OpenAPI</a>,
        })}
      </p>
      <div role="status">{made === null ? null : <Made token={made} onDone={() => setMade(null)} />}</div>
      <FailureNotice failure={failure} retry={reload} />
      {data === null && failure === null ? <Loading /> : null}
      {data?.length === 0 ? (
        <EmptyState title={t('tokensNone')}>
          <p>{t('tokensNoneText')}</p>
        </EmptyState>
      ) : null}
      {data === null || data.length === 0 ? null : (
        <Table
          caption={t('tokensTab')}
          rows={data}
          rowKey={(token) => token.id}
          columns={[
            { label: t('tokenName'), cell: (token) => <NameOf token={token} /> },
            { label: t('tokenMay'), cell: (token) => t(`scope_${token.scope}`) },
            { label: t('tokenExpires'), cell: (token) => <Expiry token={token} /> },
            { label: t('tokenLastUse'), cell: (token) => <LastUse token={token} /> },
            {
              label: t('colActions'),
              width: 'fit',
              cell: (token) => <Revoke token={token} onRevoked={() => revoked(token)} />,
            },
          ]}
        />
      )}
      {making ? (
        <TokenDialog
          onMade={(token) => {
            setMade(token);
            reload();
          }}
          onClose={() => setMaking(false)}
        />
      ) : null}
    </Card>
  );
}

function Made({ token, onDone }: { token: NewToken; onDone: () => void }) {
  return (
    <Notice tone="warning" title={t('tokenMade', token)} action={<Button onClick={onDone}>{t('tokenKept')}</Button>}>
      <p>{t('tokenOnce')}</p>
      <CopyBox value={token.token} label={t('tokenLabel')} />
    </Notice>
  );
}

function NameOf({ token }: { token: Token }) {
  return (
    <>
      <strong>{token.name}</strong>
      <span class="hint line">
        {t('madeBy', { name: token.createdBy })} <Instant at={token.createdAt} />
      </span>
    </>
  );
}

function Expiry({ token }: { token: Token }) {
  if (token.expiresAt === null) return <>{t('never')}</>;
  if (!token.expired) return <Instant at={token.expiresAt} />;
  return (
    <>
      <StatusText tone="warning">{t('tokenExpired')}</StatusText>
      <span class="hint line">
        <Instant at={token.expiresAt} />
      </span>
    </>
  );
}

function LastUse({ token }: { token: Token }) {
  if (token.lastUsedAt === null) return <>{t('never')}</>;
  return (
    <>
      <Instant at={token.lastUsedAt} ago />
      <span class="hint line">{t('usedFrom', { address: token.lastUsedFrom ?? '' })}</span>
    </>
  );
}

function Revoke({ token, onRevoked }: { token: Token; onRevoked: () => void }) {
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const revoke = () =>
    action.run(async () => {
      await call('DELETE', `/api/v1/tokens/${encodeURIComponent(token.id)}`);
      onRevoked();
    });
  return (
    <div class="stack-small">
      <Button busy={action.busy} onClick={() => setAsking(true)} label={t('revokeOf', token)}>
        {t('revoke')}
      </Button>
      <FailureNotice failure={action.failure} />
      {asking ? (
        <ConfirmDialog
          title={t('revokeAsk', token)}
          confirm={t('revoke')}
          onConfirm={revoke}
          onClose={() => setAsking(false)}
        >
          <p>{t('revokeText')}</p>
        </ConfirmDialog>
      ) : null}
    </div>
  );
}

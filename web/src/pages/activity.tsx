import { useRoute } from 'preact-iso';
import type { RejectedPage } from '../../../src/contracts/http.ts';
import { Card } from '../components/card.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Facts } from '../components/facts.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { Pager, usePaging } from '../components/pager.tsx';
import { Restricted } from '../components/restricted.tsx';
import { Tabs } from '../components/tabs.tsx';
import { Instant } from '../components/time.tsx';
import { useLoad } from '../data/hooks.ts';
import { useMay } from '../data/person.ts';
import { t } from '../messages/t.ts';
import { readRejected } from '../read.ts';
import { Trail } from './activity-trail.tsx';
import { Erasure } from './erasure.tsx';
import { NotFoundPage } from './not-found.tsx';

const LOOK_MS = 15_000;
const PER_PAGE = 50;

export function ActivityPage() {
  const { params } = useRoute();
  const mayErase = useMay('administrator');
  const tab = params['tab'];
  if (tab !== undefined && tab !== '' && tab !== 'rejected' && tab !== 'erasure') return <NotFoundPage />;
  const name = tab === 'rejected' || tab === 'erasure' ? tab : 'activity';
  return (
    <>
      <PageTitle tab={t(`${name}Tab`)}>{t('activity')}</PageTitle>
      <Tabs
        label={t('activity')}
        current={name === 'activity' ? '/activity' : `/activity/${name}`}
        tabs={[
          { path: '/activity', label: t('activityTab') },
          { path: '/activity/rejected', label: t('rejectedTab') },
          ...(mayErase ? [{ path: '/activity/erasure', label: t('erasureTab') }] : []),
        ]}
      />
      {name === 'rejected' ? (
        <Rejected />
      ) : name === 'erasure' ? (
        <Restricted to="administrator">
          <Erasure />
        </Restricted>
      ) : (
        <Trail />
      )}
    </>
  );
}

function Rejected() {
  const paging = usePaging('rejected');
  const cursor = paging.cursor === null ? '' : `&cursor=${encodeURIComponent(paging.cursor)}`;
  const { data, failure } = useLoad<RejectedPage>(`/api/v1/rejected?limit=${PER_PAGE}${cursor}`, LOOK_MS, 'activity');
  const messages = (data?.items ?? []).map(readRejected);
  return (
    <Card>
      <FailureNotice failure={failure} />
      {data === null ? <Loading /> : null}
      {data !== null && messages.length === 0 ? (
        <EmptyState title={t('rejectedEmptyTitle')}>
          <p>{t('rejectedEmptyText')}</p>
        </EmptyState>
      ) : null}
      {messages.length === 0 ? null : (
        <>
          <p>{t('rejectedIntro')}</p>
          <ul class="rejected">
            {messages.map((message) => (
              <li key={`${message.at} ${message.sha256}`} class="stack-small">
                <h3>{message.title}</h3>
                {message.errors.length === 0 ? null : (
                  <ul class="plain">
                    {message.errors.map((error) => (
                      <li key={error.path + error.message}>
                        <code>{error.path}</code> {error.message}
                      </li>
                    ))}
                  </ul>
                )}
                <p>{message.fix}</p>
                <Facts
                  items={[
                    [t('colWhen'), <Instant key="at" at={message.at} />],
                    [t('colTopic'), <code key="topic">{message.topic}</code>],
                  ]}
                />
                <details>
                  <summary>{t('showMessage')}</summary>
                  <div class="stack-small">
                    <p class="hint">
                      {t('bytes', { count: message.size })}. {t('fingerprint', { sha: message.sha256 })}
                      {message.document === null ? '' : `. ${t('hiddenPasswords')}`}
                    </p>
                    {message.document === null ? null : <pre>{JSON.stringify(message.document, null, 2)}</pre>}
                  </div>
                </details>
              </li>
            ))}
          </ul>
          <Pager paging={paging} nextCursor={data?.nextCursor ?? null} />
        </>
      )}
    </Card>
  );
}

import { useRoute } from 'preact-iso';
import type { ActivityPage as ActivityList, RejectedPage } from '../../../src/contracts/http.ts';
import { Card } from '../components/card.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Facts } from '../components/facts.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { Pager, usePaging } from '../components/pager.tsx';
import { Table } from '../components/table.tsx';
import { Tabs } from '../components/tabs.tsx';
import { Instant } from '../components/time.tsx';
import { useLoad } from '../data/hooks.ts';
import { t } from '../messages/t.ts';
import { readRejected } from '../read.ts';
import { Erasure } from './erasure.tsx';
import { NotFoundPage } from './not-found.tsx';

const LOOK_MS = 15_000;
const PER_PAGE = 50;

export function ActivityPage() {
  const { params } = useRoute();
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
          { path: '/activity/erasure', label: t('erasureTab') },
        ]}
      />
      {name === 'rejected' ? <Rejected /> : name === 'erasure' ? <Erasure /> : <Activity />}
    </>
  );
}

function useList<T>(path: string) {
  const paging = usePaging(path);
  const cursor = paging.cursor === null ? '' : `&cursor=${encodeURIComponent(paging.cursor)}`;
  return { paging, ...useLoad<T>(`${path}?limit=${PER_PAGE}${cursor}`, LOOK_MS) };
}

function Activity() {
  const { data, failure, paging } = useList<ActivityList>('/api/v1/activity');
  return (
    <Card>
      <FailureNotice failure={failure} />
      {data === null ? <Loading /> : null}
      {data?.items.length === 0 ? (
        <EmptyState title={t('activityEmptyTitle')}>
          <p>{t('activityEmptyText')}</p>
        </EmptyState>
      ) : null}
      {data === null || data.items.length === 0 ? null : (
        <>
          <Table
            caption={t('activity')}
            rows={data.items}
            rowKey={(item) => item.id}
            columns={[
              { label: t('colWhen'), cell: (item) => <Instant at={item.at} /> },
              { label: t('colWho'), cell: (item) => item.actor },
              { label: t('colWhat'), cell: (item) => capital(item.action) },
              { label: t('colWhere'), cell: (item) => <Subject subject={item.subject} /> },
              { label: t('colDetail'), width: 'wide', cell: (item) => item.detail },
            ]}
          />
          <Pager paging={paging} nextCursor={data.nextCursor} />
        </>
      )}
    </Card>
  );
}

/** A meeting is named as device/uid. */
function Subject({ subject }: { subject: string }) {
  const [, device, uid] = /^([a-z0-9-]{1,64})\/([A-Za-z0-9._~-]{1,128})$/.exec(subject) ?? [];
  return uid === undefined ? subject : <a href={`/meetings/${device}/${encodeURIComponent(uid)}`}>{uid}</a>;
}

function Rejected() {
  const { data, failure, paging } = useList<RejectedPage>('/api/v1/rejected');
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

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

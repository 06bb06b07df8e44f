import { useState } from 'preact/hooks';
import type { ActivityPage as Page, RejectedPage } from '../../../src/contracts/http.ts';
import { Button, Card, EmptyState, FailureNotice, Loading, PageTitle } from '../components/basics.tsx';
import { Table } from '../components/table.tsx';
import { instant } from '../format.ts';
import { useLoad } from '../hooks.ts';
import { t } from '../messages/en.ts';

interface Rejected {
  topic: string;
  at: string;
  title: string;
  fix: string;
  sha256: string;
  errors: { path: string; message: string }[];
}

export function ActivityPage() {
  const [cursor, setCursor] = useState<string | null>(null);
  const { data, failure } = useLoad<Page>(
    `/api/v1/activity${cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`}`,
  );
  const rejected = useLoad<RejectedPage>('/api/v1/rejected', 15_000);
  const messages = (rejected.data?.items ?? []) as Rejected[];
  return (
    <>
      <PageTitle>{t('activity')}</PageTitle>
      <FailureNotice failure={failure} />
      <Card title="Messages that could not be taken">
        {messages.length === 0 ? (
          <p class="quiet-text">None. Every message that arrived was understood.</p>
        ) : (
          <Table
            caption="Messages that could not be taken"
            rows={messages}
            rowKey={(row) => row.sha256 + row.at}
            columns={[
              { label: 'When', cell: (row) => instant(row.at) },
              { label: 'Topic', cell: (row) => <code>{row.topic}</code> },
              {
                label: 'Why',
                cell: (row) => (
                  <>
                    <strong>{row.title}</strong>
                    {row.errors.map((item) => (
                      <div key={item.path}>
                        <code>{item.path}</code> {item.message}
                      </div>
                    ))}
                    <div class="quiet-text small">{row.fix}</div>
                  </>
                ),
              },
            ]}
          />
        )}
      </Card>
      <Card title="Who did what">
        {data === null ? (
          <Loading />
        ) : data.items.length === 0 ? (
          <EmptyState title="Nothing was done yet" />
        ) : (
          <>
            <Table
              caption="Who did what"
              rows={data.items}
              rowKey={(row) => String(row.id)}
              columns={[
                { label: 'When', cell: (row) => <span title={row.at}>{instant(row.at)}</span> },
                { label: 'Who', cell: (row) => row.actor },
                { label: 'What', cell: (row) => row.action },
                { label: 'Where', cell: (row) => row.subject },
                { label: 'Detail', cell: (row) => row.detail },
              ]}
            />
            <div class="row">
              {cursor === null ? null : <Button onClick={() => setCursor(null)}>Newest</Button>}
              {data.nextCursor === null ? null : <Button onClick={() => setCursor(data.nextCursor)}>Older</Button>}
            </div>
          </>
        )}
      </Card>
    </>
  );
}

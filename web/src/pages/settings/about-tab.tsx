import type { About } from '../../../../src/contracts/http.ts';
import { Card } from '../../components/card.tsx';
import { Facts } from '../../components/facts.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Table } from '../../components/table.tsx';
import { Instant } from '../../components/time.tsx';
import { useLoad } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';

/** Settings > About. */
export function AboutTab() {
  const { data, failure, reload } = useLoad<About>('/api/v1/about');
  if (data === null) return failure === null ? <Loading /> : <FailureNotice failure={failure} retry={reload} />;
  return (
    <>
      <Card title={t('product')}>
        <Facts
          items={[
            [t('version'), data.version],
            [t('aboutLicence'), data.licence],
            [t('aboutNode'), data.node],
            [t('aboutStarted'), <Instant key="started" at={data.startedAt} />],
            [
              t('aboutDocuments'),
              <div key="documents" class="row">
                <a href="/api/v1/openapi.json">{t('aboutOpenApi')}</a>
                <a href="/api/v1/asyncapi.json">{t('aboutAsyncApi')}</a>
              </div>,
            ],
          ]}
        />
      </Card>
      <Card
        title={t('aboutPackages')}
        aside={
          <a href="/api/v1/about/licences" target="_blank" rel="noreferrer">
            {t('aboutLicences')}
            <span class="unseen"> {t('openOutside')}</span>
          </a>
        }
      >
        <p>{t('aboutPackagesText', { count: data.packages.length })}</p>
        <details>
          <summary>{t('aboutShowPackages')}</summary>
          <Table
            caption={t('aboutPackages')}
            rows={data.packages}
            rowKey={(item) => `${item.name} ${item.version}`}
            columns={[
              { label: t('aboutPackage'), width: 'wide', cell: (item) => item.name },
              { label: t('version'), cell: (item) => item.version },
              { label: t('aboutLicence'), cell: (item) => item.licence },
            ]}
          />
        </details>
      </Card>
    </>
  );
}

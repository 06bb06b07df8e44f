import { Card } from '../components/card.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Link } from '../components/link.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { t } from '../messages/t.ts';

export function NotFoundPage() {
  return (
    <>
      <PageTitle>{t('notFoundTitle')}</PageTitle>
      <Card>
        <EmptyState title={t('notFoundText')}>
          <Link button href="/">
            {t('toOverview')}
          </Link>
        </EmptyState>
      </Card>
    </>
  );
}

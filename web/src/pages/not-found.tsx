import { EmptyState, PageTitle } from '../components/basics.tsx';

export function NotFoundPage() {
  return (
    <>
      <PageTitle>Nothing here</PageTitle>
      <EmptyState title="There is no page at this address.">
        <a href="/">Go to the overview</a>
      </EmptyState>
    </>
  );
}

import { useState } from 'preact/hooks';
import type { TestEntry } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Notice } from '../../components/notice.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';

/** The proof that entries arrive, without waiting for a meeting. */
export function TestCard() {
  const [outcome, setOutcome] = useState<TestEntry | null>(null);
  const action = useAction();
  const run = () => {
    setOutcome(null);
    action.run(async () => setOutcome(await call<TestEntry>('POST', '/api/v1/google/test-entry')));
  };
  return (
    <Card title={t('testTitle')}>
      <p>{t('testText')}</p>
      <div class="row">
        <Button busy={action.busy} onClick={run}>
          {t('testButton')}
        </Button>
      </div>
      <FailureNotice failure={action.failure} />
      <div role="status">{outcome === null ? null : <Outcome outcome={outcome} />}</div>
      {outcome === null ? null : (
        <div class="two">
          <Document title={t('testSent')} value={outcome.request} />
          <Document title={t('testHeld')} value={outcome.held} />
        </div>
      )}
    </Card>
  );
}

function Outcome({ outcome: { matches, differences } }: { outcome: TestEntry }) {
  return matches ? (
    <Notice tone="good">
      <p>{t('testMatches')}</p>
    </Notice>
  ) : (
    <Notice tone="warning">
      <p>{t('testDiffers', { count: differences.length, list: differences.join(', ') })}</p>
    </Notice>
  );
}

function Document({ title, value }: { title: string; value: unknown }) {
  return (
    <section class="stack-small">
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}

import { useState } from 'preact/hooks';
import type { TestEntry } from '../../../../src/contracts/http.ts';
import { call } from '../../api.ts';
import { Button, Card, FailureNotice, Notice } from '../../components/basics.tsx';
import { useAction } from '../../hooks.ts';

export function TestEntryCard() {
  const [outcome, setOutcome] = useState<TestEntry | null>(null);
  const action = useAction();
  const run = () =>
    action.run(async () => {
      setOutcome(null);
      setOutcome(await call<TestEntry>('POST', '/api/v1/google/test-entry'));
    });
  return (
    <Card title="Try it">
      <p>Makes an entry without guests ten minutes ahead, reads it back and removes it. Nobody is mailed.</p>
      <div class="row">
        <Button busy={action.busy} onClick={run}>
          Send a test entry
        </Button>
      </div>
      <FailureNotice failure={action.failure} />
      <div role="status" class="stack">
        {outcome === null ? null : (
          <>
            <Notice
              tone={outcome.matches ? 'good' : 'warning'}
              title={outcome.matches ? 'The calendar holds what was sent' : 'The calendar holds something else'}
            >
              {outcome.differences.length === 0 ? null : <p>Different: {outcome.differences.join(', ')}</p>}
            </Notice>
            <div class="two">
              <div class="stack-small">
                <h3>Sent</h3>
                <pre class="shown">{JSON.stringify(outcome.request, null, 2)}</pre>
              </div>
              <div class="stack-small">
                <h3>Came back</h3>
                <pre class="shown">{JSON.stringify(outcome.held, null, 2)}</pre>
              </div>
            </div>
          </>
        )}
      </div>
    </Card>
  );
}

import { useState } from 'preact/hooks';
import type { Attempt } from '../../../../src/contracts/http.ts';
import { call } from '../../api.ts';
import { Button, Card, CopyBox, FailureNotice, Notice } from '../../components/basics.tsx';
import { TextField } from '../../components/field.tsx';
import { instant } from '../../format.ts';
import { useAction } from '../../hooks.ts';
import { t } from '../../messages/en.ts';
import { recognise } from '../../recognise.ts';

/** The four numbered steps. */
export function AuthorizeCard({ enabled, onAuthorized }: { enabled: boolean; onAuthorized: () => void }) {
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const [code, setCode] = useState('');
  const beginning = useAction();
  const finishing = useAction();
  const begin = () => {
    // Opened at once, while the click still counts as the person's own; its address follows.
    const tab = window.open('about:blank', '_blank');
    if (tab !== null) tab.opener = null;
    beginning.run(async () => {
      try {
        const made = await call<Attempt>('POST', '/api/v1/google/authorization');
        setAttempt(made);
        if (tab !== null) tab.location.href = made.url;
      } catch (error) {
        tab?.close();
        throw error;
      }
    });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    finishing.run(async () => {
      await call('PUT', '/api/v1/google/authorization', { code });
      setCode('');
      setAttempt(null);
      onAuthorized();
    });
  };
  const recognised = recognise(code);
  return (
    <Card title="Authorize an account">
      {enabled ? null : (
        <Notice tone="info">
          <p>Save the OAuth client first.</p>
        </Notice>
      )}
      <ol class="steps">
        <li class={attempt === null ? '' : 'done'}>
          <div class="stack-small">
            <p>Click the button. Google opens in a new tab.</p>
            <div class="row">
              <Button kind="primary" busy={beginning.busy} disabled={!enabled} onClick={begin}>
                {t('getCode')}
              </Button>
            </div>
            <FailureNotice failure={beginning.failure} />
            {attempt === null ? null : (
              <>
                <p class="quiet-text small">
                  If no tab opened, open this address yourself. It works until {instant(attempt.expiresAt)}.
                </p>
                <CopyBox label="Address of Google’s sign-in" value={attempt.url} />
              </>
            )}
          </div>
        </li>
        <li>
          <div class="stack-small">
            <p>Sign in with the Google account whose calendar shall hold the meetings.</p>
            <Notice tone="warning">
              <p>Check which account is signed in: the browser may offer another one first.</p>
            </Notice>
          </div>
        </li>
        <li>
          <p>Accept. Tick every permission that Google asks for.</p>
        </li>
        <li>
          <form class="stack-small" onSubmit={submit}>
            <p>
              Copy the code that is shown, or the whole address from the address bar, paste it here and click
              Authorization.
            </p>
            <TextField
              label={t('code')}
              rows={3}
              value={code}
              onInput={setCode}
              help={<span aria-live="polite">{recognised === '' ? '' : `Recognised: ${recognised}.`}</span>}
            />
            <FailureNotice failure={finishing.failure} />
            <div class="field-actions row">
              <Button kind="primary" type="submit" busy={finishing.busy} disabled={code.trim() === ''}>
                {t('authorize')}
              </Button>
            </div>
          </form>
        </li>
      </ol>
    </Card>
  );
}

import { useEffect, useId, useState } from 'preact/hooks';
import type { Session } from '../../../src/contracts/http.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { ErrorSummary } from '../components/error-summary.tsx';
import { TextField } from '../components/field.tsx';
import { Logo } from '../components/logo.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { Strength } from '../components/strength.tsx';
import { call } from '../data/api.ts';
import { useAction } from '../data/hooks.ts';
import { rich, t } from '../messages/t.ts';

/**
 * Nothing but this until an administrator exists. Where the password of `admin` was reset, the other users may still
 * sign in.
 */
export function SetupPage(props: { onDone: (session: Session) => void; onElse: () => void; others: boolean }) {
  const { onDone, onElse, others } = props;
  const [setupToken, setToken] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction();
  const [tokenId, passwordId] = [useId(), useId()];
  const already = action.failure?.problem.code === 'already-set-up';
  useEffect(() => document.getElementById(tokenId)?.focus(), [tokenId]);
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => onDone(await call<Session>('POST', '/api/v1/setup', { setupToken, password })));
  };
  const fields = {
    setupToken: { label: t('setupToken'), id: tokenId },
    password: { label: t('newPassword'), id: passwordId },
  };
  return (
    <main class="alone">
      <Logo />
      <PageTitle>{t('setupTitle')}</PageTitle>
      <Card>
        <form class="stack" onSubmit={submit} noValidate>
          <p>{t('setupIntro')}</p>
          <ErrorSummary failure={action.failure} fields={fields} />
          <TextField
            id={tokenId}
            label={t('setupToken')}
            value={setupToken}
            onInput={setToken}
            required
            error={action.failure?.field('setupToken')}
            help={rich('setupTokenHelp', { logs: <code>docker logs</code>, file: <code>setup-token</code> })}
          />
          <TextField
            id={passwordId}
            label={t('newPassword')}
            type="password"
            autocomplete="new-password"
            value={password}
            onInput={setPassword}
            required
            error={action.failure?.field('password')}
            help={<Strength password={password} />}
          />
          <div class="row">
            <Button kind="primary" type="submit" busy={action.busy}>
              {t('setupButton')}
            </Button>
            {already || others ? <Button onClick={onElse}>{t(already ? 'signIn' : 'signInAsOther')}</Button> : null}
          </div>
        </form>
      </Card>
    </main>
  );
}

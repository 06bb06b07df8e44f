import { useEffect, useId, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { ErrorSummary } from '../components/error-summary.tsx';
import { TextField } from '../components/field.tsx';
import { Logo } from '../components/logo.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { call } from '../data/api.ts';
import { useAction } from '../data/hooks.ts';
import { t } from '../messages/t.ts';

/** Whoever signed in here last is likely to do so again. */
const USER = 'user';
const lastUser = () => localStorage.getItem(USER) ?? 'admin';

export function SignInPage({ onDone }: { onDone: () => void }) {
  const [username, setUsername] = useState(lastUser);
  const [password, setPassword] = useState('');
  const action = useAction();
  const [userId, passwordId] = [useId(), useId()];
  useEffect(() => document.getElementById(passwordId)?.focus(), [passwordId]);
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      await call('POST', '/api/v1/session', { username, password });
      localStorage.setItem(USER, username.trim());
      onDone();
    });
  };
  const fields = { username: { label: t('user'), id: userId }, password: { label: t('password'), id: passwordId } };
  return (
    <main class="alone">
      <Logo />
      <PageTitle>{t('signInTitle')}</PageTitle>
      <Card>
        <form class="stack" onSubmit={submit} noValidate>
          <ErrorSummary failure={action.failure} fields={fields} />
          <TextField
            id={userId}
            label={t('user')}
            autocomplete="username"
            value={username}
            onInput={setUsername}
            error={action.failure?.field('username')}
          />
          <TextField
            id={passwordId}
            label={t('password')}
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={setPassword}
            error={action.failure?.field('password')}
          />
          <div class="row">
            <Button kind="primary" type="submit" busy={action.busy}>
              {t('signIn')}
            </Button>
          </div>
        </form>
      </Card>
    </main>
  );
}

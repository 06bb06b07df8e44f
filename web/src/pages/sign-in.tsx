import { useState } from 'preact/hooks';
import type { Session } from '../../../src/contracts/http.ts';
import { call } from '../api.ts';
import { Button, Card, FailureNotice, PageTitle } from '../components/basics.tsx';
import { TextField } from '../components/field.tsx';
import { useAction } from '../hooks.ts';

/** Nothing but this until an administrator exists. */
export function SetupPage({ onDone, onElse }: { onDone: (session: Session) => void; onElse: () => void }) {
  const [setupToken, setToken] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => onDone(await call<Session>('POST', '/api/v1/setup', { setupToken, password })));
  };
  return (
    <main class="alone">
      <PageTitle>Set up Calendar Agent</PageTitle>
      <Card>
        <form class="stack" onSubmit={submit}>
          <p>
            Choose the password of the administrator. The set-up token shows that you are the one who started the agent.
          </p>
          <TextField
            label="Set-up token"
            value={setupToken}
            onInput={setToken}
            required
            help={
              <>
                Printed when the agent starts, and kept in the file <code>setup-token</code> of its data folder.
              </>
            }
          />
          <TextField
            label="New password"
            type="password"
            autocomplete="new-password"
            value={password}
            onInput={setPassword}
            required
            help={strength(password)}
          />
          <FailureNotice failure={action.failure} />
          <div class="row">
            <Button kind="primary" type="submit" busy={action.busy} disabled={password.length < 8 || setupToken === ''}>
              Set password and continue
            </Button>
            {action.failure?.problem.code === 'already-set-up' ? <Button onClick={onElse}>Sign in</Button> : null}
          </div>
        </form>
      </Card>
    </main>
  );
}

export function SignInPage({ onDone }: { onDone: () => void }) {
  const [username, setUsername] = useState('admin');
  const [password, setPassword] = useState('');
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      await call('POST', '/api/v1/session', { username, password });
      onDone();
    });
  };
  return (
    <main class="alone">
      <PageTitle>Sign in</PageTitle>
      <Card>
        <form class="stack" onSubmit={submit}>
          <TextField label="User" autocomplete="username" value={username} onInput={setUsername} required />
          <TextField
            label="Password"
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={setPassword}
            required
          />
          <FailureNotice failure={action.failure} />
          <div class="row">
            <Button kind="primary" type="submit" busy={action.busy}>
              Sign in
            </Button>
          </div>
        </form>
      </Card>
    </main>
  );
}

function strength(password: string): string {
  if (password.length < 8) return 'At least 8 characters.';
  if (password.length < 12) return 'Long enough. A few words in a row are stronger and easier to keep in mind.';
  return 'Strong enough.';
}

import { useEffect, useState } from 'preact/hooks';
import type { Credentials, SavedCredentials } from '../../../../src/contracts/http.ts';
import { call, Failure } from '../../api.ts';
import { Button, Card, ConfirmDialog, FailureNotice } from '../../components/basics.tsx';
import { TextField } from '../../components/field.tsx';
import { useAction } from '../../hooks.ts';
import { t } from '../../messages/en.ts';

export function CredentialsCard({ stored, onChange }: { stored: Credentials; onChange: () => void }) {
  const saved = stored.clientId === null ? null : (stored as SavedCredentials);
  const [clientId, setClientId] = useState(saved?.clientId ?? '');
  const [clientSecret, setClientSecret] = useState('');
  const [redirectUri, setRedirectUri] = useState(saved?.redirectUri ?? '');
  const [said, setSaid] = useState('');
  const [asking, setAsking] = useState(false);
  const [over, setOver] = useState(false);
  const action = useAction();
  useEffect(() => {
    setClientId(saved?.clientId ?? '');
    setRedirectUri(saved?.redirectUri ?? '');
  }, [saved?.clientId, saved?.redirectUri]);

  const done = (words: string) => {
    setClientSecret('');
    setSaid(words);
    onChange();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setSaid('');
    action.run(async () => {
      await call('PUT', '/api/v1/google/credentials', {
        clientId,
        ...(clientSecret === '' ? {} : { clientSecret }),
        redirectUri: redirectUri === '' ? null : redirectUri,
      });
      done(t('saved'));
    });
  };
  const upload = (file: File | undefined) => {
    if (file === undefined) return;
    setSaid('');
    action.run(async () => {
      let document: unknown;
      try {
        document = JSON.parse(await file.text());
      } catch {
        throw new Failure({
          type: 'about:blank',
          status: 0,
          title: `${file.name} is no JSON file`,
          fix: 'Upload the file that Google Cloud gave for the OAuth client.',
        });
      }
      await call('POST', '/api/v1/google/credentials/file', document);
      done(`${file.name} was read and saved.`);
    });
  };
  const error = (name: string) => action.failure?.field(name);
  return (
    <Card title="OAuth client">
      <form class="stack" onSubmit={submit}>
        <TextField
          label={t('clientId')}
          value={clientId}
          onInput={setClientId}
          required
          error={error('clientId')}
          placeholder="…apps.googleusercontent.com"
        />
        <TextField
          label={t('clientSecret')}
          type="password"
          autocomplete="new-password"
          value={clientSecret}
          onInput={setClientSecret}
          error={error('clientSecret')}
          placeholder={saved === null ? '' : `stored, ends with ${saved.clientSecretHint}`}
          help={saved === null ? undefined : 'Leave empty to keep the stored secret.'}
        />
        <TextField
          label={t('redirectUris')}
          value={redirectUri}
          onInput={setRedirectUri}
          error={error('redirectUri')}
          help={
            <>
              May stay empty. In use: <code>{stored.effectiveRedirectUri}</code>
              {stored.notes.map((note) => (
                <p key={note}>{note}</p>
              ))}
            </>
          }
        />
        <FailureNotice failure={action.failure} />
        <div class="field-actions row">
          <Button kind="primary" type="submit" busy={action.busy}>
            {t('save')}
          </Button>
          <Button onClick={() => setAsking(true)} disabled={saved === null}>
            {t('reset')}
          </Button>
          <span role="status">{said}</span>
        </div>
      </form>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the file field inside does the same by keyboard */}
      <div
        class={`drop ${over ? 'over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          upload(event.dataTransfer?.files[0]);
        }}
      >
        <label>
          Or upload the credentials file (JSON), or drop it here:{' '}
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => {
              upload(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
        </label>
      </div>
      {asking ? (
        <ConfirmDialog
          title="Reset Google Services?"
          confirm={t('reset')}
          onConfirm={() =>
            action.run(async () => {
              await call('DELETE', '/api/v1/google/credentials');
              done('The credentials were removed.');
            })
          }
          onClose={() => setAsking(false)}
        >
          <p>
            The client ID, the client secret and the authorization are removed here. Google does not show the secret
            again.
          </p>
          <p>Meetings wait, and entries in the calendar stay.</p>
        </ConfirmDialog>
      ) : null}
    </Card>
  );
}

import { useEffect, useId, useState } from 'preact/hooks';
import type { Credentials, SavedCredentials } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { TextField } from '../../components/field.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { rich, t } from '../../messages/t.ts';
import { FileDrop } from './file-drop.tsx';

/** The OAuth client: typed, or from the file that Google offers. */
export function ClientCard({ stored, onChange }: { stored: Credentials; onChange: () => void }) {
  const saved = stored.clientId === null ? null : (stored as SavedCredentials);
  const [clientId, setClientId] = useState(saved?.clientId ?? '');
  const [clientSecret, setClientSecret] = useState('');
  const [redirectUri, setRedirectUri] = useState(saved?.redirectUri ?? '');
  const [asking, setAsking] = useState(false);
  const ids = { clientId: useId(), clientSecret: useId(), redirectUri: useId(), file: useId() };
  const action = useAction();
  const toast = useToast();
  useEffect(() => {
    setClientId(saved?.clientId ?? '');
    setRedirectUri(saved?.redirectUri ?? '');
  }, [saved?.clientId, saved?.redirectUri]);

  const done = (words: string) => {
    setClientSecret('');
    toast(words);
    onChange();
  };
  const save = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      await call('PUT', '/api/v1/google/credentials', {
        clientId,
        ...(clientSecret === '' ? {} : { clientSecret }),
        redirectUri: redirectUri.trim() === '' ? null : redirectUri,
      });
      done(t('credentialsSaved'));
    });
  };
  const reset = () =>
    action.run(async () => {
      await call('DELETE', '/api/v1/google/credentials');
      setClientId('');
      setRedirectUri('');
      done(t('resetDone'));
    });
  const changed =
    clientId !== (saved?.clientId ?? '') || redirectUri !== (saved?.redirectUri ?? '') || clientSecret !== '';
  const error = (name: string) => action.failure?.field(name);
  return (
    <Card title={t('clientTitle')}>
      <form class="stack" onSubmit={save} noValidate>
        <ErrorSummary
          failure={action.failure}
          fields={{
            clientId: { label: t('clientId'), id: ids.clientId },
            clientSecret: { label: t('clientSecret'), id: ids.clientSecret },
            redirectUri: { label: t('redirectUris'), id: ids.redirectUri },
            file: { label: t('fileLabel'), id: ids.file },
          }}
        />
        <TextField
          id={ids.clientId}
          label={t('clientId')}
          value={clientId}
          onInput={setClientId}
          required
          error={error('clientId')}
          placeholder={t('clientIdHint')}
        />
        <TextField
          id={ids.clientSecret}
          label={t('clientSecret')}
          type="password"
          autocomplete="new-password"
          value={clientSecret}
          onInput={setClientSecret}
          required={saved === null}
          error={error('clientSecret')}
          placeholder={saved === null ? '' : t('clientSecretStored', { hint: saved.clientSecretHint })}
          help={saved === null ? undefined : t('clientSecretHelp')}
        />
        <TextField
          id={ids.redirectUri}
          label={t('redirectUris')}
          value={redirectUri}
          onInput={setRedirectUri}
          error={error('redirectUri')}
          help={<RedirectHelp stored={stored} />}
        />
        <div class="row field-actions">
          <Button kind={saved === null || changed ? 'primary' : undefined} type="submit" busy={action.busy}>
            {t('save')}
          </Button>
          <Button onClick={() => setAsking(true)}>{t('reset')}</Button>
        </div>
      </form>
      <FileDrop id={ids.file} action={action} onDone={done} />
      {asking ? (
        <ConfirmDialog title={t('resetTitle')} confirm={t('reset')} onConfirm={reset} onClose={() => setAsking(false)}>
          <p>{t('resetLost')}</p>
          <p>{t('resetKept')}</p>
        </ConfirmDialog>
      ) : null}
    </Card>
  );
}

function RedirectHelp({ stored }: { stored: Credentials }) {
  return (
    <>
      <p>
        {rich('redirectHelp', { uri: <code>{stored.effectiveRedirectUri}</code> })},{' '}
        {t(`redirectFrom_${stored.redirectUriSource}`)}.
      </p>
      {stored.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </>
  );
}

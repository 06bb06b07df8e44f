import { useEffect, useState } from 'preact/hooks';
import type { DirectoryPage } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';
import type { Asked } from './directory-card.tsx';

type Ask = (change: Asked) => void;

/** One extension; an entry that is there is replaced. */
export function EntryForm({ ask }: { ask: Ask }) {
  const none = { extension: '', name: '', email: '' };
  const [entry, setEntry] = useState(none);
  const action = useAction();
  const set = (change: Partial<typeof none>) => setEntry({ ...entry, ...change });
  const extension = entry.extension.trim();
  const save = (event: Event) => {
    event.preventDefault();
    ask({
      action,
      method: 'PUT',
      path: `/api/v1/directory/entries/${encodeURIComponent(extension)}`,
      body: { email: entry.email, name: entry.name },
      title: t('directorySaveTitle', { extension }),
      done: () => setEntry(none),
    });
  };
  const wrong = action.failure?.field('extension') === undefined ? undefined : t('extensionExpects');
  return (
    <form class="stack-small" onSubmit={save} noValidate aria-label={t('directoryEntry')}>
      <h3>{t('directoryEntry')}</h3>
      <TextField
        label={t('colExtension')}
        value={entry.extension}
        onInput={(value) => set({ extension: value })}
        required
        maxLength={8}
        keyboard="numeric"
        error={wrong}
      />
      <TextField
        label={t('colAddress')}
        value={entry.email}
        onInput={(email) => set({ email })}
        required
        maxLength={254}
        keyboard="email"
        error={action.failure?.field('email')}
      />
      <TextField
        label={t('colName')}
        value={entry.name}
        onInput={(name) => set({ name })}
        maxLength={128}
        help={t('directoryNameHelp')}
      />
      <FailureNotice failure={action.failure} />
      <div class="row">
        <Button type="submit" busy={action.busy} disabled={extension === '' || entry.email.trim() === ''}>
          {t('directorySave')}
        </Button>
      </div>
    </form>
  );
}

export function PatternForm({ stored, ask }: { stored: DirectoryPage['pattern']; ask: Ask }) {
  const known = { address: stored?.address ?? '', extensions: stored?.extensions ?? '' };
  const [pattern, setPattern] = useState(known);
  const action = useAction();
  useEffect(() => setPattern(known), [known.address, known.extensions]);
  const change = { action, path: '/api/v1/directory/pattern' };
  const dirty = JSON.stringify(pattern) !== JSON.stringify(known);
  const save = (event: Event) => {
    event.preventDefault();
    ask({ ...change, method: 'PUT', body: pattern, title: t('patternSaveTitle') });
  };
  return (
    <form class="stack-small" onSubmit={save} noValidate aria-label={t('pattern')}>
      <h3>{t('pattern')}</h3>
      <TextField
        label={t('patternAddress')}
        value={pattern.address}
        onInput={(address) => setPattern({ ...pattern, address })}
        placeholder="{extension}@example.com"
        maxLength={254}
        error={action.failure?.field('address')}
        help={t('patternHelp', { gap: '{extension}' })}
      />
      <TextField
        label={t('patternExtensions')}
        value={pattern.extensions}
        onInput={(extensions) => setPattern({ ...pattern, extensions })}
        placeholder="1000-1999, 2*, 3001"
        maxLength={1024}
        error={action.failure?.field('extensions')}
        help={t('patternExtensionsHelp')}
      />
      <FailureNotice failure={action.failure} />
      <div class="row">
        <Button type="submit" busy={action.busy} disabled={!dirty || pattern.address.trim() === ''}>
          {t('patternSave')}
        </Button>
        {stored === null ? null : (
          <Button
            disabled={action.busy}
            onClick={() => ask({ ...change, method: 'DELETE', title: t('patternRemoveTitle') })}
          >
            {t('patternRemove')}
          </Button>
        )}
      </div>
    </form>
  );
}

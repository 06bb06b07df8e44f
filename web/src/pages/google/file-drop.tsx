import { useState } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { call, Failure } from '../../data/api.ts';
import type { Action } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';

/** Takes the client-secret file from Google Cloud, chosen or dropped. */
export function FileDrop({ id, action, onDone }: { id: string; action: Action; onDone: (words: string) => void }) {
  const [over, setOver] = useState(false);
  const upload = (file: File | undefined) => {
    if (file === undefined) return;
    action.run(async () => {
      await call('POST', '/api/v1/google/credentials/file', await readJson(file));
      onDone(t('fileDone', { name: file.name }));
    });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the file field inside is the first
    <div
      class={over ? 'drop over' : 'drop'}
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
      <Icon name="upload" />
      <p>{t('fileDrop')}</p>
      <input
        id={id}
        type="file"
        aria-label={t('fileLabel')}
        accept=".json,application/json"
        disabled={action.busy}
        onChange={(event) => {
          upload(event.currentTarget.files?.[0]);
          // The same file can be chosen again after it was mended.
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

async function readJson(file: File): Promise<unknown> {
  try {
    return JSON.parse((await file.text()).replace(/^\ufeff/, ''));
  } catch {
    throw new Failure({ status: 0, title: t('fileNotJson', { name: file.name }), fix: t('fileNotJsonFix') });
  }
}

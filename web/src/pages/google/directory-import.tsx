import { useState } from 'preact/hooks';
import type { DirectoryImport as Imported } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/notice.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';
import { ApplyDialog, type Scope } from './apply-dialog.tsx';

const PATH = '/api/v1/directory/import';

/** Reads a file, shows what is in it, and takes it once a person says from when on. */
export function DirectoryImport({ onDone }: { onDone: () => void }) {
  const [over, setOver] = useState(false);
  const [read, setRead] = useState<{ name: string; file: Blob; found: Imported } | null>(null);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const toast = useToast();
  const look = (file: File | undefined) => {
    if (file === undefined) return;
    action.run(async () => {
      setRead(null);
      // What a system takes the ending .csv for is its own affair.
      const csv = new Blob([file], { type: 'text/csv' });
      setRead({ name: file.name, file: csv, found: await call<Imported>('POST', PATH, csv) });
    });
  };
  const take = (file: Blob, scope: Scope) =>
    action.run(async () => {
      const { report } = await call<Imported>('POST', `${PATH}?apply=${scope}`, file);
      toast(t('importDone', { count: report.added + report.changed }));
      setRead(null);
      onDone();
    });
  return (
    <div class="stack-small">
      <h3>{t('import')}</h3>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the file field inside is the first */}
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
          look(event.dataTransfer?.files[0]);
        }}
      >
        <Icon name="upload" />
        <p>{t('importDrop')}</p>
        <input
          type="file"
          aria-label={t('importLabel')}
          accept=".csv,text/csv"
          disabled={action.busy}
          onChange={(event) => {
            look(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
      </div>
      <p class="hint">{t('importHelp')}</p>
      <FailureNotice failure={action.failure} />
      <div role="status">
        {read === null ? null : <Report name={read.name} found={read.found} onTake={() => setAsking(true)} />}
      </div>
      {asking && read !== null ? (
        <ApplyDialog
          title={t('importTitle', { name: read.name })}
          impact={read.found.impact}
          onChoose={(scope) => take(read.file, scope)}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
}

function Report({ name, found, onTake }: { name: string; found: Imported; onTake: () => void }) {
  const { rows, added, changed, unchanged, bad, errors } = found.report;
  return (
    <Notice tone={bad === 0 ? 'info' : 'warning'} title={t('importRead', { name, count: rows })}>
      <p>{t('importCounts', { added, changed, unchanged })}</p>
      {bad === 0 ? null : (
        <>
          <p>{t('importBad', { count: bad })}</p>
          <ul class="plain">
            {errors.map(({ line, message, fix }) => (
              <li key={line}>{t('importBadRow', { line, message, fix })}</li>
            ))}
          </ul>
          {errors.length < bad ? <p>{t('importBadMore', { count: bad - errors.length })}</p> : null}
        </>
      )}
      {added + changed === 0 ? (
        <p>{t('importNothing')}</p>
      ) : (
        <div class="row">
          <Button kind="primary" onClick={onTake}>
            {t('importTake', { count: added + changed })}
          </Button>
        </div>
      )}
    </Notice>
  );
}

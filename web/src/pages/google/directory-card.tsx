import { useEffect, useState } from 'preact/hooks';
import type { DirectoryChange, DirectoryPage, Impact } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { Loading } from '../../components/loading.tsx';
import { Table } from '../../components/table.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { type Action, useAction, useLoad } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';
import { ApplyDialog, type Scope } from './apply-dialog.tsx';
import { EntryForm, PatternForm } from './directory-forms.tsx';
import { DirectoryImport } from './directory-import.tsx';

const TYPING_MS = 300;

/** A change as it is asked for: first without effect, for its counts, then with the scope that a person chose. */
export interface Asked {
  action: Action;
  method: 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  title: string;
  done?: () => void;
}

/** Extension -> address, for people of whom the PBX sends no address. */
export function DirectoryCard() {
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState('');
  const directory = useLoad<DirectoryPage>(`/api/v1/directory?q=${encodeURIComponent(filter)}`);
  const removal = useAction();
  const applying = useAction();
  const toast = useToast();
  const [asked, setAsked] = useState<(Asked & { impact: Impact }) | null>(null);
  const [toApply, setToApply] = useState<Impact | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setFilter(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const make = (change: Asked, scope: Scope) =>
    change.action.run(async () => {
      await call<DirectoryChange>(change.method, `${change.path}?apply=${scope}`, change.body);
      toast(t('directorySaved'));
      change.done?.();
      directory.reload();
    });
  const ask = (change: Asked) =>
    change.action.run(async () => {
      const { impact } = await call<DirectoryChange>(change.method, `${change.path}?apply=none`, change.body);
      setAsked({ ...change, impact });
    });
  const count = () => applying.run(async () => setToApply(await call<Impact>('GET', '/api/v1/directory/impact')));
  const applyAll = () =>
    applying.run(async () => {
      const { meetings } = await call<Impact>('POST', '/api/v1/directory/apply');
      toast(t('directoryApplied', { count: meetings }));
    });

  const { data } = directory;
  return (
    <Card title={t('directoryCard')} id="directory">
      <p>{t('directoryIntro')}</p>
      <FailureNotice failure={directory.failure} retry={directory.reload} />
      {data === null ? (
        <Loading />
      ) : (
        <div class="stack">
          <PatternForm stored={data.pattern} ask={ask} />
          <EntryForm ask={ask} />
          <DirectoryImport onDone={directory.reload} />
          {data.total === 0 ? (
            <EmptyState title={t('directoryEmpty')}>
              <p>{t('directoryEmptyText')}</p>
            </EmptyState>
          ) : (
            <>
              <search class="filters">
                <TextField label={t('directoryFilter')} value={typed} onInput={setTyped} maxLength={254} />
              </search>
              <FailureNotice failure={removal.failure} />
              <Entries page={data} action={removal} ask={ask} />
            </>
          )}
          <FailureNotice failure={applying.failure} />
          {data.total === 0 && data.pattern === null ? null : (
            <div class="row">
              <Button busy={applying.busy} onClick={count}>
                {t('directoryApply')}
              </Button>
            </div>
          )}
        </div>
      )}
      {asked === null ? null : (
        <ApplyDialog
          title={asked.title}
          impact={asked.impact}
          onChoose={(scope) => make(asked, scope)}
          onClose={() => setAsked(null)}
        />
      )}
      {toApply === null ? null : (
        <ApplyDialog
          title={t('directoryApplyTitle')}
          impact={toApply}
          onChoose={(scope) => scope === 'all' && applyAll()}
          onClose={() => setToApply(null)}
        />
      )}
    </Card>
  );
}

function Entries({ page, action, ask }: { page: DirectoryPage; action: Action; ask: (change: Asked) => void }) {
  if (page.entries.length === 0) return <EmptyState title={t('directoryNoMatch')} />;
  return (
    <>
      <Table
        caption={t('directoryCard')}
        rows={page.entries}
        rowKey={(entry) => entry.extension}
        columns={[
          { label: t('colExtension'), width: 'fit', cell: (entry) => entry.extension },
          { label: t('colName'), cell: (entry) => entry.name ?? '' },
          { label: t('colAddress'), width: 'wide', cell: (entry) => entry.email },
          {
            label: t('colAction'),
            width: 'fit',
            cell: ({ extension }) => (
              <Button
                kind="quiet"
                label={t('directoryRemove', { extension })}
                disabled={action.busy}
                onClick={() =>
                  ask({
                    action,
                    method: 'DELETE',
                    path: `/api/v1/directory/entries/${extension}`,
                    title: t('directoryRemoveTitle', { extension }),
                  })
                }
              >
                {t('remove')}
              </Button>
            ),
          },
        ]}
      />
      {page.entries.length < page.matching ? (
        <p class="hint">{t('directoryMore', { shown: page.entries.length, count: page.matching })}</p>
      ) : null}
    </>
  );
}

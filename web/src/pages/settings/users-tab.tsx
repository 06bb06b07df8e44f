import { useState } from 'preact/hooks';
import type { User } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { StatusText } from '../../components/status-text.tsx';
import { Table } from '../../components/table.tsx';
import { Instant } from '../../components/time.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction, useLoad } from '../../data/hooks.ts';
import { usePerson } from '../../data/person.ts';
import { t } from '../../messages/t.ts';
import { UserDialog } from './user-dialog.tsx';

/** Settings > Users. */
export function UsersTab() {
  const { data, failure, reload } = useLoad<User[]>('/api/v1/users', 0, 'activity');
  const [editing, setEditing] = useState<User | 'new' | null>(null);
  const toast = useToast();
  const saved = (words: string) => {
    reload();
    toast(words);
  };
  return (
    <Card
      title={t('usersTab')}
      aside={
        <Button kind="primary" onClick={() => setEditing('new')}>
          {t('addUser')}
        </Button>
      }
    >
      <p>{t('usersIntro')}</p>
      <FailureNotice failure={failure} retry={reload} />
      {data === null && failure === null ? <Loading /> : null}
      {data === null ? null : (
        <Table
          caption={t('usersTab')}
          rows={data}
          rowKey={(user) => user.name}
          columns={[
            { label: t('user'), cell: (user) => <NameOf user={user} /> },
            { label: t('role'), cell: (user) => t(`role_${user.role}`) },
            { label: t('colState'), cell: (user) => <StateOf user={user} /> },
            {
              label: t('colAdded'),
              cell: (user) => (user.createdAt === null ? null : <Instant at={user.createdAt} />),
            },
            {
              label: t('colActions'),
              width: 'fit',
              cell: (user) => (
                <Actions user={user} onEdit={() => setEditing(user)} onRemoved={() => saved(t('userRemoved', user))} />
              ),
            },
          ]}
        />
      )}
      {editing === null ? null : (
        <UserDialog
          user={editing === 'new' ? null : editing}
          onSaved={(user) => saved(t(editing === 'new' ? 'userAdded' : 'userChanged', { name: user.name }))}
          onClose={() => setEditing(null)}
        />
      )}
    </Card>
  );
}

function NameOf({ user }: { user: User }) {
  const you = usePerson().user === user.name;
  return (
    <>
      <strong>{user.name}</strong>
      {you ? <span class="hint line">{t('thatIsYou')}</span> : null}
      {user.passwordFrom === 'environment' ? <span class="hint line">{t('passwordFromEnvironment')}</span> : null}
    </>
  );
}

function StateOf({ user }: { user: User }) {
  if (user.disabled) return <StatusText tone="quiet">{t('userDisabled')}</StatusText>;
  return (
    <>
      <StatusText tone="good">{t('userEnabled')}</StatusText>
      <span class="hint line">{t('sessionsOpen', { count: user.sessions })}</span>
    </>
  );
}

function Actions({ user, onEdit, onRemoved }: { user: User; onEdit: () => void; onRemoved: () => void }) {
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const you = usePerson().user === user.name;
  const remove = () =>
    action.run(async () => {
      await call('DELETE', `/api/v1/users/${encodeURIComponent(user.name)}`);
      onRemoved();
    });
  return (
    <>
      <div class="row tight">
        <Button onClick={onEdit} label={t('changeOf', user)}>
          {t('change')}
        </Button>
        {user.builtIn || you ? null : (
          <Button busy={action.busy} onClick={() => setAsking(true)} label={t('removeOf', user)}>
            {t('remove')}
          </Button>
        )}
      </div>
      <FailureNotice failure={action.failure} />
      {asking ? (
        <ConfirmDialog
          title={t('removeUserAsk', user)}
          confirm={t('remove')}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>{t('removeUserText')}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}

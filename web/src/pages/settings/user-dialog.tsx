import { useId, useState } from 'preact/hooks';
import type { RoleOfUser, User } from '../../../../src/contracts/http.ts';
import { CheckField, ChoiceField } from '../../components/choice-field.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { Strength } from '../../components/strength.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { t } from '../../messages/t.ts';

const ROLES = ['administrator', 'scheduler', 'auditor'] as const satisfies readonly RoleOfUser[];

/** @param user null = a new one */
export function UserDialog(props: { user: User | null; onSaved: (user: User) => void; onClose: () => void }) {
  const { user, onSaved, onClose } = props;
  const [name, setName] = useState('');
  const [role, setRole] = useState<RoleOfUser>(user?.role ?? 'scheduler');
  const [password, setPassword] = useState('');
  const [enabled, setEnabled] = useState(user?.disabled !== true);
  const action = useAction();
  const [nameId, passwordId, roleId] = [useId(), useId(), useId()];
  const submit = () =>
    action.run(async () => {
      const body = {
        ...(user === null ? { name: name.trim().toLowerCase() } : {}),
        ...(user === null || role !== user.role ? { role } : {}),
        ...(user === null || password !== '' ? { password } : {}),
        ...(user === null || enabled === !user.disabled ? {} : { disabled: !enabled }),
      };
      const saved =
        user === null
          ? await call<User>('POST', '/api/v1/users', body)
          : await call<User>('PUT', `/api/v1/users/${encodeURIComponent(user.name)}`, body);
      onSaved(saved);
      onClose();
    });
  const fields = {
    name: { label: t('user'), id: nameId },
    role: { label: t('role'), id: roleId },
    password: { label: t('newPassword'), id: passwordId },
  };
  return (
    <FormDialog
      title={user === null ? t('addUser') : t('changeOf', user)}
      submit={t(user === null ? 'addUser' : 'save')}
      busy={action.busy}
      onSubmit={submit}
      onClose={onClose}
    >
      <ErrorSummary failure={action.failure} fields={fields} />
      {user === null ? (
        <TextField
          id={nameId}
          label={t('user')}
          value={name}
          onInput={setName}
          required
          maxLength={64}
          error={action.failure?.field('name')}
          help={t('userNameHelp')}
        />
      ) : null}
      {user?.builtIn === true ? (
        <p>{t('builtInUser')}</p>
      ) : (
        <ChoiceField
          label={t('role')}
          value={role}
          onChange={setRole}
          options={ROLES.map((value) => ({ value, label: t(`role_${value}`), help: t(`roleHelp_${value}`) }))}
        />
      )}
      {user?.passwordFrom === 'environment' ? (
        <p class="hint">{t('passwordFromEnvironmentHelp')}</p>
      ) : (
        <TextField
          id={passwordId}
          label={t('newPassword')}
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          required={user === null}
          maxLength={1_024}
          error={action.failure?.field('password')}
          help={user !== null && password === '' ? t('passwordStays') : <Strength password={password} />}
        />
      )}
      {user === null ? null : (
        <CheckField
          label={t('colState')}
          text={t('maySignIn')}
          help={t('maySignInHelp')}
          checked={enabled}
          onChange={setEnabled}
        />
      )}
    </FormDialog>
  );
}

import { useState } from 'preact/hooks';
import type { AuthorizationState } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { ChoiceField } from '../../components/choice-field.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Notice } from '../../components/notice.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { instant } from '../../format.ts';
import { t } from '../../messages/t.ts';

type Decision = 'keep-entries' | 'recreate' | 'stay';

/** Another account was authorized than the one that made the entries: what becomes of them is asked, never guessed. */
export function AccountChoice(props: { pending: NonNullable<AuthorizationState['pending']>; onChange: () => void }) {
  const { pending, onChange } = props;
  const { account, earlierAccount: earlier, entries, expiresAt } = pending;
  const [asking, setAsking] = useState(true);
  const [decision, setDecision] = useState<Decision>('keep-entries');
  const action = useAction();
  const toast = useToast();
  const decide = () =>
    action.run(async () => {
      if (decision === 'stay') await call('DELETE', '/api/v1/google/authorization/pending');
      else await call('PUT', '/api/v1/google/authorization', { accept: decision });
      toast(decision === 'stay' ? t('accountStays', { earlier }) : t('accountChanged', { account }));
      onChange();
    });
  return (
    <>
      <Notice
        tone="warning"
        title={t('otherAccountTitle')}
        action={
          <Button kind="primary" busy={action.busy} onClick={() => setAsking(true)}>
            {t('otherAccountDecide')}
          </Button>
        }
      >
        <p>{t('otherAccountText', { account, earlier, count: entries })}</p>
        <p class="hint">{t('otherAccountUntil', { when: instant(expiresAt) })}</p>
      </Notice>
      <FailureNotice failure={action.failure} />
      {asking ? (
        <ConfirmDialog
          title={t('otherAccountTitle')}
          confirm={t('otherAccountConfirm')}
          kind="primary"
          onConfirm={decide}
          onClose={() => setAsking(false)}
        >
          <p>{t('otherAccountText', { account, earlier, count: entries })}</p>
          <ChoiceField
            label={t('otherAccountQuestion')}
            value={decision}
            onChange={setDecision}
            options={[
              {
                value: 'keep-entries',
                label: t('keepEntries', { account }),
                help: t('keepEntriesHelp', { earlier }),
              },
              {
                value: 'recreate',
                label: t('recreateEntries', { account }),
                help: t('recreateEntriesHelp', { earlier }),
              },
              { value: 'stay', label: t('stayWith', { earlier }), help: t('stayWithHelp', { account }) },
            ]}
          />
        </ConfirmDialog>
      ) : null}
    </>
  );
}

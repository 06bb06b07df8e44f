import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Impact } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { t } from '../../messages/t.ts';

export type Scope = 'new' | 'all';

/** What a change does to meetings that are known already, and whether it shall. */
export function ApplyDialog(props: {
  title: string;
  impact: Impact;
  children?: ComponentChildren;
  onChoose: (scope: Scope) => void;
  onClose: () => void;
}) {
  const { title, impact, children, onChoose, onClose } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const choose = (scope: Scope) => {
    onChoose(scope);
    dialog.current?.close();
  };
  return (
    <dialog class="confirm" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <div class="stack-small">
        {children}
        <p>{t('applyMeetings', { count: impact.meetings })}</p>
        <p class="hint">{t('applyHelp')}</p>
      </div>
      <div class="row end">
        <Button onClick={() => dialog.current?.close()}>{t('cancel')}</Button>
        {impact.meetings === 0 ? null : (
          <Button onClick={() => choose('all')}>{t('applyAll', { count: impact.invitations })}</Button>
        )}
        <Button kind="primary" onClick={() => choose('new')}>
          {t('applyNew')}
        </Button>
      </div>
    </dialog>
  );
}

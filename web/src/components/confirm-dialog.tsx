import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../messages/t.ts';
import { Button } from './button.tsx';

/** The platform's own dialog: it keeps the focus, Escape closes it, and the focus goes back to where it came from. */
export function ConfirmDialog(props: {
  title: string;
  confirm: string;
  /** Most confirmations are of something that cannot be taken back. */
  kind?: 'danger' | 'primary';
  children: ComponentChildren;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const { title, confirm, kind = 'danger', children, onConfirm, onClose } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="confirm" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <div class="stack-small">{children}</div>
      <div class="row end">
        <Button onClick={() => dialog.current?.close()}>{t('cancel')}</Button>
        <Button
          kind={kind}
          onClick={() => {
            onConfirm();
            dialog.current?.close();
          }}
        >
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}

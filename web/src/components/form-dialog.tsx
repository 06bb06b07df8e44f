import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../messages/t.ts';
import { Button } from './button.tsx';

/** A short form over the page. It stays open until what it asked for is done, and shows why when it is not. */
export function FormDialog(props: {
  title: string;
  submit: string;
  busy: boolean;
  children: ComponentChildren;
  onSubmit: () => void;
  onClose: () => void;
}) {
  const { title, submit, busy, children, onSubmit, onClose } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="confirm" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <div class="row end">
          <Button onClick={() => dialog.current?.close()}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </dialog>
  );
}

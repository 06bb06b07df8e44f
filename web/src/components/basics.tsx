import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api.ts';
import { t } from '../messages/en.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'info' | 'warning' | 'danger';

export function Button(props: {
  children: ComponentChildren;
  kind?: 'primary' | 'danger' | 'plain';
  type?: 'button' | 'submit';
  busy?: boolean;
  disabled?: boolean;
  onClick?: () => void;
}) {
  const { children, kind = '', type = 'button', busy = false, disabled = false, onClick } = props;
  return (
    <button class={`button ${kind}`} type={type} aria-busy={busy} disabled={disabled || busy} onClick={onClick}>
      {children}
    </button>
  );
}

export function Card({ title, children }: { title?: string; children: ComponentChildren }) {
  return (
    <section class="card">
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
    </section>
  );
}

/** A statement with a tone, and where there is something to do, the button that does it or leads there. */
export function Notice({
  tone,
  title,
  children,
  action,
}: {
  tone: Tone;
  title?: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`}>
      <Icon name={tone} />
      <div class="stack-small">
        {title === undefined ? null : <strong>{title}</strong>}
        {children}
      </div>
      {action}
    </div>
  );
}

export function FailureNotice({ failure }: { failure: Failure | null }) {
  if (failure === null) return null;
  const { title, detail, fix, link, errors } = failure.problem;
  const outside = link?.startsWith('https:') === true;
  return (
    <div role="alert">
      <Notice
        tone="danger"
        title={title}
        action={
          link ? (
            <a class="button" href={link} {...(outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>
              Open the page
            </a>
          ) : undefined
        }
      >
        {errors === undefined && detail ? <p>{detail}</p> : null}
        {errors?.map((item) => (
          <p key={item.path}>
            {item.path.slice(1)} {item.message}
          </p>
        ))}
        {fix ? <p>{fix}</p> : null}
      </Notice>
    </div>
  );
}

export function StatusText({ tone, children, icon }: { tone: Tone; children: ComponentChildren; icon?: IconName }) {
  return (
    <span class={`state ${tone}`}>
      <Icon name={icon ?? tone} />
      <span>{children}</span>
    </span>
  );
}

export function CopyBox({ value, label }: { value: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const box = useRef<HTMLInputElement>(null);
  const copy = () => {
    box.current?.select();
    const done = () => setCopied(true);
    navigator.clipboard?.writeText(value).then(done, () => document.execCommand('copy') && done());
  };
  return (
    <div class="copy">
      <input ref={box} type="text" readOnly value={value} aria-label={label} />
      <Button onClick={copy}>
        <Icon name="copy" />
        <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
      </Button>
    </div>
  );
}

export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Loading() {
  return <p class="quiet-text">{t('loading')} …</p>;
}

/** The heading takes the focus when a page opens, so that a screen reader says where it is. */
export function PageTitle({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · ${t('product')}`;
    heading.current?.focus();
  }, [children]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** The platform's own dialog: it keeps the focus, and Escape closes it. */
export function ConfirmDialog(props: {
  title: string;
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={props.onClose} aria-labelledby="dialog-title">
      <div class="stack">
        <h2 id="dialog-title">{props.title}</h2>
        <div class="stack-small">{props.children}</div>
        <div class="row">
          <Button
            kind="danger"
            onClick={() => {
              props.onConfirm();
              dialog.current?.close();
            }}
          >
            {props.confirm}
          </Button>
          <Button onClick={() => dialog.current?.close()}>{t('cancel')}</Button>
        </div>
      </div>
    </dialog>
  );
}

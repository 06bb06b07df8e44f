import type { ComponentChildren } from 'preact';

/** While busy it keeps its width: the words stay, and a mark turns over them. */
export function Button(props: {
  children: ComponentChildren;
  id?: string;
  kind?: 'primary' | 'danger' | 'quiet';
  type?: 'button' | 'submit';
  busy?: boolean;
  disabled?: boolean;
  /** Says more than the words on it where the surroundings are not seen. */
  label?: string;
  expanded?: boolean;
  onClick?: () => void;
}) {
  const { children, id, kind, type = 'button', busy = false, disabled = false, label, expanded, onClick } = props;
  return (
    <button
      id={id}
      class={kind === undefined ? 'button' : `button ${kind}`}
      type={type}
      aria-busy={busy}
      aria-label={label}
      aria-expanded={expanded}
      disabled={disabled || busy}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';
import type { Tone } from './tone.ts';

const ICONS: Record<Tone, IconName> = {
  good: 'good',
  info: 'info',
  warning: 'warning',
  danger: 'danger',
  quiet: 'minus',
};

/** A state in words beside its icon. */
export function StatusText({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class={`status ${tone}`}>
      <Icon name={icon ?? ICONS[tone]} />
      <span>{children}</span>
    </span>
  );
}

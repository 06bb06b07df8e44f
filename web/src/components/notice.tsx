import type { ComponentChildren } from 'preact';
import { type Key, t } from '../messages/t.ts';
import { Icon } from './icon.tsx';
import type { Tone } from './tone.ts';

const WORDS: Record<Exclude<Tone, 'quiet'>, Key & `severity${string}`> = {
  good: 'severityGood',
  info: 'severityInfo',
  warning: 'severityWarning',
  danger: 'severityDanger',
};

/** A statement with its severity, and where there is something to do, the button that does it or leads there. */
export function Notice(props: {
  tone: Exclude<Tone, 'quiet'>;
  title?: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  const { tone, title, children, action } = props;
  return (
    <div class={`notice ${tone}`}>
      <Icon name={tone} />
      <div class="notice-text">
        <span class="unseen">{t(WORDS[tone])}: </span>
        {title === undefined ? null : <strong>{title}</strong>}
        {children}
      </div>
      {action === undefined || action === null ? null : <div class="notice-action">{action}</div>}
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import { t } from '../messages/t.ts';

export interface StepItem {
  key: string;
  state: 'done' | 'current' | 'next' | 'plain';
  content: ComponentChildren;
}

/** Numbered steps, each with how far it is. 'plain' steps are instructions that the page cannot follow. */
export function Steps({ items }: { items: StepItem[] }) {
  return (
    <ol class="steps">
      {items.map(({ key, state, content }) => (
        <li key={key} class={state} aria-current={state === 'current' ? 'step' : undefined}>
          {state === 'done' ? <span class="unseen">{t('stepDone')}</span> : null}
          <div class="step">{content}</div>
        </li>
      ))}
    </ol>
  );
}

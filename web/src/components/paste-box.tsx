import { useId } from 'preact/hooks';
import { t } from '../messages/t.ts';
import { type Recognised, recognise } from '../recognise.ts';
import { StatusText } from './status-text.tsx';
import type { Tone } from './tone.ts';

/** A box that says at once what was pasted into it. */
export function PasteBox(props: {
  label: string;
  value: string;
  attemptUrl: string | null;
  disabled?: boolean;
  onInput: (value: string) => void;
}) {
  const id = useId();
  const recognised = recognise(props.value, props.attemptUrl);
  return (
    <div class="paste-box">
      <label for={id}>{props.label}</label>
      <textarea
        id={id}
        class="code-input"
        rows={3}
        value={props.value}
        autocomplete="off"
        spellcheck={false}
        disabled={props.disabled === true}
        aria-describedby={`${id}-said`}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <div id={`${id}-said`} role="status" class="small">
        {recognised.kind === 'empty' ? (
          <span class="hint">{t('pasted_empty')}</span>
        ) : (
          <StatusText tone={toneOf(recognised)}>{words(recognised)}</StatusText>
        )}
      </div>
    </div>
  );
}

function toneOf(recognised: Recognised): Tone {
  switch (recognised.kind) {
    case 'error-page':
    case 'refusal':
      return 'danger';
    case 'unknown':
      return 'warning';
    case 'address':
      return recognised.state === 'differs' ? 'warning' : 'good';
    default:
      return 'good';
  }
}

function words(recognised: Recognised): string {
  switch (recognised.kind) {
    case 'address':
      return t(`pastedAddress_${recognised.state}`);
    case 'error-page': {
      const said = recognised.name === '' ? t('pastedErrorPage') : t('pastedErrorPageNamed', { name: recognised.name });
      return `${said}. ${t('pastedErrorHelp')}`;
    }
    case 'refusal':
      return `${t('pastedRefusal', { name: recognised.name })}. ${t('pastedErrorHelp')}`;
    default:
      return t(`pasted_${recognised.kind}`);
  }
}

import { useRef, useState } from 'preact/hooks';
import { t } from '../messages/t.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** A text to take along. Where the clipboard is closed (plain http in a LAN) the text is marked instead. */
export function CopyBox({ value, label }: { value: string; label: string }) {
  const [outcome, setOutcome] = useState('');
  const box = useRef<HTMLInputElement>(null);
  const copy = async () => {
    box.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      setOutcome(t('copied'));
    } catch {
      setOutcome(t(document.execCommand('copy') ? 'copied' : 'copyFailed'));
    }
  };
  return (
    <div class="copy-box">
      <input
        ref={box}
        class="code-input"
        type="text"
        readOnly
        value={value}
        aria-label={label}
        onFocus={() => box.current?.select()}
      />
      <Button onClick={() => void copy()} label={`${t('copy')}: ${label}`}>
        <Icon name="copy" />
        {t('copy')}
      </Button>
      <span role="status" class="hint">
        {outcome}
      </span>
    </div>
  );
}

import { useId, useState } from 'preact/hooks';
import { t } from '../messages/t.ts';
import { applyTheme, storedTheme, type Theme } from '../theme.ts';

const CHOICES = [
  ['auto', 'themeAuto'],
  ['light', 'themeLight'],
  ['dark', 'themeDark'],
] as const;

export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const name = useId();
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <fieldset class="segments">
      <legend class="unseen">{t('theme')}</legend>
      {CHOICES.map(([value, key]) => (
        <label key={value}>
          <input type="radio" name={name} value={value} checked={theme === value} onChange={() => choose(value)} />
          <span>{t(key)}</span>
        </label>
      ))}
    </fieldset>
  );
}

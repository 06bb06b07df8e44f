import { t } from '../messages/t.ts';
import { lengthOf, SHORTEST, strengthOf } from '../strength.ts';
import { StatusText } from './status-text.tsx';

/** Below a new password: what is missing, or how good it is. */
export function Strength({ password }: { password: string }) {
  const strength = strengthOf(password);
  return (
    <span aria-live="polite">
      {strength === 'empty' ? t('strengthEmpty') : null}
      {strength === 'short' ? t('strengthShort', { count: SHORTEST - lengthOf(password) }) : null}
      {strength === 'same' ? <StatusText tone="warning">{t('strengthSame')}</StatusText> : null}
      {strength === 'fair' ? t('strengthFair') : null}
      {strength === 'good' ? <StatusText tone="good">{t('strengthGood')}</StatusText> : null}
    </span>
  );
}

import { t } from '../messages/t.ts';

/** Appears after a moment, so that quick answers do not flicker. */
export function Loading() {
  return (
    <p class="loading" role="status">
      {t('loading')}
    </p>
  );
}

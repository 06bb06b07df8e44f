import type { ProblemCardItem } from '../../../src/contracts/http.ts';
import { t } from '../messages/t.ts';

/** Who can put it right, so that nobody searches in the wrong place. */
export function LiesWith({ fault }: { fault: ProblemCardItem['fault'] | undefined }) {
  return fault === undefined ? null : <p class="hint">{t('liesWith', { whom: t(`fault_${fault}`) })}</p>;
}

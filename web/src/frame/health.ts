import type { Status } from '../../../src/contracts/http.ts';
import type { IconName } from '../components/icon.tsx';
import type { Tone } from '../components/tone.ts';
import { t } from '../messages/t.ts';

/** The state of the whole in a few words: the worst thing that is true. */
export function health(status: Status | null, lost: boolean): { tone: Tone; icon: IconName; words: string } {
  if (lost) return { tone: 'danger', icon: 'danger', words: t('healthLost') };
  if (status === null) return { tone: 'quiet', icon: 'clock', words: t('healthConnecting') };
  const pressing = status.problems.filter((problem) => problem.severity !== 'info');
  if (pressing.length > 0) {
    const tone = pressing.some((problem) => problem.severity === 'danger') ? 'danger' : 'warning';
    return { tone, icon: tone, words: t('healthNeeds', { count: pressing.length }) };
  }
  if (status.google.state !== 'authorized') return { tone: 'info', icon: 'info', words: t('healthSetUp') };
  return { tone: 'good', icon: 'good', words: t('healthWell') };
}

import type { MeetingRow } from '../../src/contracts/http.ts';
import { StatusText, type Tone } from './components/basics.tsx';
import type { IconName } from './components/icon.tsx';
import { t } from './messages/en.ts';

const TONES: Record<MeetingRow['state'], [Tone, IconName]> = {
  pending: ['info', 'clock'],
  held: ['warning', 'warning'],
  synced: ['good', 'good'],
  skipped: ['info', 'info'],
  cancelled: ['info', 'info'],
  failed: ['danger', 'danger'],
};
export const STATES = Object.keys(TONES) as MeetingRow['state'][];

export function MeetingState({ state }: { state: MeetingRow['state'] }) {
  const [tone, icon] = TONES[state];
  return (
    <StatusText tone={tone} icon={icon}>
      {t(state)}
    </StatusText>
  );
}

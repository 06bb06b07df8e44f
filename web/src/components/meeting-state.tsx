import type { MeetingRow } from '../../../src/contracts/http.ts';
import { type Key, t } from '../messages/t.ts';
import type { IconName } from './icon.tsx';
import { StatusText } from './status-text.tsx';
import type { Tone } from './tone.ts';

type State = MeetingRow['state'];

const LOOKS: Record<State, [Tone, IconName, Key & `state${string}`]> = {
  pending: ['info', 'clock', 'statePending'],
  held: ['warning', 'pause', 'stateHeld'],
  failed: ['danger', 'danger', 'stateFailed'],
  synced: ['good', 'good', 'stateSynced'],
  skipped: ['quiet', 'minus', 'stateSkipped'],
  cancelled: ['quiet', 'minus', 'stateCancelled'],
};

export const STATES = Object.keys(LOOKS) as State[];

export const stateWords = (state: State): string => t(LOOKS[state][2]);

export function MeetingState({ state }: { state: State }) {
  const [tone, icon] = LOOKS[state];
  return (
    <StatusText tone={tone} icon={icon}>
      {stateWords(state)}
    </StatusText>
  );
}

import { useState } from 'preact/hooks';
import type { MeetingDetail, VerificationResult } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { SideBySide } from '../../components/side-by-side.tsx';
import { StatusText } from '../../components/status-text.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { instant, wallClock } from '../../format.ts';
import { t } from '../../messages/t.ts';

/** Reads the entry back from the calendar at this moment, and names every field that is not as it was written. */
export function ReadBack({ meeting, path }: { meeting: MeetingDetail; path: string }) {
  const action = useAction();
  const [found, setFound] = useState<VerificationResult | null>(null);
  if (meeting.held.length === 0) return null;
  const look = () =>
    action.run(async () => {
      const { verification } = await call<MeetingDetail>('GET', `${path}?verify=true`);
      setFound(verification ?? null);
    });
  return (
    <div class="stack-small">
      <div class="row">
        <Button busy={action.busy} onClick={look}>
          {t('readBack')}
        </Button>
        <span role="status">
          {found === null ? null : (
            <StatusText tone={found.matches ? 'good' : 'warning'}>
              {t(found.matches ? 'readBackSame' : 'readBackDiffers', { when: instant(found.at) })}
            </StatusText>
          )}
        </span>
      </div>
      <FailureNotice failure={action.failure} />
      {found?.entries
        .filter((entry) => !entry.matches)
        .map((entry) => (
          <Difference key={entry.eventId} entry={entry} />
        ))}
    </div>
  );
}

function Difference({ entry }: { entry: VerificationResult['entries'][number] }) {
  const name = entry.occurrence === null ? t('readBackEntry') : wallClock(entry.occurrence);
  if (entry.state === 'missing') return <p>{t('readBackMissing', { name })}</p>;
  return (
    <SideBySide
      caption={name}
      left={t('readBackWritten')}
      right={t('readBackNow')}
      pairs={entry.fields
        .filter((field) => !field.matches)
        .map((field) => ({
          label: field.field.charAt(0).toUpperCase() + field.field.slice(1),
          left: text(field.asked),
          right: text(field.held),
          differs: true,
        }))}
    />
  );
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join(', ') || '–';
  if (typeof value === 'object' && value !== null) return Object.values(value).map(text).join(' ');
  return value === null || value === '' ? '–' : String(value);
}

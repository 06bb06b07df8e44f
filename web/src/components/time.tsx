import { instant, meetingTime, readerTime, readerZone, relative, type Times } from '../format.ts';
import { t } from '../messages/t.ts';

/** An instant in the reader's zone, the exact one on hover. */
export function Instant({ at, ago = false }: { at: string | null; ago?: boolean }) {
  if (at === null) return <>{t('notKnown')}</>;
  return (
    <time datetime={at} title={ago ? `${instant(at)} (${at})` : at}>
      {ago ? relative(at, Date.now()) : instant(at)}
    </time>
  );
}

/** The meeting's own zone first, with its name; the reader's beside it where it reads differently. */
export function MeetingTime({ times, zone }: { times: Times; zone: string }) {
  const own = meetingTime(times);
  const yours = readerTime(times);
  return (
    <>
      <span title={times.startsAt ?? undefined}>{own ?? t('timeUnknown')}</span>
      <span class="hint line">{zone}</span>
      {yours === null ? null : (
        <span class="hint line" title={readerZone()}>
          {t('yourTime', { time: yours })}
        </span>
      )}
    </>
  );
}

import type { MeetingDetail } from '../../../../src/contracts/http.ts';
import { Card } from '../../components/card.tsx';
import { Table } from '../../components/table.tsx';
import { meetingTime, wallClock } from '../../format.ts';
import { t } from '../../messages/t.ts';
import { type Occurrence, readOccurrence, readRecorded } from '../../read.ts';

/** The occurrences of a series that were changed or cancelled by themselves. */
export function Occurrences({ meeting }: { meeting: MeetingDetail }) {
  const occurrences = meeting.occurrences.flatMap((item) => readOccurrence(item) ?? []);
  if (occurrences.length === 0) return null;
  const recorded = meeting.held.flatMap((item) => readRecorded(item) ?? []);
  const held = ({ occurrence }: Occurrence) => {
    const found = recorded.find((item) => item.occurrence === occurrence);
    if (found === undefined) return t('proofNoEntry');
    if (found.state !== 'live') return t(found.state === 'deleted-by-person' ? 'proofByPerson' : 'proofRemoved');
    return time(found.entry);
  };
  return (
    <Card title={t('occurrencesTitle')}>
      <Table
        caption={t('occurrencesTitle')}
        rows={occurrences}
        rowKey={(item) => item.occurrence}
        columns={[
          { label: t('colOccurrence'), cell: (item) => wallClock(item.occurrence) },
          { label: t('colAsked'), cell: (item) => (item.cancelled ? t('occurrenceCancelled') : time(item.asked)) },
          { label: t('proofHeld'), cell: held },
        ]}
      />
    </Card>
  );
}

function time(span: { start: string | null; end: string | null } | null): string {
  return (
    meetingTime({ start: span?.start ?? null, end: span?.end ?? null, startsAt: null, endsAt: null }) ??
    t('timeUnknown')
  );
}

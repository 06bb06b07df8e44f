import type { MeetingDetail } from '../../../../src/contracts/http.ts';
import { Card } from '../../components/card.tsx';
import { Table } from '../../components/table.tsx';
import { meetingTime, readerTime, wallClock } from '../../format.ts';
import { t } from '../../messages/t.ts';

/** When a series takes place next, in its own zone and in the reader's. A single meeting says so above already. */
export function NextOccurrences({ meeting }: { meeting: MeetingDetail }) {
  const { nextOccurrences, recurring } = meeting;
  if (!recurring || nextOccurrences.length === 0) return null;
  const elsewhere = nextOccurrences.some((item) => readerTime(item) !== null);
  return (
    <Card title={t('nextTitle')}>
      <Table
        caption={t('nextTitle')}
        rows={nextOccurrences}
        rowKey={(item) => item.startsAt}
        columns={[
          {
            label: t('colTime'),
            cell: (item) => (
              <>
                {meetingTime(item)}
                {item.changedFrom === null ? null : (
                  <span class="hint line">{t('nextChanged', { when: wallClock(item.changedFrom) })}</span>
                )}
              </>
            ),
          },
          ...(elsewhere
            ? [
                {
                  label: t('colHere'),
                  cell: (item: (typeof nextOccurrences)[number]) => readerTime(item) ?? meetingTime(item),
                },
              ]
            : []),
        ]}
      />
    </Card>
  );
}

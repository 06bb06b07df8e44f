import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { ActivityPage as ActivityList, ActivityNames } from '../../../src/contracts/http.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Loading } from '../components/loading.tsx';
import { Pager, usePaging } from '../components/pager.tsx';
import { Table } from '../components/table.tsx';
import { Instant } from '../components/time.tsx';
import { useLoad } from '../data/hooks.ts';
import { dayAfter, dayStart, instant, readerZone } from '../format.ts';
import { t } from '../messages/t.ts';

const LOOK_MS = 15_000;
const PER_PAGE = '50';
const TYPING_MS = 300;
const HOME = '/activity';
const FILTERS = ['q', 'actor', 'action', 'from', 'to'] as const;
type Filters = Record<(typeof FILTERS)[number], string>;

/** Activity > Who did what: the audit trail. The filters stand in the address, so that a filtered list can be sent. */
export function Trail() {
  const { query, route } = useLocation();
  const names = useLoad<ActivityNames>('/api/v1/activity/names', LOOK_MS);
  const filters = Object.fromEntries(FILTERS.map((name) => [name, query[name] ?? ''])) as Filters;
  const narrow = (change: Partial<Filters>) => {
    const search = searchOf({ ...filters, ...change });
    route(`${HOME}${search === '' ? '' : `?${search}`}`, true);
  };
  const asked = searchOf(inInstants(filters));
  const search = searchOf({ limit: PER_PAGE, ...inInstants(filters) });
  const paging = usePaging(search);
  const cursor = paging.cursor === null ? '' : `&cursor=${encodeURIComponent(paging.cursor)}`;
  const { data, failure } = useLoad<ActivityList>(`/api/v1/activity?${search}${cursor}`, LOOK_MS, 'activity');
  const filtered = asked !== '';
  return (
    <Card>
      <Filter filters={filters} names={names.data} onChange={narrow} />
      <div class="row">
        <a class="button" href={`/api/v1/activity/csv${filtered ? `?${asked}` : ''}`} download>
          <Icon name="download" />
          {t('exportCsv')}
        </a>
        <Button onClick={() => window.print()}>
          <Icon name="print" />
          {t('print')}
        </Button>
        {filtered ? <Button onClick={() => route(HOME, true)}>{t('clearFilters')}</Button> : null}
      </div>
      <FailureNotice failure={failure} />
      {data === null && failure === null ? <Loading /> : null}
      {data?.items.length === 0 ? (
        <EmptyState title={t(filtered ? 'activityNoneTitle' : 'activityEmptyTitle')}>
          {filtered ? null : <p>{t('activityEmptyText')}</p>}
        </EmptyState>
      ) : null}
      {data === null || data.items.length === 0 ? null : (
        <>
          <p class="print-only">
            {t('printedAt', { when: instant(new Date().toISOString()), zone: readerZone() })} {inWords(filters)}
          </p>
          <Table
            caption={t('activity')}
            rows={data.items}
            rowKey={(item) => `${item.kind} ${item.id}`}
            columns={[
              { label: t('colWhen'), cell: (item) => <Instant at={item.at} /> },
              { label: t('colWho'), cell: (item) => item.actor },
              { label: t('colFrom'), cell: (item) => item.address },
              { label: t('colWhat'), cell: (item) => capital(item.action) },
              { label: t('colWhere'), cell: (item) => <Subject subject={item.subject} /> },
              { label: t('colDetail'), width: 'wide', cell: (item) => item.detail },
            ]}
          />
          <Pager paging={paging} nextCursor={data.nextCursor} />
        </>
      )}
    </Card>
  );
}

function Filter(props: {
  filters: Filters;
  names: ActivityNames | null;
  onChange: (change: Partial<Filters>) => void;
}) {
  const { filters, names, onChange } = props;
  const [typed, setTyped] = useState(filters.q);
  useEffect(() => setTyped(filters.q), [filters.q]);
  useEffect(() => {
    if (typed === filters.q) return;
    const timer = setTimeout(() => onChange({ q: typed }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <search class="filters many">
      <TextField
        label={t('searchLabel')}
        placeholder={t('activitySearchHelp')}
        value={typed}
        onInput={setTyped}
        maxLength={200}
      />
      <SelectField
        label={t('colWho')}
        value={filters.actor}
        onChange={(actor) => onChange({ actor })}
        options={choices(t('everybody'), names?.actors, filters.actor)}
      />
      <SelectField
        label={t('colWhat')}
        value={filters.action}
        onChange={(action) => onChange({ action })}
        options={choices(t('everything'), names?.actions, filters.action)}
      />
      <TextField label={t('fromDay')} type="date" value={filters.from} onInput={(from) => onChange({ from })} />
      <TextField label={t('toDay')} type="date" value={filters.to} onInput={(to) => onChange({ to })} />
    </search>
  );
}

/** What is chosen stays among the choices, also when the newest part of the trail no longer names it. */
function choices(all: string, names: readonly string[] | undefined, chosen: string) {
  const list = [...new Set([...(names ?? []), ...(chosen === '' ? [] : [chosen])])].sort();
  return [{ value: '', label: all }, ...list.map((name) => ({ value: name, label: capital(name) }))];
}

/** A meeting is named as device/uid. */
function Subject({ subject }: { subject: string }) {
  const [, device, uid] = /^([a-z0-9-]{1,64})\/([A-Za-z0-9._~-]{1,128})$/.exec(subject) ?? [];
  return uid === undefined ? subject : <a href={`/meetings/${device}/${encodeURIComponent(uid)}`}>{uid}</a>;
}

/** Days as the reader counts them, the last one whole. */
function inInstants({ from, to, ...rest }: Filters): Filters {
  return {
    ...rest,
    from: dayStart(from)?.toISOString() ?? '',
    to: (dayStart(to) && dayStart(dayAfter(to)))?.toISOString() ?? '',
  };
}

function inWords(filters: Filters): string {
  const labels = {
    q: t('searchLabel'),
    actor: t('colWho'),
    action: t('colWhat'),
    from: t('fromDay'),
    to: t('toDay'),
  } satisfies Record<keyof Filters, string>;
  return FILTERS.flatMap((name) => (filters[name] === '' ? [] : [`${labels[name]}: ${filters[name]}`])).join(', ');
}

function searchOf(parameters: Record<string, string>): string {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

import { useState } from 'preact/hooks';
import type { LogItem } from '../../../src/contracts/http.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Loading } from '../components/loading.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { StatusText } from '../components/status-text.tsx';
import type { Tone } from '../components/tone.ts';
import { LINES_SHOWN, type LogFilters, searchOf, useLogs } from '../data/logs.ts';
import { exactInstant } from '../format.ts';
import { t } from '../messages/t.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const TONES: Record<LogItem['level'], Tone> = {
  trace: 'quiet',
  debug: 'quiet',
  info: 'quiet',
  warn: 'warning',
  error: 'danger',
  fatal: 'danger',
};

/** The agent's own log, newest on top, as it is written. */
export function LogsPage() {
  const [filters, setFilters] = useState<LogFilters>({ level: '', component: '', q: '' });
  const [paused, setPaused] = useState(false);
  const { items, page, waiting, failure } = useLogs(filters, paused);
  const narrow = (change: Partial<LogFilters>) => setFilters({ ...filters, ...change });
  const search = searchOf(filters);
  return (
    <>
      <PageTitle>{t('logs')}</PageTitle>
      <Card>
        <search class="filters">
          <TextField
            label={t('searchLabel')}
            placeholder={t('logsSearchHelp')}
            value={filters.q}
            onInput={(q) => narrow({ q })}
            maxLength={200}
          />
          <SelectField
            label={t('logLevel')}
            value={filters.level}
            onChange={(level) => narrow({ level })}
            options={[
              { value: '', label: t('everyLevel') },
              ...LEVELS.map((level) => ({ value: level, label: t(`levelFrom_${level}`) })),
            ]}
          />
          <SelectField
            label={t('logComponent')}
            value={filters.component}
            onChange={(component) => narrow({ component })}
            options={[
              { value: '', label: t('everyComponent') },
              ...(page?.components ?? []).map((component) => ({ value: component, label: component })),
            ]}
          />
        </search>
        <div class="row">
          <Button onClick={() => setPaused(!paused)}>
            <Icon name={paused ? 'play' : 'pause'} />
            {t(paused ? 'logsResume' : 'logsPause')}
          </Button>
          <a class="button" href={`/api/v1/logs/download${search === '' ? '' : `?${search}`}`} download>
            <Icon name="download" />
            {t('logsDownload')}
          </a>
          <span class="hint" role="status">
            {paused ? t('logsPaused', { count: waiting }) : ''}
          </span>
        </div>
        <FailureNotice failure={failure} />
        {page === null && failure === null ? <Loading /> : null}
        {page !== null && items.length === 0 ? <EmptyState title={t('logsNone')} /> : null}
        {items.length === 0 ? null : (
          <ol class="log-lines" aria-label={t('logs')}>
            {items.map((item) => (
              <Line key={item.number} item={item} />
            ))}
          </ol>
        )}
        {page === null ? null : (
          <p class="hint">
            {page.cut || items.length === LINES_SHOWN ? `${t('logsCut')} ` : ''}
            {t('logsKept', { count: page.kept, level: page.level })}
          </p>
        )}
      </Card>
    </>
  );
}

function Line({ item }: { item: LogItem }) {
  const { at, level, component, message, fields } = item;
  const some = Object.keys(fields).length > 0;
  return (
    <li>
      <time datetime={at} title={at}>
        {exactInstant(at, Date.now())}
      </time>
      <StatusText tone={TONES[level]} {...(level === 'info' ? { icon: 'info' } : {})}>
        {t(`level_${level}`)}
      </StatusText>
      <span class="component">{component}</span>
      <div class="message">
        {some ? (
          <details>
            <summary>{message}</summary>
            <pre>{JSON.stringify(fields, null, 2)}</pre>
          </details>
        ) : (
          message
        )}
      </div>
    </li>
  );
}

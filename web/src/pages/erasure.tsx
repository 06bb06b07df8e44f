import { useId, useState } from 'preact/hooks';
import type { ErasureResult } from '../../../src/contracts/http.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { ErrorSummary } from '../components/error-summary.tsx';
import { TextField } from '../components/field.tsx';
import { Link } from '../components/link.tsx';
import { Notice } from '../components/notice.tsx';
import { call } from '../data/api.ts';
import { useAction } from '../data/hooks.ts';
import { t } from '../messages/t.ts';

/** Activity > Erase an address: one person's address goes from everything that the agent keeps. */
export function Erasure() {
  const id = useId();
  const [email, setEmail] = useState('');
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState<ErasureResult | null>(null);
  const action = useAction();
  const erase = () =>
    action.run(async () => {
      setDone(null);
      setDone(await call<ErasureResult>('POST', '/api/v1/erasure', { email }));
      setEmail('');
    });
  return (
    <Card>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsking(true);
        }}
      >
        <p>{t('erasureIntro')}</p>
        <p>{t('erasureFirst')}</p>
        <ErrorSummary failure={action.failure} fields={{ email: { label: t('erasureEmail'), id } }} />
        <TextField
          id={id}
          label={t('erasureEmail')}
          value={email}
          onInput={setEmail}
          required
          maxLength={254}
          error={action.failure?.field('email')}
        />
        <div class="row">
          <Button kind="danger" type="submit" busy={action.busy} disabled={email.trim() === ''}>
            {t('erasureButton')}
          </Button>
        </div>
      </form>
      {asking ? (
        <ConfirmDialog
          title={t('erasureAsk', { email: email.trim() })}
          confirm={t('erasureButton')}
          onConfirm={erase}
          onClose={() => setAsking(false)}
        >
          <p>{t('erasureAskText')}</p>
        </ConfirmDialog>
      ) : null}
      <div role="status">{done === null ? null : <Done result={done} />}</div>
    </Card>
  );
}

function Done({ result }: { result: ErasureResult }) {
  const { erased, calendarEntries, notes } = result;
  const total = Object.values(erased).reduce((sum, count) => sum + count, 0);
  return (
    <div class="stack">
      <Notice tone={total === 0 ? 'info' : 'good'} title={t(total === 0 ? 'erasureNothing' : 'erasureDone')}>
        {total === 0 ? null : (
          <ul class="plain">
            {erased.meetings === 0 ? null : <li>{t('erasedMeetings', { count: erased.meetings })}</li>}
            {erased.results === 0 ? null : <li>{t('erasedResults', { count: erased.results })}</li>}
            {erased.rejected === 0 ? null : <li>{t('erasedRejected', { count: erased.rejected })}</li>}
            {erased.history + erased.activity === 0 ? null : (
              <li>{t('erasedTrail', { count: erased.history + erased.activity })}</li>
            )}
            {erased.others === 0 ? null : <li>{t('erasedOthers', { count: erased.others })}</li>}
          </ul>
        )}
      </Notice>
      {calendarEntries.count === 0 ? null : (
        <Notice tone="warning" title={t('erasureEntries', { count: calendarEntries.count })}>
          <p>{t('erasureEntriesText')}</p>
          <ul class="plain">
            {calendarEntries.items.map((item) => (
              <li key={`${item.deviceId}/${item.uid}`}>
                {item.htmlLink === null ? entryName(item) : <Link href={item.htmlLink}>{entryName(item)}</Link>}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <ul class="plain hint">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  );
}

function entryName(item: ErasureResult['calendarEntries']['items'][number]): string {
  const subject = item.subject === '' ? t('noSubject') : item.subject;
  return item.start === null ? subject : `${subject}, ${item.start.slice(0, 16).replace('T', ' ')}`;
}

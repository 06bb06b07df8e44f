import { useEffect, useRef } from 'preact/hooks';
import type { Failure } from '../data/api.ts';
import { t } from '../messages/t.ts';
import { LiesWith } from './lies-with.tsx';
import { Notice } from './notice.tsx';
import { Way } from './way.tsx';

/** What went wrong with one request: what happened, what to do, where. */
export function FailureNotice({ failure, retry }: { failure: Failure | null; retry?: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (failure !== null) box.current?.scrollIntoView({ block: 'nearest' });
  }, [failure]);
  if (failure === null) return null;
  const { title, detail, fix, link, fault } = failure.problem;
  return (
    <div role="alert" ref={box}>
      <Notice
        tone="danger"
        title={title}
        action={
          link ? (
            <Way link={link} />
          ) : retry === undefined ? null : (
            <button type="button" class="button" onClick={retry}>
              {t('tryAgain')}
            </button>
          )
        }
      >
        {detail ? <p>{detail}</p> : null}
        {fix ? <p>{fix}</p> : null}
        <LiesWith fault={fault} />
      </Notice>
    </div>
  );
}

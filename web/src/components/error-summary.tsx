import { useEffect, useRef } from 'preact/hooks';
import type { Failure } from '../data/api.ts';
import { t } from '../messages/t.ts';
import { FailureNotice } from './failure-notice.tsx';
import { Notice } from './notice.tsx';

/**
 * Above a form that was refused: which fields need a correction, each a link to it. A failure that concerns no field
 * of the form is shown as it is.
 * @param fields member of the body -> the field's label and the id of its control
 */
export function ErrorSummary({
  failure,
  fields,
}: {
  failure: Failure | null;
  fields: Record<string, { label: string; id: string }>;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (failure !== null) box.current?.scrollIntoView({ block: 'nearest' });
  }, [failure]);
  if (failure === null) return null;
  const wrong = Object.entries(fields).flatMap(([name, field]) => {
    const message = failure.field(name);
    return message === undefined ? [] : [{ ...field, message }];
  });
  if (wrong.length === 0) return <FailureNotice failure={failure} />;
  return (
    <div class="summary" role="alert" ref={box}>
      <Notice tone="danger" title={t('errorSummary', { count: wrong.length })}>
        <ul class="plain">
          {wrong.map(({ label, id, message }) => (
            <li key={id}>
              <a
                href={`#${id}`}
                onClick={(event) => {
                  event.preventDefault();
                  document.getElementById(id)?.focus();
                }}
              >
                {label} {message}
              </a>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import { t } from '../messages/t.ts';
import { StatusText } from './status-text.tsx';

export interface Pair {
  label: string;
  left: ComponentChildren;
  right: ComponentChildren;
  differs: boolean;
}

/** Two accounts of the same thing, field by field; a difference is marked with a word. */
export function SideBySide({
  caption,
  left,
  right,
  pairs,
}: {
  caption: string;
  left: string;
  right: string;
  pairs: Pair[];
}) {
  return (
    <div class="table-box">
      <table class="side-by-side">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t('proofField')}</th>
            <th scope="col">{left}</th>
            <th scope="col">{right}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <tr key={pair.label} class={pair.differs ? 'differs' : undefined}>
              <th scope="row">
                {pair.label}
                {pair.differs ? <StatusText tone="warning">{t('differs')}</StatusText> : null}
              </th>
              <td data-label={left}>
                <div>{pair.left}</div>
              </td>
              <td data-label={right}>
                <div>{pair.right}</div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { useState } from 'preact/hooks';
import { t } from '../messages/t.ts';
import { Button } from './button.tsx';

export interface Paging {
  /** The cursor of the page that is shown; null = the first. */
  cursor: string | null;
  earlier: (string | null)[];
  older: (cursor: string) => void;
  newer: () => void;
  first: () => void;
}

/** A cursor leads only onwards, so the way back is remembered here. `key` names the list: another list starts anew. */
export function usePaging(key: string): Paging {
  const [held, setHeld] = useState<{ key: string; trail: string[] }>({ key, trail: [] });
  const trail = held.key === key ? held.trail : [];
  const set = (next: string[]) => setHeld({ key, trail: next });
  return {
    cursor: trail.at(-1) ?? null,
    earlier: trail.length === 0 ? [] : [null, ...trail.slice(0, -1)],
    older: (cursor) => set([...trail, cursor]),
    newer: () => set(trail.slice(0, -1)),
    first: () => set([]),
  };
}

export function Pager({ paging, nextCursor }: { paging: Paging; nextCursor: string | null }) {
  const first = paging.earlier.length === 0;
  if (first && nextCursor === null) return null;
  return (
    <nav class="row" aria-label={t('pages')}>
      <Button disabled={first} onClick={paging.first}>
        {t('newest')}
      </Button>
      <Button disabled={first} onClick={paging.newer}>
        {t('newer')}
      </Button>
      <Button disabled={nextCursor === null} onClick={() => nextCursor !== null && paging.older(nextCursor)}>
        {t('older')}
      </Button>
    </nav>
  );
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { LogItem, LogsPage } from '../../../src/contracts/http.ts';
import { asFailure, call, type Failure } from './api.ts';
import { useLive } from './live.ts';

export type LogFilters = Record<'level' | 'component' | 'q', string>;

/** How many lines the page holds; the agent keeps more. */
export const LINES_SHOWN = 1_000;
const LOOK_MS = 5_000;
const TYPING_MS = 300;

/** Follows the log: the newest lines once, then what was added since. Newest first. */
export function useLogs(filters: LogFilters, paused: boolean) {
  const [held, setHeld] = useState<{ items: LogItem[]; page: LogsPage | null }>({ items: [], page: null });
  const [waiting, setWaiting] = useState(0);
  const [failure, setFailure] = useState<Failure | null>(null);
  const live = useLive();
  const search = searchOf(filters);
  /** Which list is followed, and as far as which line. Another filter begins another list. */
  const follow = useRef({ search: '', last: 0, busy: false, begun: false });
  const stop = useRef(paused);
  stop.current = paused;

  const load = useCallback(() => {
    const mine = follow.current;
    if (mine.busy) return;
    mine.busy = true;
    const after = mine.begun ? `${search === '' ? '' : '&'}after=${mine.last}` : '';
    call<LogsPage>('GET', `/api/v1/logs?${search}${after}`)
      .then(
        (page) => {
          if (follow.current !== mine) return;
          setFailure(null);
          if (stop.current) return setWaiting(page.items.length);
          // The agent was started anew, and counts from one again.
          if (page.last < mine.last) {
            follow.current = { search, last: 0, busy: false, begun: false };
            setTimeout(load);
            return;
          }
          const fresh = page.items.toReversed();
          const { begun } = mine;
          setHeld((before) => ({
            page: { ...page, cut: page.cut || (begun && before.page?.cut === true) },
            items: (begun && !page.cut ? [...fresh, ...before.items] : fresh).slice(0, LINES_SHOWN),
          }));
          setWaiting(0);
          mine.begun = true;
          mine.last = page.last;
        },
        (error: unknown) => follow.current === mine && setFailure(asFailure(error)),
      )
      .finally(() => {
        mine.busy = false;
      });
  }, [search]);

  useEffect(() => {
    follow.current = { search, last: 0, busy: false, begun: false };
    const timer = setTimeout(load, TYPING_MS);
    return () => clearTimeout(timer);
  }, [load, search]);
  useEffect(() => {
    if (!paused) load();
  }, [paused]);
  useEffect(() => live.on('logs', load), [load, live.on]);
  const told = live.state === 'live';
  useEffect(() => {
    if (told) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && load(), LOOK_MS);
    return () => clearInterval(timer);
  }, [load, told]);

  return { ...held, waiting, failure };
}

export function searchOf(filters: LogFilters): string {
  return new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== '')).toString();
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asFailure, call, type Failure } from './api.ts';
import { type Topic, useLive } from './live.ts';

export interface Loaded<T> {
  data: T | null;
  /** Why the last look failed; the data of an earlier one stays. */
  failure: Failure | null;
  reload: () => void;
}

/** Ages ("3 minutes ago") grow without anything changing. */
const SELDOM_MS = 60_000;

/**
 * Loads an address, and anew whenever the agent says that its topic has changed. While it says nothing, because the
 * stream is broken or there is no topic, every few seconds as long as the page can be seen. null loads nothing.
 */
export function useLoad<T>(path: string | null, everyMs = 0, topic?: Topic): Loaded<T> {
  const [held, setHeld] = useState<{ path: string | null; data: T | null; failure: Failure | null }>({
    path,
    data: null,
    failure: null,
  });
  const live = useLive();
  const current = useRef(path);
  current.current = path;
  /** What is under way, and whether it was asked for again meanwhile: never two at a time. */
  const under = useRef<{ path: string; again: boolean } | null>(null);

  const load = useCallback(() => {
    if (path === null) return;
    if (under.current?.path === path) {
      under.current.again = true;
      return;
    }
    const mine = { path, again: false };
    under.current = mine;
    const done = () => {
      if (under.current === mine) under.current = null;
      if (mine.again && current.current === path) load();
    };
    call<T>('GET', path)
      .then(
        (data) => current.current === path && setHeld({ path, data, failure: null }),
        (error: unknown) =>
          current.current === path &&
          setHeld((before) => ({ path, data: before.path === path ? before.data : null, failure: asFailure(error) })),
      )
      .finally(done);
  }, [path]);

  useEffect(load, [load]);
  useEffect(() => (topic === undefined ? undefined : live.on(topic, load)), [load, topic, live.on]);

  const told = topic !== undefined && live.state === 'live';
  const wait = everyMs === 0 ? 0 : told ? SELDOM_MS : everyMs;
  useEffect(() => {
    if (wait === 0 || path === null) return;
    const look = () => document.visibilityState === 'visible' && load();
    const timer = setInterval(look, wait);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [load, path, wait]);

  return { data: held.data, failure: held.path === path ? held.failure : null, reload: load };
}

export interface Action {
  busy: boolean;
  failure: Failure | null;
  run: (work: () => Promise<void>) => void;
  clear: () => void;
}

/** One thing at a time: busy while it runs, and the failure when it fails. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  return {
    busy,
    failure,
    clear: () => setFailure(null),
    run(work) {
      if (busy) return;
      setBusy(true);
      setFailure(null);
      work()
        .catch((error: unknown) => setFailure(asFailure(error)))
        .finally(() => setBusy(false));
    },
  };
}

/** The browser asks before a tab with unsaved changes is closed. */
export function useWarnBeforeLeaving(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [dirty]);
}

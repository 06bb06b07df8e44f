import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asFailure, call, type Failure } from './api.ts';

export interface Loaded<T> {
  data: T | null;
  /** Why the last look failed; the data of an earlier one stays. */
  failure: Failure | null;
  reload: () => void;
}

/** Loads an address and, where asked, looks again every few seconds while the page can be seen. null loads nothing. */
export function useLoad<T>(path: string | null, everyMs = 0): Loaded<T> {
  const [held, setHeld] = useState<{ path: string | null; data: T | null; failure: Failure | null }>({
    path,
    data: null,
    failure: null,
  });
  const current = useRef(path);
  current.current = path;

  const load = useCallback(() => {
    if (path === null) return;
    call<T>('GET', path).then(
      (data) => current.current === path && setHeld({ path, data, failure: null }),
      (error: unknown) =>
        current.current === path &&
        setHeld((before) => ({ path, data: before.path === path ? before.data : null, failure: asFailure(error) })),
    );
  }, [path]);

  useEffect(() => {
    load();
    if (everyMs === 0 || path === null) return;
    const look = () => document.visibilityState === 'visible' && load();
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [load, path, everyMs]);

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

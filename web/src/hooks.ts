import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call, Failure } from './api.ts';

export interface Loaded<T> {
  data: T | null;
  failure: Failure | null;
  reload(): void;
}

/** Loads an address and, where asked, looks again every few seconds while the page is visible. */
export function useLoad<T>(path: string | null, everyMs = 0): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const current = useRef(path);
  current.current = path;
  const load = useCallback(() => {
    if (path === null) return;
    call<T>('GET', path).then(
      (value) => {
        if (current.current !== path) return;
        setData(value);
        setFailure(null);
      },
      (error: unknown) => current.current === path && setFailure(asFailure(error)),
    );
  }, [path]);
  useEffect(() => {
    load();
    if (everyMs === 0) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && load(), everyMs);
    return () => clearInterval(timer);
  }, [load, everyMs]);
  return { data, failure, reload: load };
}

export interface Action {
  busy: boolean;
  failure: Failure | null;
  run(work: () => Promise<void>): void;
  clear(): void;
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

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure({ type: 'about:blank', status: 0, title: error instanceof Error ? error.message : String(error) });
}

import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';

/** What the agent says has changed. */
export type Topic = 'status' | 'meetings' | 'devices' | 'activity' | 'logs';

export interface Live {
  /** 'live' = changes are told; otherwise the pages ask by themselves, and 'lost' says that this has lasted a while. */
  state: 'live' | 'waiting' | 'lost';
  /** Returns what ends the listening. */
  on: (topic: Topic, listener: () => void) => () => void;
}

export const LiveContext = createContext<Live>({ state: 'waiting', on: () => () => {} });

export const useLive = (): Live => useContext(LiveContext);

/** A proxy that ends long connections now and then is no reason to worry anyone. */
const PATIENCE_MS = 4_000;
/** After an answer that the browser does not come back from by itself (too many streams, an older agent). */
const RETRY_MS = 30_000;

/**
 * One stream of events for the whole page. Only while the page can be seen: a browser has few connections to one
 * server, and ten tabs in the background would take them all.
 */
export function useLiveStream(): Live {
  const [state, setState] = useState<Live['state']>('waiting');
  const listeners = useRef(new Map<Topic, Set<() => void>>());

  useEffect(() => {
    let source: EventSource | null = null;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let patience: ReturnType<typeof setTimeout> | undefined;
    let missed = false;

    const tell = (topic: Topic) => {
      for (const listener of listeners.current.get(topic) ?? []) listener();
    };
    const close = () => {
      clearTimeout(retry);
      clearTimeout(patience);
      patience = undefined;
      source?.close();
      source = null;
    };
    const failed = () => {
      missed = true;
      setState((before) => (before === 'lost' ? 'lost' : 'waiting'));
      patience ??= setTimeout(() => setState('lost'), PATIENCE_MS);
      if (source?.readyState !== EventSource.CLOSED) return;
      source = null;
      retry = setTimeout(open, RETRY_MS);
    };
    function open() {
      if (source !== null || document.visibilityState !== 'visible') return;
      clearTimeout(retry);
      source = new EventSource('/api/v1/live');
      source.addEventListener('hello', () => {
        clearTimeout(patience);
        patience = undefined;
        setState('live');
        // Whatever happened meanwhile was told to nobody.
        if (missed) for (const topic of listeners.current.keys()) tell(topic);
        missed = false;
      });
      source.addEventListener('changed', (event) => {
        for (const topic of JSON.parse(event.data) as Topic[]) tell(topic);
      });
      source.addEventListener('error', failed);
    }
    const look = () => {
      if (document.visibilityState === 'visible') return open();
      close();
      missed = true;
      setState('waiting');
    };

    open();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      close();
    };
  }, []);

  return useMemo(
    () => ({
      state,
      on(topic, listener) {
        const all = listeners.current.get(topic) ?? new Set();
        listeners.current.set(topic, all.add(listener));
        return () => all.delete(listener);
      },
    }),
    [state],
  );
}

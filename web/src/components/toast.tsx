import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

const SHOWN_MS = 5_000;
const Say = createContext<(text: string) => void>(() => {});

/** Says what was done, for a moment; never what must be read. */
export const useToast = (): ((text: string) => void) => useContext(Say);

export function ToastArea({ children }: { children: ComponentChildren }) {
  const [shown, setShown] = useState<{ text: string } | null>(null);
  const say = useCallback((text: string) => setShown({ text }), []);
  useEffect(() => {
    if (shown === null) return;
    const timer = setTimeout(() => setShown(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <Say.Provider value={say}>
      {children}
      <div class="toast-area" role="status">
        {shown === null ? null : (
          <div class="toast">
            <Icon name="good" />
            {shown.text}
          </div>
        )}
      </div>
    </Say.Provider>
  );
}

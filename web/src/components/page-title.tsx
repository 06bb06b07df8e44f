import { useEffect, useRef } from 'preact/hooks';
import { t } from '../messages/t.ts';

let announced: string | null = null;

/** The heading takes the focus when another page opens, so that a screen reader says where it is. */
export function PageTitle({ children, tab }: { children: string; tab?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${tab ?? children} · ${t('product')}`;
  }, [children, tab]);
  useEffect(() => {
    // Not on the first page of a visit: there the browser has announced the document itself.
    if (announced !== null && announced !== children) heading.current?.focus();
    announced = children;
  }, [children]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

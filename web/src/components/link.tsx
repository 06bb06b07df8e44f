import type { ComponentChildren } from 'preact';
import { t } from '../messages/t.ts';
import { Icon } from './icon.tsx';

/** A link that opens a new tab where it leads out of these pages, and says so. */
export function Link({
  href,
  button,
  children,
}: {
  href: string;
  button?: boolean | 'primary';
  children: ComponentChildren;
}) {
  const outside = /^https?:/.test(href);
  return (
    <a
      class={button === 'primary' ? 'button primary' : button === true ? 'button' : undefined}
      href={href}
      {...(outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
    >
      {children}
      {outside ? (
        <>
          <Icon name="outside" />
          <span class="unseen"> {t('openOutside')}</span>
        </>
      ) : null}
    </a>
  );
}

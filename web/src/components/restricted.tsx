import type { ComponentChildren } from 'preact';
import type { RoleOfUser } from '../../../src/contracts/http.ts';
import { useMay } from '../data/person.ts';
import { t } from '../messages/t.ts';
import { Notice } from './notice.tsx';

/** What is for a role alone: everybody else may read it, and is told who may change it. */
export function Restricted({ to, children }: { to: RoleOfUser & 'administrator'; children: ComponentChildren }) {
  if (useMay(to)) return <>{children}</>;
  return (
    <>
      <Notice tone="info">
        <p>{t('restricted')}</p>
      </Notice>
      <fieldset class="restricted" disabled>
        {children}
      </fieldset>
    </>
  );
}

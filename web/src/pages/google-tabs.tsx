import { t } from '../messages/en.ts';

export function GoogleTabs({ current }: { current: 'authorization' | 'settings' }) {
  return (
    <nav class="tabs" aria-label={t('googleServices')}>
      <a href="/integrations/google" aria-current={current === 'authorization' ? 'page' : undefined}>
        {t('authorizationTab')}
      </a>
      <a href="/integrations/google/settings" aria-current={current === 'settings' ? 'page' : undefined}>
        {t('settingsTab')}
      </a>
    </nav>
  );
}

import type { Device, Status } from '../../../src/contracts/http.ts';
import { Icon } from '../components/icon.tsx';
import { Logo } from '../components/logo.tsx';
import { StatusText } from '../components/status-text.tsx';
import { t } from '../messages/t.ts';
import { health } from './health.ts';

/** What this is, where, and how it is, in words. */
export function TopBar(props: { status: Status | null; lost: boolean; devices: Device[] | null; onMenu: () => void }) {
  const { status, lost, devices, onMenu } = props;
  const { tone, icon, words } = health(status, lost);
  return (
    <header class="topbar">
      <button type="button" class="button quiet menu-button" aria-haspopup="dialog" onClick={onMenu}>
        <Icon name="menu" />
        <span>{t('menu')}</span>
      </button>
      <a class="brand" href="/">
        <Logo />
        <span>{t('product')}</span>
      </a>
      <p class="where">
        {devices === null ? null : <span>{devicesInWords(devices)}</span>}
        {status === null ? null : <span>{status.google.account ?? t('noAccount')}</span>}
      </p>
      <a class="health" href="/" aria-live="polite">
        <StatusText tone={tone} icon={icon}>
          {words}
        </StatusText>
      </a>
    </header>
  );
}

function devicesInWords(devices: readonly Device[]): string {
  const [only] = devices;
  if (only === undefined) return t('noDevices');
  if (devices.length > 1) return t('deviceCount', { count: devices.length });
  const name = only.name ?? only.deviceId;
  return only.model === null ? name : t('deviceNamed', { name, model: only.model });
}

import { type Key, t } from '../messages/t.ts';
import { Link } from './link.tsx';

/** Where a link leads, in words: the pages here, and Google's. */
const PLACES: [start: string, key: Key & `way${string}`][] = [
  ['/integrations/google/settings', 'waySettings'],
  ['/integrations/google', 'wayGoogle'],
  ['/devices', 'wayDevices'],
  ['/meetings', 'wayMeetings'],
  ['/settings', 'wayAlerts'],
  ['https://console.cloud.google.com/', 'wayCloud'],
  ['https://admin.google.com/', 'wayAdmin'],
  ['https://myaccount.google.com/', 'wayAccount'],
];

/** The button of a problem: it says where it leads. */
export function Way({ link }: { link: string }) {
  const key = PLACES.find(([start]) => link.startsWith(start))?.[1];
  return (
    <Link button href={link}>
      {key === undefined ? t('openPlace', { place: URL.canParse(link) ? new URL(link).hostname : link }) : t(key)}
    </Link>
  );
}

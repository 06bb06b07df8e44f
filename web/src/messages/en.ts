/** Every sentence of the frame and the pages, by key. A translation has the same keys. */
export const en = {
  product: 'Calendar Agent',
  skip: 'Skip to the content',
  menu: 'Menu',
  signOut: 'Sign out',
  overview: 'Overview',
  meetings: 'Meetings',
  integrations: 'Integrations',
  googleServices: 'Google Services',
  devices: 'Devices',
  activity: 'Activity',
  theme: 'Colours',
  themeAuto: 'As the system',
  themeLight: 'Light',
  themeDark: 'Dark',
  allWell: 'All is well',
  needsYou: 'Needs you',
  goesOn: 'Goes on by itself',
  connecting: 'Connecting',
  loading: 'Loading',
  authorizationTab: 'Google Calendar Authorization',
  settingsTab: 'Google Calendar Settings',
  clientId: 'OAuth2.0 Client ID',
  clientSecret: 'OAuth2.0 Client Secret',
  redirectUris: 'Authorized redirect URIs',
  reset: 'Reset',
  save: 'Save',
  getCode: 'Get Authorization Code',
  code: 'Authorization Code',
  authorize: 'Authorization',
  success: 'Authorization successfully!',
  cancel: 'Cancel',
  retry: 'Retry',
  saved: 'Saved.',
  pending: 'Waiting',
  held: 'Held',
  synced: 'In the calendar',
  skipped: 'Not wanted in the calendar',
  cancelled: 'Cancelled',
  failed: 'Failed',
} as const;

export type Key = keyof typeof en;

export function t(key: Key): string {
  return en[key];
}

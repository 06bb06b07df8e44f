/**
 * What a failure means and what a person can do about it. One table; page, API, result topic and log read it.
 *
 * - `retry`: goes on by itself, with backoff
 * - `rate`: the account is asked to slow down; goes on by itself
 * - `quota`: Google refuses for hours; goes on by itself, slowly
 * - `held`: a condition shared by many meetings; they are released together when it ends
 * - `meeting`: this meeting alone, until a new event or a retry
 * - `request`: an answer to one request of an administrator
 */
export type FailureClass = 'retry' | 'rate' | 'quota' | 'held' | 'meeting' | 'request';

export interface Explanation {
  class: FailureClass;
  title: string;
  /** What happened, in plain words. */
  cause: string;
  /** What to do, in a sentence. */
  fix: string;
  /** Where to do it; `{project}` is replaced when Google's answer named one. */
  link: string | null;
  /** HTTP status when the failure is an answer of the admin API. */
  status: number;
}

const console = 'https://console.cloud.google.com';

const table = {
  // ---- authorisation (contract codes)
  'authorization-not-started': {
    class: 'request',
    title: 'No authorization was started',
    cause: 'A code was sent, but no authorization attempt is open. An attempt lasts ten minutes.',
    fix: 'Click "Get Authorization Code", sign in, and paste the new code.',
    link: null,
    status: 409,
  },
  'code-already-used': {
    class: 'request',
    title: 'This code was used already',
    cause: 'An authorization code works once, and this one was handed in before.',
    fix: 'If the page shows the account as authorized, nothing is left to do. Otherwise click "Get Authorization Code" for a new code.',
    link: null,
    status: 409,
  },
  'state-mismatch': {
    class: 'request',
    title: 'The address belongs to another authorization attempt',
    cause: 'The pasted address does not carry the mark of the attempt that is open here.',
    fix: 'Click "Get Authorization Code" again and use the newest browser tab only.',
    link: null,
    status: 400,
  },
  'access-denied': {
    class: 'request',
    title: 'Google was told not to allow access',
    cause: 'Access was refused on the consent screen, or the account is not a test user of an app in testing.',
    fix: 'Click "Get Authorization Code" and choose Allow. When the app is in testing, first add the account as a test user.',
    link: `${console}/auth/audience`,
    status: 400,
  },
  'code-invalid': {
    class: 'request',
    title: 'Google did not take the authorization code',
    cause: 'The code is incomplete, older than ten minutes, used before, or belongs to another client.',
    fix: 'Click "Get Authorization Code" and paste the new code at once, whole.',
    link: null,
    status: 400,
  },
  'client-invalid': {
    class: 'held',
    title: 'Google does not know this OAuth client',
    cause: 'The client ID is wrong, or the client was deleted in Google Cloud.',
    fix: 'Compare the OAuth2.0 Client ID with the one in Google Cloud and save it again. A deleted client can be restored for 30 days.',
    link: `${console}/auth/clients`,
    status: 422,
  },
  'secret-invalid': {
    class: 'held',
    title: 'The client secret is wrong',
    cause: 'Google knows the client ID but refuses the secret; it was mistyped, replaced or disabled.',
    fix: 'Add a new secret to the client in Google Cloud and save it here as OAuth2.0 Client Secret.',
    link: `${console}/auth/clients`,
    status: 422,
  },
  'redirect-mismatch': {
    class: 'request',
    title: 'The redirect URI is not registered',
    cause:
      'The redirect URI is not, letter by letter, one of those registered with the OAuth client. A new registration takes five minutes to a few hours.',
    fix: 'Register exactly the redirect URI shown on this page with the client in Google Cloud, wait a few minutes, and start again.',
    link: `${console}/auth/clients`,
    status: 422,
  },
  'scope-missing': {
    class: 'request',
    title: 'The calendar permission was not granted',
    cause: 'On the consent screen the tick for viewing and editing events was left off.',
    fix: 'Click "Get Authorization Code" again and tick every permission on the consent screen.',
    link: 'https://myaccount.google.com/connections',
    status: 422,
  },
  'no-refresh-token': {
    class: 'request',
    title: 'Google gave no lasting permission',
    cause: 'Google answered without a refresh token, so the permission would end within the hour.',
    fix: 'Remove the app from the Google account, then click "Get Authorization Code" again.',
    link: 'https://myaccount.google.com/connections',
    status: 422,
  },
  'google-unavailable': {
    class: 'retry',
    title: 'Google cannot be reached',
    cause: 'Google did not answer, or answered with a fault of its own.',
    fix: 'Check the connection to the internet and the proxy settings. If a code was being exchanged, fetch a new one.',
    link: 'https://www.google.com/appsstatus/dashboard/',
    status: 502,
  },
  'invalid-scope': {
    class: 'request',
    title: 'Google refuses a permission that was asked for',
    cause: 'The project does not offer a permission that the agent needs.',
    fix: 'Enable the Google Calendar API in the project and add the calendar permissions under Data access.',
    link: `${console}/auth/scopes`,
    status: 422,
  },
  'admin-policy-enforced': {
    class: 'held',
    title: 'The Workspace administrator blocks this app',
    cause: 'A policy of the Google Workspace organisation forbids the app or one of its permissions.',
    fix: 'Ask the Workspace administrator to trust the OAuth client under Security > API controls, then authorize again.',
    link: 'https://admin.google.com/ac/owl',
    status: 422,
  },
  'org-internal': {
    class: 'request',
    title: 'The app is open to its own organisation only',
    cause: 'The consent screen is set to Internal, and the account belongs to another organisation.',
    fix: 'Sign in with an account of the organisation that owns the project, or set the audience to External.',
    link: `${console}/auth/audience`,
    status: 422,
  },
  'not-test-user': {
    class: 'request',
    title: 'The account is not a test user',
    cause: 'The app is in testing, and only the listed test users may authorize it.',
    fix: 'Add the account as a test user, or publish the app, then start again.',
    link: `${console}/auth/audience`,
    status: 422,
  },
  'private-redirect': {
    class: 'request',
    title: 'Google takes no private address as redirect URI',
    cause: 'The redirect URI is a private IP address, which cannot be registered with Google.',
    fix: 'Leave "Authorized redirect URIs" empty, or use a public https name or http://localhost.',
    link: `${console}/auth/clients`,
    status: 422,
  },
  'oob-blocked': {
    class: 'request',
    title: 'Google no longer offers this way of copying codes',
    cause: 'The redirect URI is the out-of-band one that Google closed in 2023.',
    fix: 'Leave "Authorized redirect URIs" empty and register the address shown on this page.',
    link: `${console}/auth/clients`,
    status: 422,
  },
  'embedded-browser': {
    class: 'request',
    title: 'Google refuses this browser',
    cause: 'The sign-in page was opened in a window inside another app.',
    fix: 'Open the sign-in address in an ordinary browser.',
    link: null,
    status: 422,
  },
  'invalid-request': {
    class: 'request',
    title: 'Google could not read the request',
    cause: 'Google calls the request malformed.',
    fix: 'Check the OAuth client ID and the redirect URI for stray characters, save, and start again.',
    link: `${console}/auth/clients`,
    status: 422,
  },
  'not-configured': {
    class: 'request',
    title: 'No OAuth client is saved',
    cause: 'The client ID and the client secret of a Google Cloud project are missing.',
    fix: 'Save the OAuth2.0 Client ID and OAuth2.0 Client Secret, or upload the credentials file.',
    link: `${console}/auth/clients`,
    status: 409,
  },
  // ---- held
  'device-unknown': {
    class: 'held',
    title: 'The PBX has not identified itself',
    cause: 'No model and firmware are known for this device, so new meetings wait.',
    fix: 'Check that the bridge of this PBX runs and publishes its identity.',
    link: null,
    status: 409,
  },
  'device-unsupported': {
    class: 'held',
    title: 'This PBX model is not supported',
    cause: 'The model is not among the supported series.',
    fix: 'See the list of supported devices; meetings go out by themselves once a supported device reports under this id.',
    link: null,
    status: 409,
  },
  'firmware-too-old': {
    class: 'held',
    title: 'The firmware of the PBX is too old',
    cause: 'The device runs a firmware below the one that its series needs.',
    fix: 'Upgrade the firmware of the PBX; the meetings go out by themselves afterwards.',
    link: 'https://www.grandstream.com/support/firmware',
    status: 409,
  },
  'not-authorized': {
    class: 'held',
    title: 'No Google account is authorized',
    cause: 'The agent has no permission yet to write into a calendar.',
    fix: 'Open Integrations > Google Services and authorize an account.',
    link: '/integrations/google',
    status: 409,
  },
  reauthorize: {
    class: 'held',
    title: 'Google ended the permission',
    cause: 'The permission was revoked or has expired. Apps in testing lose it after seven days.',
    fix: 'Open Integrations > Google Services, click "Get Authorization Code" and authorize again. Nothing is lost meanwhile.',
    link: '/integrations/google',
    status: 409,
  },
  'session-control': {
    class: 'held',
    title: 'The Workspace policy asks for a new sign-in',
    cause: 'A session length set by the Workspace administrator has run out for this app.',
    fix: 'Authorize again, and ask the Workspace administrator to exempt the app from Google Cloud session control.',
    link: 'https://admin.google.com/ac/security/reauth',
    status: 409,
  },
  'api-not-enabled': {
    class: 'held',
    title: 'The Google Calendar API is not enabled',
    cause: 'The Google Cloud project of the OAuth client has the Google Calendar API switched off.',
    fix: 'Enable the Google Calendar API in the project and wait a few minutes; the meetings go out by themselves.',
    link: 'https://console.cloud.google.com/apis/library/calendar-json.googleapis.com?project={project}',
    status: 409,
  },
  'calendar-gone': {
    class: 'held',
    title: 'The calendar is gone',
    cause: 'The chosen calendar was deleted or is no longer shared with the account.',
    fix: 'Choose another calendar under Google Calendar Settings, or share the old one again.',
    link: '/integrations/google/settings',
    status: 409,
  },
  'calendar-read-only': {
    class: 'held',
    title: 'The calendar can only be read',
    cause: 'The account may see the chosen calendar but not change it.',
    fix: 'Give the account the right to make changes to events, or choose another calendar.',
    link: '/integrations/google/settings',
    status: 409,
  },
  'other-account': {
    class: 'held',
    title: 'The entry belongs to another Google account',
    cause: 'The entry was made with an account that is not authorized now.',
    fix: 'Authorize the earlier account again to change this entry.',
    link: '/integrations/google',
    status: 409,
  },
  'zone-unknown': {
    class: 'held',
    title: 'The time zone is not known',
    cause: 'The meeting names no time zone that can be understood, and the device has none to fall back on.',
    fix: 'Set the time zone of the meeting on the PBX, or the time zone of the device.',
    link: null,
    status: 409,
  },
  'removals-stopped': {
    class: 'held',
    title: 'Too many entries would be removed at once',
    cause: 'One change would remove so many of the future entries that it may be a mistake.',
    fix: 'Open the overview and confirm the removal, or correct the PBX or the settings that caused it.',
    link: '/',
    status: 409,
  },
  'series-unknown': {
    class: 'held',
    title: 'The series has not arrived',
    cause: 'A change to one occurrence arrived, but the series that it belongs to has not.',
    fix: 'Ask the PBX for a resync under Devices.',
    link: '/devices',
    status: 409,
  },
  restored: {
    class: 'held',
    title: 'The meeting waits for its PBX after a restore',
    cause:
      'The meeting was still to be written when the backup was made. Whether that still holds, its PBX must say: it may have been changed or cancelled since.',
    fix: 'It goes out when the PBX publishes it again; ask for that with Resync under Devices, or try the meeting again.',
    link: '/devices',
    status: 409,
  },
  // ---- goes on by itself
  'rate-limited': {
    class: 'rate',
    title: 'Google asks to slow down',
    cause: 'More requests were made in a minute than the project may make.',
    fix: 'Nothing to do: the agent goes on by itself, slower.',
    link: `${console}/apis/api/calendar-json.googleapis.com/quotas?project={project}`,
    status: 503,
  },
  'quota-exceeded': {
    class: 'quota',
    title: 'Google has paused invitations for this account',
    cause: 'Google limits how many guests an account may invite in a short time. The pause lasts some hours.',
    fix: 'Nothing to do: the agent goes on by itself. Fewer outside guests at a time avoid it.',
    link: 'https://support.google.com/a/answer/2905486',
    status: 503,
  },
  'invitations-capped': {
    class: 'quota',
    title: 'Many guests were invited within the hour',
    cause: 'More people would be invited within an hour than the settings allow, so further invitations wait.',
    fix: 'Nothing to do if this is meant: they go out by and by. Confirm on the overview to send them now, or raise the limit under Google Calendar Settings.',
    link: '/',
    status: 503,
  },
  // ---- this meeting alone
  'meeting-refused': {
    class: 'meeting',
    title: 'Google refuses this meeting',
    cause: 'Google calls something in the entry invalid.',
    fix: 'Correct the meeting on the PBX; the next change is tried by itself.',
    link: null,
    status: 422,
  },
  'meeting-invalid': {
    class: 'meeting',
    title: 'The meeting cannot be written as a calendar entry',
    cause: 'Its time or its repeat rule cannot be expressed.',
    fix: 'Correct the meeting on the PBX; the next change is tried by itself.',
    link: null,
    status: 422,
  },
  'recurrence-refused': {
    class: 'meeting',
    title: 'The repeat rule cannot be written',
    cause:
      'The rule cannot be read, repeats more often than daily, or produces no occurrence. The warning names the part.',
    fix: 'Correct the repetition of the meeting on the PBX; the next change is tried by itself.',
    link: null,
    status: 422,
  },
  'entry-conflict': {
    class: 'retry',
    title: 'The entry changed while it was written',
    cause: 'Somebody changed the entry in the calendar at the same moment, several times over.',
    fix: 'Nothing to do: the agent tries again by itself.',
    link: null,
    status: 503,
  },
  'internal-error': {
    class: 'retry',
    title: 'The agent met a fault of its own',
    cause: 'Something happened that the agent was not made for. The log has the details.',
    fix: 'The agent tries again by itself. If it stays, report it with the log.',
    link: null,
    status: 500,
  },
} as const satisfies Record<string, Explanation>;

export type FailureCode = keyof typeof table;

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(table, code);
}

/** The explanation of a code, with `{project}` and the like filled in from the failure's own facts. */
export function explain(code: string, detail: Readonly<Record<string, string>> = {}): Explanation & { code: string } {
  const known: FailureCode = isFailureCode(code) ? code : 'internal-error';
  const found: Explanation = table[known];
  const project = detail['project'];
  const link =
    found.link === null
      ? null
      : project
        ? found.link.replace('{project}', project)
        : found.link.replace(/\?project=\{project\}$/, '');
  return { ...found, code: known, link };
}

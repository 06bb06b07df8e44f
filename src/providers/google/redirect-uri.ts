import { AppError } from '../../errors.ts';
import type { CredentialsView, GoogleCredentials } from '../../sync/ports.ts';

/** The vendor's page that shows the code; registered with most clients that were made by the vendor's guide. */
const VENDOR_PAGE = 'https://ucm.grandstream.com/google';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const PRIVATE_SUFFIX = /\.(local|lan|home|internal|intranet|corp|localdomain|home\.arpa)$/i;

export interface RedirectUri {
  uri: string;
  source: CredentialsView['redirectUriSource'];
  notes: string[];
}

/** In this order: the saved one, the first of the uploaded file, the agent's own page, the vendor's page. */
export function effectiveRedirectUri(credentials: GoogleCredentials | null, publicUrl: string | null): RedirectUri {
  if (credentials?.redirectUri) return noted(credentials.redirectUri, 'saved');
  if (credentials?.fileRedirectUri) return noted(credentials.fileRedirectUri, 'file');
  if (publicUrl !== null) return noted(`${publicUrl}/google`, 'public-url');
  const found = noted(VENDOR_PAGE, 'vendor');
  return {
    ...found,
    notes: [
      'The page at this address belongs to the PBX vendor: it shows the code to you and could read it.',
      ...found.notes,
    ],
  };
}

/** Raises `schema` for what can be no redirect URI. */
export function checkRedirectUri(text: string): string {
  const refuse = (message: string): never => {
    throw new AppError('schema', `redirectUri: ${message}`, { detail: { redirectUri: message } });
  };
  if (/\s/.test(text)) refuse('must be one address without spaces');
  if (!URL.canParse(text)) refuse('must be a whole address such as https://calendar.example.com/google');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    refuse('must begin with https://, or with http://localhost');
  if (url.hash !== '' || text.includes('#')) refuse('must not have a part after #');
  if (url.username !== '' || url.password !== '') refuse('must not hold a user name');
  if (/\/\.\.(\/|$)/.test(text)) refuse('must not hold /..');
  return text;
}

/** Why Google would refuse to register an address. */
export function redirectNotes(uri: string): string[] {
  const url = new URL(uri);
  const notes: string[] = [];
  if (LOOPBACK.test(url.hostname)) {
    notes.push('The browser will show that it cannot connect; copy the whole address from the address bar.');
    return notes;
  }
  if (url.protocol === 'http:') notes.push('Google takes http only for localhost; use https.');
  if (/^[\d.]+$/.test(url.hostname) || url.hostname.startsWith('[')) {
    notes.push('Google registers no IP address as redirect URI; use a public name.');
  } else if (PRIVATE_SUFFIX.test(url.hostname) || !url.hostname.includes('.')) {
    notes.push(`Google registers only public names; ${url.hostname} is a private one.`);
  }
  return notes;
}

function noted(uri: string, source: RedirectUri['source']): RedirectUri {
  return { uri, source, notes: redirectNotes(uri) };
}

import { AppError } from '../../errors.ts';
import type { GoogleCredentials } from '../../sync/ports.ts';
import { checkRedirectUri } from './redirect-uri.ts';

export interface CredentialsInput {
  clientId: string;
  clientSecret?: string | undefined;
  redirectUri?: string | null | undefined;
}

/** Form -> credentials. A form without secret keeps the stored one, which Google shows only once. Raises `schema`. */
export function readForm(input: CredentialsInput, stored: GoogleCredentials | null): GoogleCredentials {
  const errors: Record<string, string> = {};
  const clientId = clean(input.clientId);
  const typed = input.clientSecret === undefined ? '' : clean(input.clientSecret);
  const sameClient = stored !== null && stored.clientId === clientId;
  if (clientId === '') errors['clientId'] = 'is required';
  else if (/\s/.test(clientId)) errors['clientId'] = 'must not contain spaces';
  if (/\s/.test(typed)) errors['clientSecret'] = 'must not contain spaces';
  const clientSecret = typed !== '' ? typed : sameClient ? stored.clientSecret : '';
  if (clientSecret === '') {
    errors['clientSecret'] = stored === null ? 'is required' : 'is required because the client ID is another one';
  }
  if (Object.keys(errors).length > 0)
    throw new AppError('schema', 'the credentials are incomplete', { detail: errors });
  const uri = input.redirectUri?.trim() ?? '';
  return {
    clientId,
    clientSecret,
    redirectUri: uri === '' ? null : checkRedirectUri(uri),
    fileRedirectUri: sameClient ? stored.fileRedirectUri : null,
  };
}

/** The client-secret file from Google Cloud; its addresses of Google's own pages are ignored. Raises `schema`. */
export function readFile(document: unknown): GoogleCredentials {
  const refuse = (message: string): never => {
    throw new AppError('schema', `the file ${message}`, { detail: { file: message } });
  };
  if (!isMembers(document)) return refuse('is no JSON object; upload the file as Google Cloud gave it');
  if (document['type'] === 'service_account') {
    return refuse(
      'is the key of a service account; create an OAuth client of type "Web application" and upload its file',
    );
  }
  const part = document['web'] ?? document['installed'];
  if (!isMembers(part)) return refuse('has neither "web" nor "installed"; upload the file of an OAuth client');
  const clientId = part['client_id'];
  const clientSecret = part['client_secret'];
  if (typeof clientId !== 'string' || clientId.trim() === '') return refuse('has no client_id');
  if (typeof clientSecret !== 'string' || clientSecret.trim() === '') {
    return refuse('has no client_secret; Google Cloud adds it only right after the client or a new secret was created');
  }
  const listed = Array.isArray(part['redirect_uris']) ? part['redirect_uris'] : [];
  // Old files still list the out-of-band address, which Google closed: it is passed over.
  const first = listed.find((uri): uri is string => typeof uri === 'string' && /^https?:\/\//i.test(uri));
  return {
    clientId: clean(clientId),
    clientSecret: clean(clientSecret),
    redirectUri: null,
    fileRedirectUri: first === undefined ? null : checkRedirectUri(first),
  };
}

/** Pasted texts bring a byte-order mark, spaces and line ends with them. */
function clean(text: string): string {
  return text.replace(/^\ufeff/, '').trim();
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

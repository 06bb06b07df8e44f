import type { FailureCode } from '../../domain/failure.ts';

/** What somebody pasted into the box for the authorization code. */
export type Pasted =
  | { kind: 'code'; code: string; state: string | null; iss: string | null }
  | { kind: 'failure'; code: FailureCode; googleSays: string }
  | { kind: 'unreadable' };

/** Google documents 256 bytes as the longest code. */
const CODE = /^[A-Za-z0-9/._~+-]{8,256}$/;

/** What Google calls its errors, alone or behind `Error 400:` in whatever language the page is. */
const NAME =
  /(?:\bError \d{3}: ?)?\b(?:redirect_uri_mismatch|org_internal|admin_policy_enforced|disallowed_useragent|deleted_client|disabled_client|invalid_client|invalid_scope|access_denied|invalid_request|unsupported_response_type)\b/i;

/** The words on Google's error pages, the more particular ones first. */
const PAGES: [RegExp, FailureCode][] = [
  [/redirect_uri_mismatch/i, 'redirect-mismatch'],
  [/org_internal/i, 'org-internal'],
  [/admin_policy_enforced/i, 'admin-policy-enforced'],
  [/disallowed_useragent/i, 'embedded-browser'],
  [/deleted_client|disabled_client|invalid_client|OAuth client was not found/i, 'client-invalid'],
  [/out-of-band|\boob\b/i, 'oob-blocked'],
  [/private IP|device_id and device_name/i, 'private-redirect'],
  [/verification process|developer-approved|test(er| user)/i, 'not-test-user'],
  [/invalid_scope|scopes were invalid/i, 'invalid-scope'],
  // A refusal on the consent screen comes back as a redirect; this name on a page means an account that may not.
  [/access_denied/i, 'not-test-user'],
  [/invalid_request/i, 'invalid-request'],
];

/**
 * Understands the bare code, the encoded code, the whole address in every shape that browsers show, a query string, and
 * Google's error page by its address or its text. Encoded text is decoded exactly once.
 */
export function readPasted(text: string): Pasted {
  const trimmed = text.trim().replace(/^["'`<\s]+|["'`>\s]+$/g, '');
  if (trimmed === '' || trimmed.length > 16_384) return { kind: 'unreadable' };
  const page = errorPage(trimmed);
  if (page !== null) return page;
  const query = queryOf(trimmed);
  if (query !== null) return fromQuery(query);
  // A long code may come with the line ends of the window that it was copied from; words with spaces are no code.
  const bare = decodeOnce(trimmed.replace(/[#&].*$/s, '').replace(/\s*[\r\n]+\s*/g, '')).trim();
  return CODE.test(bare) ? { kind: 'code', code: bare, state: null, iss: null } : { kind: 'unreadable' };
}

function fromQuery(query: URLSearchParams): Pasted {
  const error = query.get('error');
  if (error !== null) {
    const says = [error, query.get('error_description')].filter((part) => part !== null).join(': ');
    const code = error === 'access_denied' ? 'access-denied' : (codeOf(says) ?? 'access-denied');
    return { kind: 'failure', code, googleSays: says.slice(0, 300) };
  }
  const code = query.get('code')?.trim() ?? '';
  if (!CODE.test(code)) return { kind: 'unreadable' };
  return { kind: 'code', code, state: query.get('state'), iss: query.get('iss') };
}

/** The parameters of an address or of a piece of one; null for what has none. */
function queryOf(text: string): URLSearchParams | null {
  const joined = text.replace(/\s*[\r\n]+\s*/g, '');
  const withoutHash = joined.replace(/#.*$/, '');
  const question = withoutHash.indexOf('?');
  // Copied out of the source of a page, "&" is written as an entity.
  let query = (question >= 0 ? withoutHash.slice(question + 1) : withoutHash).replace(/&amp;/g, '&');
  // Copied from behind "code=" up to the end: the code, then the parameters that follow it.
  if (question < 0 && /^[^&=]+&(.*&)?state=/.test(query) && !/(^|&)(code|error)=/.test(query)) query = `code=${query}`;
  if (!/(^|&)(code|error|state)=/.test(query)) return null;
  // A "+" within a code stands for itself: codes are no form fields when a person copies them.
  const [, ...rest] = /(?:^|&)code=([^&]*)/.exec(query) ?? [];
  const parameters = new URLSearchParams(query);
  const code = rest[0];
  if (code !== undefined) parameters.set('code', decodeOnce(code));
  return parameters;
}

function errorPage(text: string): Pasted | null {
  if (
    /accounts\.google\.[a-z.]+\/.*(signin\/oauth\/error|authError=)/i.test(text) ||
    /signin\/oauth\/error/i.test(text)
  ) {
    const encoded = /[?&]authError=([^&#\s]+)/.exec(text)?.[1] ?? '';
    const says = `${readAuthError(encoded)} ${decodeOnce(text)}`;
    return { kind: 'failure', code: codeOf(says) ?? 'invalid-request', googleSays: readable(says) };
  }
  if (/^https?:|(^|[?&])(code|error|state)=/i.test(text)) return null;
  if (!NAME.test(text) && !/(Error \d{3}\b|Access blocked|Authorization Error|has not completed)/i.test(text))
    return null;
  return { kind: 'failure', code: codeOf(text) ?? 'invalid-request', googleSays: readable(text) };
}

/** authError is base64 of a binary message whose texts can be read as they are. */
function readAuthError(encoded: string): string {
  const decoded = decodeOnce(encoded);
  const binary = Buffer.from(decoded.replace(/-/g, '+').replace(/_/g, '/'), 'base64').toString('latin1');
  return `${decoded} ${binary}`;
}

function readable(text: string): string {
  return (NAME.exec(text)?.[0] ?? text.slice(0, 120)).trim();
}

function codeOf(text: string): FailureCode | null {
  return PAGES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

function decodeOnce(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What was pasted into the box for the authorization code, before it is sent. The agent itself decides. */
export type Recognised =
  | { kind: 'empty' | 'code' | 'encoded-code' | 'part' | 'unknown' }
  | { kind: 'address'; state: 'matches' | 'differs' | 'unknown' }
  /** Google's error page, and its refusal at the redirect URI. `name` is Google's own word, '' when none is told. */
  | { kind: 'error-page' | 'refusal'; name: string };

/** The words that Google uses, the more particular ones first. */
const NAMES = [
  'redirect_uri_mismatch',
  'org_internal',
  'admin_policy_enforced',
  'disallowed_useragent',
  'deleted_client',
  'invalid_client',
  'unauthorized_client',
  'invalid_scope',
  'access_denied',
  'invalid_request',
];

/** Google documents 256 bytes as the longest code; every code seen so far begins with "4/". */
const CODE = /^4\/[A-Za-z0-9/._~+-]{6,254}$/;

/** @param attemptUrl the sign-in address of the open attempt, to compare the state with; null when it is not known */
export function recognise(text: string, attemptUrl: string | null = null): Recognised {
  const trimmed = text.trim().replace(/^["'`<\s]+|["'`>\s]+$/g, '');
  if (trimmed === '') return { kind: 'empty' };
  if (/signin\/oauth\/error|[?&]authError=/i.test(trimmed)) {
    const hidden = /[?&]authError=([^&#\s]+)/.exec(trimmed)?.[1] ?? '';
    return { kind: 'error-page', name: nameIn(`${readAuthError(hidden)} ${trimmed}`) };
  }
  if (
    !/^https?:/i.test(trimmed) &&
    /Error \d{3}\b|Access blocked|Authorization Error|has not completed/i.test(trimmed)
  ) {
    return { kind: 'error-page', name: nameIn(trimmed) };
  }
  const query = queryOf(trimmed);
  if (query !== null) {
    const error = query.get('error');
    if (error !== null) return { kind: 'refusal', name: error.slice(0, 60) };
    if ((query.get('code') ?? '') === '') return { kind: 'unknown' };
    if (!/^https?:/i.test(trimmed)) return { kind: 'part' };
    return { kind: 'address', state: compareStates(query.get('state'), attemptUrl) };
  }
  const bare = trimmed.replace(/[#&].*$/s, '').replace(/\s+/g, '');
  if (CODE.test(bare)) return { kind: 'code' };
  if (/%[0-9a-f]{2}/i.test(bare) && CODE.test(decodeOnce(bare))) return { kind: 'encoded-code' };
  return { kind: 'unknown' };
}

function queryOf(text: string): URLSearchParams | null {
  const joined = text.replace(/\s*[\r\n]+\s*/g, '').replace(/#.*$/, '');
  const question = joined.indexOf('?');
  const query = question >= 0 ? joined.slice(question + 1) : joined;
  return /(^|&)(code|error|state)=/.test(query) ? new URLSearchParams(query) : null;
}

function compareStates(state: string | null, attemptUrl: string | null): 'matches' | 'differs' | 'unknown' {
  if (state === null || attemptUrl === null || !URL.canParse(attemptUrl)) return 'unknown';
  const expected = new URL(attemptUrl).searchParams.get('state');
  if (expected === null) return 'unknown';
  return state === expected ? 'matches' : 'differs';
}

/** authError is base64 of a binary message whose texts can be read as they are. */
function readAuthError(encoded: string): string {
  try {
    return atob(decodeOnce(encoded).replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}

function nameIn(text: string): string {
  return NAMES.find((name) => text.includes(name)) ?? '';
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

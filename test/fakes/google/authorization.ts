import type { Client } from './types.ts';
import { accountOf, type IssuedCode, randomText, type World } from './world.ts';

/** A refusal shown as an HTML page of the service; the application never hears of it. */
export class AuthorizationPageError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(`Error ${status}: ${code}${detail === '' ? '' : ` ${detail}`}`);
    this.status = status;
    this.code = code;
  }
}

export interface ConsentRequest {
  client: Client;
  redirectUri: string;
  scopes: string[];
  state: string | undefined;
  offline: boolean;
  prompt: Set<string>;
  includeGranted: boolean;
  loginHint: string | undefined;
  challenge: IssuedCode['challenge'];
  nonce: string | undefined;
}

export interface ConsentChoice {
  email: string;
  deny?: boolean;
  /** The ticked non-sign-in scopes; all when absent. */
  scopes?: string[];
}

const PREFIX = 'https://www.googleapis.com/auth/';
const LONG_FORM: Record<string, string> = {
  email: `${PREFIX}userinfo.email`,
  profile: `${PREFIX}userinfo.profile`,
};
const SIGN_IN = new Set(['openid', 'email', 'profile', `${PREFIX}userinfo.email`, `${PREFIX}userinfo.profile`]);
const OTHER_KNOWN = new Set(['drive', 'drive.file', 'spreadsheets', 'gmail.readonly'].map((name) => PREFIX + name));
const OUT_OF_BAND = new Set(['urn:ietf:wg:oauth:2.0:oob', 'urn:ietf:wg:oauth:2.0:oob:auto', 'oob']);

export const isSignIn = (scope: string) => SIGN_IN.has(scope);

/** Why a redirect address cannot be registered, or undefined. Google's rules for web clients. */
export function registrationProblem(uri: string): string | undefined {
  if (OUT_OF_BAND.has(uri)) return 'out-of-band addresses are no longer allowed';
  const url = URL.parse(uri);
  if (!url) return 'not an address';
  if (url.hash !== '' || uri.includes('#')) return 'contains a fragment';
  if (url.username !== '' || url.password !== '') return 'contains userinfo';
  if (uri.includes('*')) return 'contains a wildcard';
  if (uri.includes('/..')) return 'contains a path traversal';
  if (isLoopback(url)) return undefined;
  if (url.protocol !== 'https:') return 'must use https';
  if (isRawAddress(url)) return 'must not be a raw IP address';
  if (
    !/\.[a-z]{2,}$/i.test(url.hostname) ||
    /\.(local|lan|internal|home|localdomain|corp|test|invalid)$/i.test(url.hostname)
  )
    return 'must end with a public top-level domain';
  return undefined;
}

export function isLoopback(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

function isRawAddress(url: URL): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(url.hostname) || url.hostname.startsWith('[');
}

/** Raises AuthorizationPageError. */
export function readConsentRequest(world: World, query: URLSearchParams): ConsentRequest {
  const refuse = (status: number, code: string, detail = ''): never => {
    throw new AuthorizationPageError(status, code, detail);
  };
  for (const name of query.keys()) {
    if (query.getAll(name).length > 1)
      refuse(400, 'invalid_request', `OAuth 2 parameters can only have a single value: ${name}`);
  }
  const need = (name: string): string =>
    query.get(name) || refuse(400, 'invalid_request', `Missing required parameter: ${name}`);
  const client = world.clients.get(need('client_id'));
  const redirectUri = need('redirect_uri');
  const responseType = need('response_type');
  const scopes = need('scope').split(' ').filter(Boolean);
  if (!client) throw new AuthorizationPageError(401, 'invalid_client', 'The OAuth client was not found.');
  checkRedirect(client, redirectUri, refuse);
  if (responseType !== 'code') refuse(400, 'unsupported_response_type', `Invalid response_type: ${responseType}`);
  const known = (scope: string) => isSignIn(scope) || world.discovery.scopes.has(scope) || OTHER_KNOWN.has(scope);
  const bad = scopes.filter((scope) => !known(scope));
  if (bad.length > 0) {
    const good = scopes.filter(known);
    const lists = `${good.length > 0 ? `valid=[${good.join(', ')}], ` : ''}invalid=[${bad.join(', ')}]`;
    refuse(400, 'invalid_scope', `Some requested scopes were invalid. {${lists}}`);
  }
  for (const [name, values] of Object.entries({
    access_type: ['online', 'offline'],
    include_granted_scopes: ['true', 'false'],
  })) {
    const value = query.get(name);
    if (value !== null && !values.includes(value))
      refuse(400, 'invalid_request', `Invalid parameter value for ${name}`);
  }
  const prompt = new Set((query.get('prompt') ?? '').split(' ').filter(Boolean));
  for (const word of prompt) {
    if (!['none', 'consent', 'select_account'].includes(word))
      refuse(400, 'invalid_request', `Invalid parameter value for prompt: Invalid prompt: ${word}`);
  }
  const challenge = query.get('code_challenge');
  const challengeMethod = query.get('code_challenge_method') ?? 'plain';
  if (challenge !== null && !['S256', 'plain'].includes(challengeMethod))
    refuse(400, 'invalid_request', 'Invalid parameter value for code_challenge_method');
  if (world.switches.adminBlocksApp) refuse(400, 'admin_policy_enforced');
  return {
    client,
    redirectUri,
    scopes: [...new Set(scopes)],
    state: query.get('state') ?? undefined,
    offline: query.get('access_type') === 'offline',
    prompt,
    includeGranted: query.get('include_granted_scopes') === 'true',
    loginHint: query.get('login_hint') ?? undefined,
    challenge: challenge === null ? undefined : { value: challenge, method: challengeMethod },
    nonce: query.get('nonce') ?? undefined,
  };
}

function checkRedirect(client: Client, uri: string, refuse: (status: number, code: string, detail?: string) => never) {
  if (OUT_OF_BAND.has(uri))
    refuse(400, 'invalid_request', 'The out-of-band (OOB) flow has been blocked in order to keep users secure.');
  const url = URL.parse(uri);
  if (url && isRawAddress(url) && !isLoopback(url))
    refuse(400, 'invalid_request', `device_id and device_name are required for private IP: ${uri}`);
  if (!client.redirectUris.includes(uri)) refuse(400, 'redirect_uri_mismatch', `redirect_uri=${uri}`);
}

const grantKey = (client: Client, email: string) => `${client.project} ${email.toLowerCase()}`;

/** Whether the account still has to be asked: the first grant, a wider one, or `prompt=consent`. */
export function mustAsk(world: World, request: ConsentRequest, email: string): boolean {
  const granted = world.grants.get(grantKey(request.client, email));
  return request.prompt.has('consent') || !granted || !longForms(request.scopes).every((scope) => granted.has(scope));
}

/** Scopes as the token endpoint names them. */
export function longForms(scopes: Iterable<string>): string[] {
  return [...new Set([...scopes].map((scope) => LONG_FORM[scope] ?? scope))];
}

/** Carries out the choice of the account; answers the address the browser is sent to. Raises AuthorizationPageError. */
export function decide(world: World, request: ConsentRequest, choice: ConsentChoice): string {
  const { client } = request;
  const account = accountOf(world, choice.email);
  if (client.organization !== undefined && account.hd !== client.organization)
    throw new AuthorizationPageError(
      403,
      'org_internal',
      'This client is restricted to users within its organization.',
    );
  if (client.testing && client.testUsers && !client.testUsers.includes(account.email))
    throw new AuthorizationPageError(
      403,
      'access_denied',
      'The app has not completed the Google verification process. It can only be accessed by developer-approved testers.',
    );
  if (choice.deny === true)
    return address(world, request, [
      ['error', 'access_denied'],
      ['state', request.state],
    ]);

  const consentShown = mustAsk(world, request, account.email);
  const wanted = consentShown ? chosenScopes(world, request, choice.scopes) : request.scopes;
  const granted = world.grants.get(grantKey(client, account.email)) ?? new Set<string>();
  const all = longForms(request.includeGranted ? [...wanted, ...granted] : wanted);
  world.grants.set(grantKey(client, account.email), new Set([...granted, ...longForms(wanted)]));
  const code = `4/0A${randomText(69)}`;
  world.codes.set(code, {
    clientId: client.clientId,
    redirectUri: request.redirectUri,
    email: account.email,
    scopes: all.sort().reverse(),
    challenge: request.challenge,
    nonce: request.nonce,
    offline: request.offline,
    consentShown,
    issuedAt: world.now(),
    burnt: false,
  });
  const short = Object.entries(LONG_FORM).flatMap(([name, long]) => (all.includes(long) ? [name] : []));
  return address(world, request, [
    ['state', request.state],
    ['iss', world.switches.redirectShape === 'current' ? 'https://accounts.google.com' : undefined],
    ['code', code],
    ['scope', [...short, ...all.filter((scope) => scope !== 'openid'), ...all.filter((s) => s === 'openid')].join(' ')],
    ['authuser', '0'],
    ['hd', account.hd],
    ['prompt', consentShown ? 'consent' : 'none'],
  ]);
}

/** Whether single scopes can be unticked: several of them, or one beside a sign-in scope. */
export function isGranular(world: World, request: ConsentRequest): boolean {
  const others = request.scopes.filter((scope) => !isSignIn(scope)).length;
  return world.switches.granularConsent && (others > 1 || (others === 1 && request.scopes.some(isSignIn)));
}

function chosenScopes(world: World, request: ConsentRequest, ticked: string[] | undefined): string[] {
  if (ticked === undefined || !isGranular(world, request)) return request.scopes;
  return request.scopes.filter((scope) => isSignIn(scope) || ticked.includes(scope));
}

/** The answer to `prompt=none` when somebody would have to be asked. */
export function interactionRequired(world: World, request: ConsentRequest): string {
  return address(world, request, [
    ['error', 'interaction_required'],
    ['state', request.state],
  ]);
}

function address(world: World, request: ConsentRequest, parameters: [string, string | undefined][]): string {
  const older = world.switches.redirectShape === 'older';
  const encode = (text: string) => {
    const full = encodeURIComponent(text);
    return older ? full.replaceAll('%20', '+') : full.replaceAll('%2F', '/').replaceAll('%3A', ':');
  };
  const query = parameters
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&');
  return `${request.redirectUri}${request.redirectUri.includes('?') ? '&' : '?'}${query}${older ? '#' : ''}`;
}

import {
  AuthorizationPageError,
  type ConsentChoice,
  type ConsentRequest,
  decide,
  interactionRequired,
  isLoopback,
  mustAsk,
  readConsentRequest,
} from './authorization.ts';
import type { Reply } from './http.ts';
import { blockedPage, codePage, consentPage } from './pages.ts';
import { answerRevocation, answerTokenRequest, liveAccessToken } from './tokens.ts';
import { accountOf, type World } from './world.ts';

export interface OAuthCall {
  method: string;
  path: string;
  query: URLSearchParams;
  form: URLSearchParams | undefined;
  authorization: string | undefined;
}

/** Answers the calls of accounts.google.com, oauth2.googleapis.com and the userinfo addresses; undefined: not one of them. */
export function answerOAuth(world: World, call: OAuthCall): Reply | undefined {
  switch (`${call.method} ${call.path}`) {
    case 'GET /o/oauth2/v2/auth':
    case 'GET /o/oauth2/auth':
      return guarded(call.query, () => openConsent(world, call.query));
    case 'POST /signin/oauth/consent':
      return submitConsent(world, call.form ?? new URLSearchParams());
    case 'GET /signin/oauth/error/v2':
      return { status: 200, html: blockedPage(Buffer.from(call.query.get('authError') ?? '', 'base64url').toString()) };
    case 'POST /token': {
      const { status, body } = answerTokenRequest(world, call.form);
      return { status, json: body };
    }
    case 'POST /revoke': {
      const { status, body } = answerRevocation(world, call.query.get('token') ?? call.form?.get('token') ?? null);
      return { status, json: body };
    }
    case 'GET /oauth2/v3/certs':
      return { status: 200, json: { keys: [world.key.jwk] } };
    case 'GET /oauth2/v2/userinfo':
    case 'GET /oauth2/v3/userinfo':
    case 'GET /v1/userinfo':
      return userinfo(world, call);
    default:
      return undefined;
  }
}

function guarded(query: URLSearchParams, answer: () => Reply): Reply {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof AuthorizationPageError)) throw error;
    const authError = Buffer.from(error.message).toString('base64url');
    const client = encodeURIComponent(query.get('client_id') ?? '');
    const location = `/signin/oauth/error/v2?authError=${authError}&client_id=${client}&flowName=GeneralOAuthFlow`;
    return { status: 302, headers: { location } };
  }
}

function openConsent(world: World, query: URLSearchParams): Reply {
  const request = readConsentRequest(world, query);
  const accounts = [...world.accounts.values()];
  const hinted = accounts.find((account) => [account.email, account.sub].includes(request.loginHint ?? ''));
  const account = hinted ?? (accounts.length === 1 ? accounts[0] : undefined);
  const silent = account && !mustAsk(world, request, account.email) && !request.prompt.has('select_account');
  if (silent) return goBack(world, request, decide(world, request, { email: account.email }));
  if (request.prompt.has('none')) return goBack(world, request, interactionRequired(world, request));
  return { status: 200, html: consentPage(world, request, query.toString()) };
}

function submitConsent(world: World, form: URLSearchParams): Reply {
  const query = new URLSearchParams(form.get('request') ?? '');
  return guarded(query, () => {
    const request = readConsentRequest(world, query);
    const choice: ConsentChoice = {
      email: form.get('account') ?? '',
      deny: form.get('decision') !== 'allow',
      scopes: form.getAll('scope'),
    };
    return goBack(world, request, decide(world, request, choice));
  });
}

function goBack(world: World, request: ConsentRequest, address: string): Reply {
  const unreachable = !isLoopback(new URL(request.redirectUri));
  if (world.switches.showCodePage && unreachable) return { status: 200, html: codePage(address) };
  return { status: 302, headers: { location: address } };
}

/** The same without a browser. Raises AuthorizationPageError with the text of the page. */
export function consent(world: World, url: string, choice: ConsentChoice): string {
  const request = readConsentRequest(world, new URL(url).searchParams);
  if (request.prompt.has('none') && mustAsk(world, request, choice.email)) return interactionRequired(world, request);
  return decide(world, request, choice);
}

function userinfo(world: World, call: OAuthCall): Reply {
  const text = /^Bearer (\S+)$/i.exec(call.authorization ?? '')?.[1];
  const token = text === undefined ? undefined : liveAccessToken(world, text);
  if (!token)
    return {
      status: 401,
      json: {
        error: {
          code: 401,
          message:
            'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
          status: 'UNAUTHENTICATED',
        },
      },
    };
  const account = accountOf(world, token.email);
  const openIdShape = call.path !== '/oauth2/v2/userinfo';
  const mail = token.scopes.some((scope) => scope.endsWith('/userinfo.email'));
  const signedIn = mail || token.scopes.some((scope) => scope === 'openid' || scope.endsWith('/userinfo.profile'));
  if (!signedIn)
    return {
      status: 403,
      json: {
        error: { code: 403, message: 'Request had insufficient authentication scopes.', status: 'PERMISSION_DENIED' },
      },
    };
  return {
    status: 200,
    json: {
      [openIdShape ? 'sub' : 'id']: account.sub,
      ...(mail ? { email: account.email, [openIdShape ? 'email_verified' : 'verified_email']: true } : {}),
      picture: 'https://lh3.googleusercontent.com/a/default-user',
      ...(account.hd === undefined ? {} : { hd: account.hd }),
    },
  };
}

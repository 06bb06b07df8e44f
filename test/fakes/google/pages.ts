import { type ConsentRequest, isGranular, isSignIn } from './authorization.ts';
import type { Account } from './types.ts';
import type { World } from './world.ts';

/** The HTML a browser sees. No script; everything from outside is escaped. */

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const STYLE = `
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f0f4f9;
font:16px/1.5 "Google Sans",Roboto,Arial,sans-serif;color:#1f1f1f}
main{background:#fff;border-radius:28px;padding:36px 40px;width:min(560px,94vw);margin:24px}
h1{font-size:28px;font-weight:400;margin:0 0 8px}p{margin:0 0 16px;color:#444746}
.brand{font-size:14px;color:#444746;margin-bottom:24px}fieldset{border:1px solid #c4c7c5;border-radius:12px;margin:0 0 20px;padding:12px 16px}
legend{padding:0 6px;font-size:14px;color:#444746}label,.fixed{display:flex;gap:12px;align-items:flex-start;padding:8px 0}
small{display:block;color:#5f6368;word-break:break-all}.buttons{display:flex;gap:12px;justify-content:flex-end}
button{font:inherit;font-size:14px;padding:9px 24px;border-radius:20px;border:1px solid #747775;background:#fff;color:#0b57d0;cursor:pointer}
button.main{background:#0b57d0;border-color:#0b57d0;color:#fff}input[readonly]{width:100%;font:13px/1.4 monospace;padding:10px;border:1px solid #c4c7c5;border-radius:8px}
code{display:block;font-size:13px;word-break:break-all;background:#f0f4f9;border-radius:8px;padding:10px;margin-bottom:16px}`;

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
<div class="brand">Sign in with Google &middot; local stand-in</div>${content}</main></body></html>`;
}

const SCOPE_TEXTS: Record<string, string> = {
  openid: 'Associate you with your personal info on Google',
  email: 'See your email address',
  profile: 'See your personal info',
  'userinfo.email': 'See your email address',
  'userinfo.profile': 'See your personal info',
  calendar: 'See, edit, share, and permanently delete all the calendars you can access',
  'calendar.readonly': 'See and download any calendar you can access',
  'calendar.events': 'View and edit events on all your calendars',
  'calendar.events.owned': 'See, create, change, and delete events on calendars you own',
  'calendar.calendarlist.readonly': 'See the list of calendars you are subscribed to',
};

function scopeLabel(scope: string): string {
  const name = scope.slice(scope.lastIndexOf('/') + 1);
  return `<span>${escapeHtml(SCOPE_TEXTS[name] ?? name)}<small>${escapeHtml(scope)}</small></span>`;
}

/** `query` is the request as it came, carried along so that the choice is judged against the same words. */
export function consentPage(world: World, request: ConsentRequest, query: string): string {
  const granular = isGranular(world, request);
  const accounts = [...world.accounts.values()];
  const hinted = accounts.find((account) => [account.email, account.sub].includes(request.loginHint ?? ''));
  const chooser = accounts.map((account, index) => accountRow(account, hinted ? hinted === account : index === 0));
  const scopes = request.scopes.map((scope) =>
    granular && !isSignIn(scope)
      ? `<label><input type="checkbox" name="scope" value="${escapeHtml(scope)}"${world.switches.boxesTicked ? ' checked' : ''}>${scopeLabel(scope)}</label>`
      : `<div class="fixed">&bull; ${scopeLabel(scope)}</div>`,
  );
  return page(
    'Sign in - Google Accounts',
    `<h1>An app wants access to your Google Account</h1><p>${escapeHtml(request.client.clientId)}</p>
<form method="post" action="/signin/oauth/consent"><input type="hidden" name="request" value="${escapeHtml(query)}">
<fieldset><legend>${accounts.length > 1 ? 'Choose an account' : 'Account'}</legend>${chooser.join('')}</fieldset>
<fieldset><legend>${granular ? 'Select what the app can access' : 'The app will be able to'}</legend>${scopes.join('')}</fieldset>
<div class="buttons"><button name="decision" value="deny">Deny</button><button class="main" name="decision" value="allow">Allow</button></div></form>`,
  );
}

function accountRow(account: Account, checked: boolean): string {
  return `<label><input type="radio" name="account" value="${escapeHtml(account.email)}"${checked ? ' checked' : ''}><span>${escapeHtml(account.email)}</span></label>`;
}

export function blockedPage(text: string): string {
  const known = /^(Error \d+: \w+) ?(.*)$/s.exec(text);
  return page(
    'Error',
    `<h1>Access blocked: Authorization Error</h1><p>${escapeHtml(known?.[2] ?? '')}</p><p><b>${escapeHtml(known?.[1] ?? text)}</b></p>`,
  );
}

/** Stands for the page behind the redirect address, whose host no demo can reach. */
export function codePage(address: string): string {
  const url = new URL(address);
  const code = url.searchParams.get('code');
  const error = url.searchParams.get('error');
  return page(
    url.host,
    `<h1>${escapeHtml(url.host)}</h1><p>${error === null ? 'Copy this code, or the whole address, into the page you came from.' : `Access was refused: ${escapeHtml(error)}`}</p>
${code === null ? '' : `<code id="code">${escapeHtml(code)}</code>`}<label for="address">Address</label>
<input id="address" readonly value="${escapeHtml(address)}">`,
  );
}

export function robotPage(): string {
  return page(
    'Error 404 (Not Found)!!1',
    '<h1>404. That&rsquo;s an error.</h1><p>The requested URL was not found on this server. That&rsquo;s all we know.</p>',
  );
}

export function unavailablePage(status: number): string {
  return `<!DOCTYPE html><html lang=en><title>Error ${status} (Server Error)!!1</title><p><b>${status}.</b> <ins>That&rsquo;s an error.</ins><p>The service is temporarily unavailable. Please try again later. <ins>That&rsquo;s all we know.</ins></html>`;
}

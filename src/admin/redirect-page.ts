/** The page that a redirect URI can point to. Everything in it is ours; the code is written by the script or below. */

export function redirectPage(query: { code?: unknown; error?: unknown }): string {
  const code = typeof query.code === 'string' ? query.code : '';
  const error = typeof query.error === 'string' ? query.error : '';
  const content =
    error !== ''
      ? `<h1>Google did not authorize</h1><p>Google says: <strong>${escapeHtml(error)}</strong>. Go back to the page of the agent and start again.</p>`
      : code === ''
        ? '<h1>No authorization code</h1><p>This page shows the code that Google sends here after you allowed access. Open it through “Get Authorization Code”.</p>'
        : `<h1>Authorization code</h1><p>Copy this code into the box <strong>Authorization Code</strong> on the page of the agent.</p>
<p><textarea id="code" rows="3" readonly aria-label="Authorization code">${escapeHtml(code)}</textarea></p>
<p><button type="button" id="copy">Copy code</button> <span id="outcome" role="status" aria-live="polite"></span></p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Authorization code</title><link rel="stylesheet" href="/google/page.css"></head><body><main>${content}
<p><a href="/integrations/google">Back to Google Services</a></p></main><script src="/google/page.js"></script></body></html>`;
}

/** Takes the code out of the address bar, and completes the authorization where an administrator is signed in. */
export const redirectScript = `const address = location.href;
history.replaceState(null, '', '/google');
const box = document.getElementById('code');
const outcome = document.getElementById('outcome');
if (box) {
  document.getElementById('copy').addEventListener('click', async () => {
    try { await navigator.clipboard.writeText(box.value); } catch { box.select(); document.execCommand('copy'); }
    outcome.textContent = 'Copied.';
  });
  fetch('/api/v1/session').then((answer) => answer.json()).then(async (session) => {
    if (session.state !== 'signed-in') return;
    const answer = await fetch('/api/v1/google/authorization', {
      method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: address }),
    });
    const body = await answer.json();
    outcome.textContent = answer.ok ? 'Authorization successfully! ' + body.account : body.title + '. ' + body.fix;
  }).catch(() => {});
}
`;

export const redirectStyle = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;background:light-dark(#f4f6f9,#14181d);color:light-dark(#1b2430,#e6eaf0)}
main{max-width:40rem;margin:3rem auto;padding:2rem;background:light-dark(#fff,#1d232b);border-radius:10px}
textarea{width:100%;box-sizing:border-box;font:14px/1.5 ui-monospace,monospace;padding:12px;border-radius:6px}
button{font:inherit;padding:8px 16px;border-radius:6px;border:0;background:light-dark(#1f5fbf,#7fb2ff);color:light-dark(#fff,#0b1420);cursor:pointer}
a{color:light-dark(#1f5fbf,#8ab9ff)}
`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

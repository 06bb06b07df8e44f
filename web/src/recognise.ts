/** What was pasted into the box, in words, before it is sent. The agent itself decides. */
export function recognise(text: string): string {
  const trimmed = text.trim().replace(/^["'`<\s]+|["'`>\s]+$/g, '');
  if (trimmed === '') return '';
  const page =
    /redirect_uri_mismatch|org_internal|admin_policy_enforced|disallowed_useragent|deleted_client|invalid_client|invalid_scope|access_denied|invalid_request/.exec(
      trimmed,
    )?.[0];
  if (/signin\/oauth\/error|authError=|Error \d{3}|Access blocked/.test(trimmed))
    return page === undefined ? "Google's error page" : `Google's error page: ${page}`;
  if (/[?&]error=|^error=/.test(trimmed))
    return `Google's refusal: ${/error=([\w.-]+)/.exec(trimmed)?.[1] ?? 'unknown'}`;
  if (/[?&]code=|^code=/.test(trimmed))
    return /^https?:/.test(trimmed) ? 'the whole address' : 'a part of the address with the code';
  if (/%2F/i.test(trimmed) && trimmed.startsWith('4')) return 'an encoded authorization code';
  if (/^4\/[\w./~+-]{8,}/.test(trimmed)) return 'an authorization code';
  return 'nothing that is known; an authorization code begins with 4/';
}

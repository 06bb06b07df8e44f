/** RFC 5321 section 4.5.3.1. */
const LONGEST_LOCAL = 64;
const LONGEST = 254;
/** Dot-atom of RFC 5322: quoted local parts exist on paper, and calendars refuse them. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * An address as a calendar takes it: ASCII alone, an international domain as punycode. null = no calendar would invite
 * it, and one refused guest makes Google refuse the whole meeting.
 */
export function invitableAddress(email: string): string | null {
  const text = email.trim();
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  if (at < 1 || local.length > LONGEST_LOCAL || !LOCAL.test(local)) return null;
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === null || local.length + 1 + domain.length > LONGEST) return null;
  return `${local}@${domain}`;
}

function asciiDomain(domain: string): string | null {
  const ascii = isPlain(domain) ? domain : punycode(domain);
  if (ascii === null) return null;
  const labels = ascii.split('.');
  const top = labels.at(-1) ?? '';
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && /[a-z]/i.test(top) ? ascii : null;
}

function isPlain(domain: string): boolean {
  return /^[A-Za-z0-9.-]*$/.test(domain);
}

/** UTS #46, as browsers do it. What else a URL could hold besides a host is no part of an address. */
function punycode(domain: string): string | null {
  if (!/^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u.test(domain)) return null;
  return URL.canParse(`http://${domain}/`) ? new URL(`http://${domain}/`).hostname : null;
}

import { describe, expect, it } from 'vitest';
import { readPasted } from '../../../src/providers/google/pasted.ts';
import { PAGES } from './google-failures.ts';

const CODE = '4/0Aabcdefghijklmnopqrstuvwxyz-_0123456789';

describe('what Google shows instead of a code', () => {
  it.each(PAGES)('is understood from its text: %s', (text, code) => {
    expect(readPasted(text)).toMatchObject({ kind: 'failure', code });
    const page = `Access blocked: Authorization Error\n\narthur@mycompanyabc.com\n\nYou can't sign in.\n\n${text}\n`;
    expect(readPasted(page)).toMatchObject({ kind: 'failure', code, googleSays: text.match(/^Error \d+: \w+/)?.[0] });
  });

  it.each(PAGES)('is understood from its address, in either base64 and when escaped: %s', (text, code) => {
    const message = `\n\u0015${text}\u0012`;
    for (const encoding of ['base64', 'base64url'] as const) {
      const authError = encodeURIComponent(Buffer.from(message, 'latin1').toString(encoding));
      const address = `https://accounts.google.com/signin/oauth/error/v2?authError=${authError}&client_id=1-abc.apps.googleusercontent.com&flowName=GeneralOAuthFlow`;
      const read = readPasted(address);
      expect(read).toMatchObject({ kind: 'failure', code });
      expect(read.kind === 'failure' && read.googleSays).toMatch(/^Error \d+: [a-z_]+$/);
    }
  });

  it('is understood from its name alone, and on a page in another language', () => {
    expect(readPasted('redirect_uri_mismatch')).toMatchObject({ code: 'redirect-mismatch' });
    expect(readPasted('Zugriff blockiert\nFehler 401: invalid_client')).toMatchObject({ code: 'client-invalid' });
    expect(readPasted('已拦截访问权限 错误 403：org_internal')).toMatchObject({ code: 'org-internal' });
  });

  it('is told apart from a refusal, which comes back as an address', () => {
    for (const text of [
      'https://ucm.grandstream.com/google?error=access_denied&state=s',
      'https://ucm.grandstream.com/google?state=s&error=access_denied#',
      '?error=access_denied',
      'error=access_denied&state=s',
    ]) {
      expect(readPasted(text)).toMatchObject({ kind: 'failure', code: 'access-denied', googleSays: 'access_denied' });
    }
    expect(readPasted('https://x.example.com/?error=admin_policy_enforced')).toMatchObject({
      code: 'admin-policy-enforced',
    });
  });
});

describe('a code', () => {
  it('is decoded once, never twice', () => {
    expect(readPasted(encodeURIComponent(CODE))).toMatchObject({ code: CODE });
    expect(readPasted(encodeURIComponent(encodeURIComponent(CODE)))).toEqual({ kind: 'unreadable' });
  });

  it('is found with what follows it in the address', () => {
    expect(readPasted(`${CODE}&scope=email&authuser=0&prompt=consent`)).toMatchObject({ code: CODE, state: null });
    expect(readPasted(`${CODE}&state=abc&scope=email`)).toMatchObject({ code: CODE, state: 'abc' });
    expect(readPasted(`${encodeURIComponent(CODE)}&scope=email&state=abc#`)).toMatchObject({
      code: CODE,
      state: 'abc',
    });
  });

  it('is found in an address copied out of a page’s source, or broken over lines', () => {
    const address = `https://x.example.com/google?state=abc&code=${CODE}&scope=email`;
    expect(readPasted(address.replaceAll('&', '&amp;'))).toMatchObject({ code: CODE, state: 'abc' });
    expect(readPasted(`${address.slice(0, 50)}\r\n  ${address.slice(50)}`)).toMatchObject({ code: CODE, state: 'abc' });
  });

  it('that names an error by chance is no error', () => {
    const code = '4/0Axinvalid_requestxyz0123456789';
    expect(readPasted(code)).toMatchObject({ kind: 'code', code });
    expect(readPasted(`https://x.example.com/?code=${code}&state=access_denied`)).toMatchObject({ kind: 'code', code });
  });

  it('longer than any that Google gives is not taken', () => {
    expect(readPasted(`4/0A${'a'.repeat(300)}`)).toEqual({ kind: 'unreadable' });
  });
});

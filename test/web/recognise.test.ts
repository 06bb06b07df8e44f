import { describe, expect, it } from 'vitest';
import { recognise } from '../../web/src/recognise.ts';

const CODE = '4/0Aci98E9lWWIdPq_0Bb-jifiImLbdol7fiBWjlxJ8DrOEKCuXHnAVwORcbWmQIG1-P7Uqdg';
const ENCODED = CODE.replace('/', '%2F');
const ATTEMPT = 'https://accounts.google.com/o/oauth2/v2/auth?client_id=x&state=abc123&response_type=code';

describe('what was pasted into the box for the authorization code', () => {
  it.each([
    ['nothing', '  \n ', { kind: 'empty' }],
    ['a code', CODE, { kind: 'code' }],
    ['a code in quotes and over two lines', ` "${CODE.slice(0, 40)}\n${CODE.slice(40)}" `, { kind: 'code' }],
    ['a code with the rest of the query', `${CODE}&scope=email`, { kind: 'code' }],
    ['an encoded code', ENCODED, { kind: 'encoded-code' }],
    ['a piece of the query', `code=${ENCODED}&scope=email`, { kind: 'part' }],
    ['an address without a code', 'https://ucm.example.com/google?state=abc123', { kind: 'unknown' }],
    ['something else', 'hello', { kind: 'unknown' }],
    ['a broken encoding', '4%2', { kind: 'unknown' }],
    ['a client id', '123456-abc.apps.googleusercontent.com', { kind: 'unknown' }],
  ])('knows %s', (_what, text, expected) => {
    expect(recognise(text)).toEqual(expected);
  });

  it('compares the state of a whole address with the attempt that is open', () => {
    const address = (state: string) => `https://ucm.example.com/google?state=${state}&code=${ENCODED}&scope=email#`;
    expect(recognise(address('abc123'), ATTEMPT)).toEqual({ kind: 'address', state: 'matches' });
    expect(recognise(address('other'), ATTEMPT)).toEqual({ kind: 'address', state: 'differs' });
    expect(recognise(address('abc123'))).toEqual({ kind: 'address', state: 'unknown' });
    expect(recognise(address('abc123'), 'no address')).toEqual({ kind: 'address', state: 'unknown' });
  });

  it("reads the name out of Google's error page, from its text and from its address", () => {
    const text = 'Access blocked: This app’s request is invalid\nError 400: redirect_uri_mismatch';
    expect(recognise(text)).toEqual({ kind: 'error-page', name: 'redirect_uri_mismatch' });
    const hidden = encodeURIComponent(btoa('\n\u0015redirect_uri_mismatch\u0012\u00b1You cannot sign in'));
    const address = `https://accounts.google.com/signin/oauth/error/v2?authError=${hidden}&client_id=x`;
    expect(recognise(address)).toEqual({ kind: 'error-page', name: 'redirect_uri_mismatch' });
    expect(recognise('https://accounts.google.com/signin/oauth/error?authError=%%%')).toEqual({
      kind: 'error-page',
      name: '',
    });
  });

  it('tells a refusal at the redirect URI from a code', () => {
    const address = 'https://ucm.example.com/google?error=access_denied&state=abc123';
    expect(recognise(address, ATTEMPT)).toEqual({ kind: 'refusal', name: 'access_denied' });
  });
});

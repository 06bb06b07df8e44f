import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPasted } from '../../../src/providers/google/pasted.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
const codes = fc
  .string({ unit: fc.constantFrom(...alphabet), minLength: 20, maxLength: 80 })
  .map((tail) => `4/0A${tail}`);

describe('what is pasted into the box', () => {
  it('is understood in every shape in which browsers show a code', () => {
    fc.assert(
      fc.property(codes, (code) => {
        const once = encodeURIComponent(code);
        const shapes = [
          code,
          once,
          ` ${code}\n`,
          `"${code}"`,
          `${code}#`,
          `${code}&scope=email`,
          `https://x.example.com/google?state=s&iss=https://accounts.google.com&code=${code}&scope=email%20openid&prompt=consent`,
          `https://x.example.com/google?state=s&code=${once}&scope=email+openid&prompt=consent#`,
          `?state=s&code=${once}`,
          `code=${once}&state=s`,
        ];
        for (const shape of shapes) expect(readPasted(shape)).toMatchObject({ kind: 'code', code });
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('keeps a plus sign within a code as it is', () => {
    expect(readPasted('4/0Aab+cdefghijklmnop')).toMatchObject({ code: '4/0Aab+cdefghijklmnop' });
  });

  it('hands on state and issuer', () => {
    expect(readPasted('https://x/google?state=abc&iss=https://accounts.google.com&code=4/0Aabcdefghijk')).toMatchObject(
      {
        state: 'abc',
        iss: 'https://accounts.google.com',
      },
    );
  });

  it('reads the error out of the address of Google’s own page', () => {
    const authError = Buffer.from('\n\u0015redirect_uri_mismatch\u0012').toString('base64');
    expect(
      readPasted(
        `https://accounts.google.com/signin/oauth/error/v2?authError=${encodeURIComponent(authError)}&client_id=x`,
      ),
    ).toMatchObject({
      kind: 'failure',
      code: 'redirect-mismatch',
    });
  });

  it.each(['', '   ', 'hello world', 'https://example.com/', '<script>alert(1)</script>', 'x'.repeat(20_000)])(
    'is refused as %.20s',
    (text) => expect(readPasted(text).kind).toBe('unreadable'),
  );
});

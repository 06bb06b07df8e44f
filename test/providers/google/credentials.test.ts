import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { readFile, readForm } from '../../../src/providers/google/credentials.ts';
import { checkRedirectUri, effectiveRedirectUri, redirectNotes } from '../../../src/providers/google/redirect-uri.ts';

const stored = {
  clientId: 'one',
  clientSecret: 'kept',
  redirectUri: null,
  fileRedirectUri: 'https://a.example.com/google',
};

function refusal(work: () => unknown): Readonly<Record<string, string>> {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError && error.code === 'schema') return error.detail;
    throw error;
  }
  throw new Error('it was expected to be refused');
}

describe('the credentials form', () => {
  it('is cleaned of what pasting brings along', () => {
    expect(readForm({ clientId: '\ufeff one \r\n', clientSecret: ' two\n', redirectUri: '  ' }, null)).toEqual({
      clientId: 'one',
      clientSecret: 'two',
      redirectUri: null,
      fileRedirectUri: null,
    });
  });

  it('keeps the stored secret when none is typed, and what the file said, for the same client', () => {
    expect(readForm({ clientId: 'one' }, stored)).toEqual(stored);
    expect(readForm({ clientId: 'one', clientSecret: '' }, stored)).toEqual(stored);
  });

  it('needs a secret for another client', () => {
    expect(Object.keys(refusal(() => readForm({ clientId: 'other' }, stored)))).toEqual(['clientSecret']);
  });

  it('names every field that is wrong, and never what was typed', () => {
    const detail = refusal(() => readForm({ clientId: 'o ne', clientSecret: 'GOCSPX two' }, null));
    expect(Object.keys(detail)).toEqual(['clientId', 'clientSecret']);
    expect(JSON.stringify(detail)).not.toContain('GOCSPX');
    expect(Object.keys(refusal(() => readForm({ clientId: '' }, null)))).toEqual(['clientId', 'clientSecret']);
  });
});

describe('the file downloaded from Google', () => {
  const web = {
    client_id: 'one',
    client_secret: 'two',
    redirect_uris: ['https://a.example.com/google', 'http://localhost'],
  };

  it.each(['web', 'installed'])('is read when it is of the kind %s; its addresses of Google are not', (kind) => {
    const file = { [kind]: { ...web, auth_uri: 'https://evil.example.com', token_uri: 'https://evil.example.com' } };
    expect(readFile(file)).toEqual({
      clientId: 'one',
      clientSecret: 'two',
      redirectUri: null,
      fileRedirectUri: 'https://a.example.com/google',
    });
  });

  it('may list the closed out-of-band address, which is passed over', () => {
    const redirect_uris = ['urn:ietf:wg:oauth:2.0:oob', 'http://localhost'];
    expect(readFile({ installed: { ...web, redirect_uris } }).fileRedirectUri).toBe('http://localhost');
    expect(readFile({ web: { ...web, redirect_uris: undefined } }).fileRedirectUri).toBeNull();
  });

  it.each([
    [null, /no JSON object/],
    [[], /no JSON object/],
    ['text', /no JSON object/],
    [{}, /neither "web" nor "installed"/],
    [{ type: 'service_account', client_id: 'x' }, /service account/],
    [{ web: { client_secret: 'x' } }, /no client_id/],
    [{ web: { client_id: 'x' } }, /no client_secret/],
  ])('is refused with a clear word as %j', (file, words) => {
    expect(refusal(() => readFile(file))['file']).toMatch(words);
  });
});

describe('the redirect URI', () => {
  it('is the saved one, else the file’s, else the agent’s own page, else the vendor’s', () => {
    const saved = { ...stored, redirectUri: 'https://b.example.com/x' };
    expect(effectiveRedirectUri(saved, 'https://p.example.com')).toMatchObject({
      source: 'saved',
      uri: 'https://b.example.com/x',
    });
    expect(effectiveRedirectUri(stored, 'https://p.example.com')).toMatchObject({
      source: 'file',
      uri: 'https://a.example.com/google',
    });
    const typed = { ...stored, fileRedirectUri: null };
    expect(effectiveRedirectUri(typed, 'https://p.example.com')).toMatchObject({
      source: 'public-url',
      uri: 'https://p.example.com/google',
    });
    const vendor = effectiveRedirectUri(null, null);
    expect(vendor).toMatchObject({ source: 'vendor', uri: 'https://ucm.grandstream.com/google' });
    expect(vendor.notes[0]).toContain('belongs to the PBX vendor');
  });

  it.each([
    ['https://calendar.example.com/google', []],
    ['http://localhost:8480/google', ['cannot connect']],
    ['http://127.0.0.1/', ['cannot connect']],
    ['http://[::1]:8080/', ['cannot connect']],
    ['https://192.168.1.10/google', ['no IP address']],
    ['https://[fd00::1]/google', ['no IP address']],
    ['https://pbx.local/google', ['private']],
    ['https://pbx.lan/google', ['private']],
    ['https://pbx/google', ['private']],
    ['http://calendar.example.com/google', ['http only for localhost']],
    ['http://192.168.1.10/google', ['http only for localhost', 'no IP address']],
  ])('%s is taken, with %j to note', (uri, notes) => {
    expect(checkRedirectUri(uri)).toBe(uri);
    const found = redirectNotes(uri);
    expect(found).toHaveLength(notes.length);
    for (const [index, note] of notes.entries()) expect(found[index]).toContain(note);
  });

  it.each([
    'google',
    '/google',
    'ftp://a.example.com/',
    'javascript:alert(1)',
    'urn:ietf:wg:oauth:2.0:oob',
    'https://a.example.com/google#part',
    'https://a.example.com/google#',
    'https://user:word@a.example.com/',
    'https://a.example.com/../google',
    'https://a.example.com/goo gle',
  ])('%s is refused', (uri) => {
    expect(Object.keys(refusal(() => checkRedirectUri(uri)))).toEqual(['redirectUri']);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlertFailureCode } from '../../src/domain/alert-failure.ts';
import { explain, FAILURE_CODES, isFailureCode } from '../../src/domain/failure.ts';

const SRC = resolve(import.meta.dirname, '../../src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  // The commands print their failures themselves, with what to do, and end.
  .filter((name) => name.endsWith('.ts') && !name.startsWith('commands'))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));

/** These end the start of the agent: printed with what to do, before there is a page or a topic. */
const AT_THE_START = [
  'broker-port',
  'data-dir-in-use',
  'data-dir-unavailable',
  'ledger-damaged',
  'ledger-newer',
  'ledger-upgrade',
  'secret-key',
  'settings-damaged',
  'tls-pair',
  'tls-unavailable',
];

/** Never leaves the agent: the delivery that meets it is taken up by the next start. */
const WITHIN = ['agent-stopping'];

/** Where the code is no literal: handed on from a failure, a grant or a target, all of which are looked at below. */
const HANDED_ON = [
  'code',
  'error.code',
  'grant.brokenBy',
  'name',
  'read.code',
  'target.code',
  'this.#toldByAge(error.code, grant)',
];

const found = (pattern: RegExp, files = /./): string[] => [
  ...new Set(
    sources
      .filter(({ name }) => files.test(name))
      .flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')),
  ),
];

/** Every code that can be raised, or with which a plan, a device or an account holds a meeting back. */
const raised = [
  ...found(/new AppError\(\s*'([^']+)'/g),
  ...found(/\bfail\('([^']+)'/g, /providers\/google\/errors\.ts$/),
  ...found(/return '([a-z-]+)'/g, /providers\/google\/errors\.ts$/),
  ...found(/ok: false, code: '([^']+)'/g),
  ...found(/\bheld\('([^']+)'/g, /domain\/plan\.ts$/),
  ...found(/\bcode: '([^']+)'/g, /domain\/device\.ts$/),
  ...found(/giveUp\('([^']+)'/g),
];

describe('the catalogue of failures', () => {
  it('explains every code that can be raised, but for those that end the start', () => {
    expect(raised.length).toBeGreaterThan(50);
    const unexplained = [...new Set(raised)]
      .filter((code) => !isFailureCode(code) && !isAlertFailureCode(code) && !WITHIN.includes(code))
      .sort();
    expect(unexplained).toEqual(AT_THE_START);
  });

  it('is asked for codes alone that are looked at here', () => {
    const dynamic = found(/new AppError\(\s*(?!['\s])((?:[^(),]|\([^()]*\))+),/g).sort();
    expect(dynamic).toEqual(HANDED_ON);
  });

  it.each(FAILURE_CODES)('says of %s what happened, with whom it lies, and what to do', (code) => {
    const { title, cause, fault, fix, link, status } = explain(code);
    expect(title).toMatch(/^[A-Z][^{}]+[^.]$/);
    expect(cause).toMatch(/^[A-Z][^{}]{20,}\.$/);
    expect(fix).toMatch(/^[A-Z][^{}]{20,}\.$/);
    expect(['google', 'administrator', 'workspace', 'pbx', 'person', 'agent']).toContain(fault);
    expect(link ?? '/').toMatch(/^(\/[a-z/]*|https:\/\/[^{}]+)$/);
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('has no two codes with one title', () => {
    const titles = FAILURE_CODES.map((code) => explain(code).title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  it('fills in what a failure names, whole or not at all', () => {
    const facts = { chosen: 'sadie@x.example', earlier: 'arthur@x.example', entries: '12' };
    expect(explain('other-account-chosen', facts).cause).toMatch(/^sadie@x.example .*\(12\) .*arthur@x.example/);
    expect(explain('other-account-chosen', { chosen: 'sadie@x.example' }).cause).not.toContain('sadie');
    expect(explain('testing-ended', { project: '123456' }).link).toBe(
      'https://console.cloud.google.com/auth/audience?project=123456',
    );
  });

  it('takes what it does not know for a fault of the agent', () => {
    expect(explain('never-heard-of')).toMatchObject({ code: 'internal-error', fault: 'agent', class: 'retry' });
    expect(explain('constructor').code).toBe('internal-error');
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginGuard } from '../../../firmware-bridge/device/login-guard.ts';
import { statusError } from '../../../firmware-bridge/pbx/status.ts';

describe('what a PBX refused once', () => {
  let dataDir = '';
  let now = 0;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'guard-'));
    now = Date.parse('2026-06-01T08:00:00Z');
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
  // Made anew each time, as after a restart.
  const guard = (user = 'calendar') => loginGuard({ dataDir, url: 'https://10.0.0.5:8089', user, clock: () => now });

  it.each([-37, -71])('with %i is not tried again until the credentials are others', (status) => {
    guard().refused('one', statusError('login', status));
    now += 365 * 86_400_000;
    expect(() => guard().check('one')).toThrowError(expect.objectContaining({ code: 'pbx-login-refused' }));
    expect(() => guard().check('two')).not.toThrow();
    expect(() => guard('other').check('one')).not.toThrow();
  });

  it.each([
    [-68, 30],
    [-70, 60],
  ])('with %i is tried again after %i minutes', (status, minutes) => {
    guard().refused('one', statusError('challenge', status));
    now += minutes * 60_000 - 1;
    expect(() => guard().check('one')).toThrow();
    now += 1;
    expect(() => guard().check('one')).not.toThrow();
  });

  it('is forgotten by a login that succeeds', () => {
    guard().refused('one', statusError('login', -37));
    guard().forget();
    expect(() => guard().check('one')).not.toThrow();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('is kept without the password, for the owner alone', () => {
    guard().refused('a-very-secret-one', statusError('login', -37, { triesLeft: '4' }));
    const [name] = readdirSync(dataDir);
    const file = join(dataDir, name ?? '');
    expect(readFileSync(file, 'utf8')).not.toContain('a-very-secret-one');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealer, type Sealer } from '../../src/settings/seal.ts';

describe('a sealed text', () => {
  let folder: string;
  let sealer: Sealer;
  const make = (name: string): Sealer => {
    const made = openSealer(join(folder, name), false);
    if (made === null) throw new Error('no key');
    return made;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'seal-'));
    sealer = make('key');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens with the same key for the same purpose', () => {
    expect(sealer.open(sealer.seal('Grüße 你好', 'a'), 'a')).toBe('Grüße 你好');
    expect(make('key').open(sealer.seal('text', 'a'), 'a')).toBe('text');
  });

  it('never looks the same twice', () => {
    expect(new Set(Array.from({ length: 50 }, () => sealer.seal('text', 'a'))).size).toBe(50);
  });

  it('opens for no other purpose and with no other key', () => {
    const sealed = sealer.seal('text', 'a');
    expect(sealer.open(sealed, 'b')).toBeNull();
    expect(make('other').open(sealed, 'a')).toBeNull();
  });

  it('does not open once a single character of it was changed, or when it was cut', () => {
    const sealed = sealer.seal('text', 'a');
    for (let at = 3; at < sealed.length - 1; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), 'a')).toBeNull();
    }
    for (const cut of [0, 3, 10, 20, sealed.length - 2]) expect(sealer.open(sealed.slice(0, cut), 'a')).toBeNull();
  });

  it('does not open with a shortened tag', () => {
    const bytes = Buffer.from(sealer.seal('', 'a').slice(3), 'base64url');
    for (const length of [4, 8, 12, 15]) {
      expect(sealer.open(`v1.${bytes.subarray(0, 12 + length).toString('base64url')}`, 'a')).toBeNull();
    }
  });
});

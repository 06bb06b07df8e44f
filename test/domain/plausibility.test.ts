import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRemoval, removalLimit } from '../../src/domain/plausibility.ts';

describe('the removal of entries', () => {
  it.each([
    [0, 10],
    [50, 10],
    [54, 10],
    [55, 11],
    [100, 20],
    [1_000, 200],
  ])('of %d future entries lets %d go in one change', (future, limit) => {
    expect(removalLimit(future)).toBe(limit);
  });

  it('goes ahead at once where too few entries are left for it to matter', () => {
    expect(judgeRemoval(null, { waiting: 0, recent: 3, future: 7 })).toBe('go');
    expect(judgeRemoval(null, { waiting: 0, recent: 4, future: 7 })).toBe('settle');
  });

  it('waits first for others of the same change, then goes or stops with all of them', () => {
    expect(judgeRemoval(null, { waiting: 0, recent: 0, future: 100 })).toBe('settle');
    expect(judgeRemoval('settling', { waiting: 20, recent: 0, future: 100 })).toBe('go');
    expect(judgeRemoval('settling', { waiting: 21, recent: 0, future: 100 })).toBe('stop');
    expect(judgeRemoval('stopped', { waiting: 21, recent: 0, future: 100 })).toBe('stop');
  });

  it('counts what went a moment ago as part of the change', () => {
    expect(judgeRemoval('settling', { waiting: 1, recent: 20, future: 80 })).toBe('stop');
    expect(judgeRemoval('settling', { waiting: 1, recent: 19, future: 81 })).toBe('go');
  });

  it('is never stopped again once a person confirmed it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (waiting, recent, future) => {
        expect(judgeRemoval('confirmed', { waiting, recent, future })).toBe('go');
      }),
    );
  });

  it('never lets more than the limit go without a confirmation, in whatever order the removals are looked at', () => {
    fc.assert(
      fc.property(fc.integer({ min: 11, max: 400 }), fc.integer({ min: 1, max: 400 }), (all, wish) => {
        const wanted = Math.min(all, wish);
        let waiting = wanted;
        let recent = 0;
        for (let i = 0; i < wanted; i += 1) {
          if (judgeRemoval('settling', { waiting, recent, future: all - recent }) === 'go') {
            waiting -= 1;
            recent += 1;
          }
        }
        expect(recent).toBe(wanted <= removalLimit(all) ? wanted : 0);
      }),
    );
  });
});

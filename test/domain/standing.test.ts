import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/domain/standing.ts';

const state = (sequence: number, contentHash = 'a', cancelled = false) => ({ sequence, contentHash, cancelled });

describe('the standing of a meeting event', () => {
  it('takes the first state that arrives', () => expect(judge(null, state(0))).toBe('applied'));
  it('takes a higher sequence', () => expect(judge(state(1), state(2))).toBe('applied'));
  it('counts a lower sequence as stale', () => expect(judge(state(2), state(1))).toBe('stale'));
  it('knows the same content at the same sequence as a duplicate', () =>
    expect(judge(state(1, 'a'), state(1, 'a'))).toBe('duplicate'));
  it('refuses different content at the same sequence', () =>
    expect(judge(state(1, 'a'), state(1, 'b'))).toBe('sequence-conflict'));
  it('lets a cancellation beat an update of the same sequence', () =>
    expect(judge(state(1), state(1, 'c', true))).toBe('applied'));
  it('lets no update of the same sequence undo a cancellation', () =>
    expect(judge(state(1, 'c', true), state(1))).toBe('stale'));

  it('ends in the same state whatever the order of arrival', () => {
    const event = fc.record({ sequence: fc.integer({ min: 0, max: 6 }), cancelled: fc.boolean() });
    fc.assert(
      fc.property(
        fc
          .array(event, { minLength: 1, maxLength: 8 })
          .chain((events) =>
            fc.tuple(
              fc.constant(events),
              fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
            ),
          ),
        ([events, shuffled]) => {
          const settle = (order: typeof events) => {
            let known: ReturnType<typeof state> | null = null;
            for (const item of order) {
              const incoming = state(item.sequence, 'same', item.cancelled);
              if (judge(known, incoming) === 'applied') known = incoming;
            }
            return known;
          };
          expect(settle(shuffled)).toEqual(settle(events));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});

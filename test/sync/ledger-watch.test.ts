import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LedgerWatch } from '../../src/sync/ledger-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('ends a failure when it can be written and read, and with nothing else', async () => {
  const written: number[] = [];
  let full = true;
  let readable = false;
  const changes: (string | null)[] = [];
  using watch = new LedgerWatch(
    {
      async keepRetained(_topic, payload) {
        if (full) throw new Error('no room');
        written.push(payload.length);
      },
      async queue() {
        if (!readable) throw new Error('damaged');
      },
    },
    () => changes.push(watch.failure),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(changes).toEqual([]);
  expect(watch.failed(new Error('disk full'))).toBe(true);
  expect(watch.failed(new Error('disk full'))).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(watch.failure).toBe('disk full');
  full = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(watch.failure).toBe('disk full');
  readable = true;
  written.length = 0;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(changes).toEqual(['disk full', null]);
  expect(written).toEqual([16_384, 0]);
});

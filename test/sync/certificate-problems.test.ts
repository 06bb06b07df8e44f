import { describe, expect, it } from 'vitest';
import { certificateProblems } from '../../src/sync/certificate-problems.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const view = { own: false, fingerprint: 'AB:CD', validFrom: NOW - DAY_MS, validTo: NOW + 60 * DAY_MS, fault: null };
const told = (change: Partial<typeof view> | { fault: string }) => certificateProblems({ ...view, ...change }, NOW);

describe('the certificate of the admin pages', () => {
  it('is no problem without TLS, and while it runs for more than two weeks', () => {
    expect(certificateProblems(null, NOW)).toEqual([]);
    expect(told({ validTo: NOW + 14 * DAY_MS })).toEqual([]);
  });

  it.each([
    [14 * DAY_MS - 1, 'certificate-ends', 'warning', '2026-12-05, 13 more days.'],
    [1.5 * DAY_MS, 'certificate-ends', 'warning', '2026-11-23, one more day.'],
    [1, 'certificate-ends', 'warning', '2026-11-21, less than a day.'],
    [0, 'certificate-expired', 'danger', 'until 2026-11-21. Browsers warn'],
    [-DAY_MS, 'certificate-expired', 'danger', 'until 2026-11-20. Browsers warn'],
  ])('is one when %d ms are left', (left, id, severity, words) => {
    const [problem, ...others] = told({ validTo: NOW + left });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ id, severity, cause: expect.stringContaining(words) });
    expect(problem?.action).toContain('TLS_CERT_FILE');
  });

  it('is one while the pair that should take its place is not usable', () => {
    expect(told({ fault: 'the key does not belong to the certificate' })).toEqual([
      expect.objectContaining({
        id: 'certificate-unusable',
        severity: 'warning',
        cause: 'The key does not belong to the certificate. The pages are still served with the earlier certificate.',
      }),
    ]);
  });

  it('is one before its time', () => {
    expect(told({ validFrom: NOW + DAY_MS })[0]).toMatchObject({ id: 'certificate-not-yet-valid' });
  });
});

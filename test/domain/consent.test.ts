import { describe, expect, it } from 'vitest';
import { codeOfDeath, consentStage, reasonOfEnd } from '../../src/domain/consent.ts';

const DAY = 86_400_000;
const authorizedAt = Date.parse('2026-11-20T08:00:00Z');
const later = (days: number) => authorizedAt + days * DAY;

describe('the end of a consent', () => {
  it.each([
    [6.4, 'limited-time'],
    [6.5, 'app-in-testing'],
    [7, 'app-in-testing'],
    [7.5, 'app-in-testing'],
    [7.6, 'limited-time'],
    [1 / 24, 'limited-time'],
    [30, 'limited-time'],
  ])('%d days after it is that of %s', (days, reason) => {
    expect(reasonOfEnd(authorizedAt, later(days))).toBe(reason);
  });

  it.each([
    [2.01, 'calm'],
    [2, 'soon'],
    [1.01, 'soon'],
    [1, 'last-day'],
    [0, 'last-day'],
    [-3, 'last-day'],
  ])('%d days ahead is %s', (days, stage) => {
    expect(consentStage(later(days), authorizedAt)).toBe(stage);
  });
});

describe('the death of a grant', () => {
  it.each([
    // [age in days, named end in days, code]
    [7, null, 'testing-ended'],
    [6.5, null, 'testing-ended'],
    [7.5, null, 'testing-ended'],
    [6.49, null, 'reauthorize'],
    [7.51, null, 'reauthorize'],
    [0.1, null, 'reauthorize'],
    [200, null, 'reauthorize'],
    [7, 7, 'testing-ended'],
    [9, 7, 'testing-ended'],
    [3, 7, 'reauthorize'],
    [30, 30, 'consent-expired'],
    [31, 30, 'consent-expired'],
    [7, 30, 'reauthorize'],
    [1 / 24, 1 / 24, 'consent-expired'],
    [0.5 / 24, 1 / 24, 'reauthorize'],
  ] as const)('after %d days, with an end named at %s, is %s', (age, named, code) => {
    const endsAt = named === null ? null : later(named);
    expect(codeOfDeath({ authorizedAt, endsAt }, later(age))).toBe(code);
  });
});

import { describe, expect, it } from 'vitest';
import { searchInterleavings } from './interleavings.ts';
import { searchPlans } from './plans.ts';
import { searchRules } from './rules.ts';
import { searchZones } from './zones.ts';

/** A short, seeded share of each search. The same functions with larger sizes are the full ones. */
const SEED = 20_260_901;

describe('the search for mistakes', () => {
  it('finds none in the conversions of time zones, judged by other data', { timeout: 120_000 }, () => {
    const counts = searchZones(50);
    console.log('zones', counts);
    expect(counts.zones).toBeGreaterThan(45);
    expect(counts.skipped).toBeGreaterThan(100);
    expect(counts.twice).toBeGreaterThan(100);
  });

  it('finds none in unrolled repeat rules, judged by two other ways of unrolling them', { timeout: 120_000 }, () => {
    const counts = searchRules(120, SEED);
    console.log('rules', counts);
    expect(counts.rules).toBeGreaterThanOrEqual(120);
    expect(counts.checkedByIcalJs).toBeGreaterThan(15);
  });

  it('finds no plan that goes on after it was carried out', { timeout: 120_000 }, () => {
    const counts = searchPlans(300, SEED);
    console.log('plans', counts);
    expect(counts.steps).toBeGreaterThan(300);
  });

  it('finds no order of events and failures that ends in another calendar', { timeout: 240_000 }, async () => {
    const counts = await searchInterleavings(60, SEED);
    console.log('interleavings', counts);
    expect(counts.interleavings).toBeGreaterThanOrEqual(60);
    expect(counts.lost + counts.refused + counts.crashes).toBeGreaterThan(20);
  });
});

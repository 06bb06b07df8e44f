import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { describe, expect, it } from 'vitest';
import { offsetOf } from '../../src/domain/zone.ts';

const ZONES = [...Intl.supportedValuesOf('timeZone'), 'Etc/GMT-14', 'Etc/GMT+12', 'Etc/UTC'];

describe('the offset of a zone', () => {
  it('is the one that the time-zone database gives, at any instant', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
        (zone, instant) => offsetOf(instant, zone) === IANAZone.create(zone).offset(instant),
      ),
      { numRuns: 400 },
    );
  });

  it.each(['Europe/Berlin', 'Africa/Casablanca', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia'])(
    'changes in %s at the very minute at which its clock does',
    (zone) => {
      const minutes = (from: number) => Array.from({ length: 5 }, (_, index) => from + (index - 2) * 60_000);
      const iana = IANAZone.create(zone);
      const days = Array.from({ length: 366 }, (_, day) => Date.UTC(2011, 0, 1 + day));
      const changing = days.filter((at) => iana.offset(at) !== iana.offset(at + 86_400_000));
      expect(changing.length).toBeGreaterThan(0);
      for (const day of changing) {
        let [low, high] = [day, day + 86_400_000];
        while (high - low > 60_000) {
          const middle = Math.floor((low + high) / 120_000) * 60_000;
          if (iana.offset(middle) === iana.offset(low)) low = middle;
          else high = middle;
        }
        for (const at of minutes(high)) expect(offsetOf(at, zone), new Date(at).toISOString()).toBe(iana.offset(at));
      }
    },
  );
});

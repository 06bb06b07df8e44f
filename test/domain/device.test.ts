import { describe, expect, it } from 'vitest';
import { compareVersions, readIdentity, supportOf } from '../../src/domain/device.ts';

const verdict = (model: string, firmware: string) => supportOf(readIdentity({ model, firmware })).state;

describe('the supported-devices check', () => {
  it.each([
    ['UCM6301', '1.0.25.7', 'supported'],
    ['UCM6302  V1.2B', '1.0.17.11', 'firmware-too-old'],
    ['UCM6302  V1.2B', '1.0.25.7', 'supported'],
    ['UCM6304', '1.0.25.6', 'firmware-too-old'],
    ['UCM6304  V1.6A', '1.0.33.30', 'supported'],
    ['UCM6308', '1.0.25.13', 'supported'],
    ['UCM6308', '1.0.9.99', 'firmware-too-old'],
    ['UCM6300A', '1.0.25.7', 'supported'],
    ['UCM6302A', '1.0.25.6', 'firmware-too-old'],
    ['UCM6304A', '1.0.25.7', 'supported'],
    ['ucm6308a', '1.1.0.0', 'supported'],
    ['UCM6301A', '1.0.25.7', 'unsupported-model'],
    ['UCM6300', '1.0.25.7', 'unsupported-model'],
    ['UCM6305', '1.0.25.7', 'unsupported-model'],
    ['UCM6204', '1.0.20.38', 'unsupported-model'],
    ['GCC6010', 'PBX 1.0.25.11', 'supported'],
    ['GCC6010W', 'PBX 1.0.25.10', 'firmware-too-old'],
    ['GCC6011', '1.0.25.11', 'supported'],
    ['GCC6020', '1.0.25.7', 'firmware-too-old'],
    ['GCC6021', '2.0.0.0', 'supported'],
    ['GCC6012', '1.0.25.11', 'unsupported-model'],
    ['CloudUCM', '1.0.25.12', 'firmware-too-old'],
    ['CloudUCM', '1.0.25.13', 'supported'],
    ['CloudUCM Plus', '1.0.27.1', 'supported'],
    ['UCM6304A', 'unknown', 'unknown'],
  ])('judges %s with %s as %s', (model, firmware, state) => expect(verdict(model, firmware)).toBe(state));

  it('knows nothing of a device that has not said what it is', () => {
    expect(supportOf(null)).toMatchObject({ state: 'unknown', code: 'device-unknown' });
  });

  it('names the firmware that is needed', () => {
    expect(supportOf(readIdentity({ model: 'UCM6304', firmware: '1.0.25.6' })).message).toContain('1.0.25.7 or higher');
  });

  it('takes the strings of a PBX apart', () => {
    expect(readIdentity({ model: 'UCM6302  V1.2B', firmware: 'PBX 1.0.25.11' })).toMatchObject({
      model: 'UCM6302',
      hardware: 'V1.2B',
      firmware: '1.0.25.11',
    });
  });

  it('compares versions number by number', () => {
    expect(compareVersions('1.0.25.13', '1.0.25.7')).toBe(1);
    expect(compareVersions('1.0.25', '1.0.25.0')).toBe(0);
    expect(compareVersions('1.0.9.1', '1.0.25.7')).toBe(-1);
  });
});

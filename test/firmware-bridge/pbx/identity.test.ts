import { describe, expect, it } from 'vitest';
import { deviceIdOf, fixedZone, readPbxIdentity } from '../../../firmware-bridge/pbx/identity.ts';

/** Captured from a real UCM6302; serial, MAC and bind code are masked as they were published. */
const STATUS = {
  'part-number': '9660003912B',
  'serial-number': '<16 chars>',
  'up-time': '00:42:53',
  'idle-time': '00:00:00',
  'system-time': '23-11-2022 14:37:26 UTC+00:00',
  bindcode: '<64 hex>',
  mac: 'C0:74:AD:xx:xx:xx',
};
const GENERAL = {
  'product-model': 'UCM6302  V1.2B',
  'base-version': '1.0.17.11',
  'prog-version': '1.0.17.11',
  'boot-version': '1.0.17.11',
  'core-version': '1.0.17.11',
  'rcvr-version': '1.0.17.11',
  'lang-version': '1.0.17.11',
  'gswave-version': '1.0.17.8',
};

describe('the identity of a PBX', () => {
  it('is read from the dump of a real UCM6302 as it stands', () => {
    const identity = readPbxIdentity(GENERAL, STATUS);
    expect(identity).toEqual({
      model: 'UCM6302',
      hardware: 'V1.2B',
      firmware: '1.0.17.11',
      serial: '<16 chars>',
      // Masked, so it is no MAC; then the id must be configured.
      mac: null,
      partNumber: '9660003912B',
      versions: {
        base: '1.0.17.11',
        prog: '1.0.17.11',
        boot: '1.0.17.11',
        core: '1.0.17.11',
        rcvr: '1.0.17.11',
        lang: '1.0.17.11',
        gswave: '1.0.17.8',
      },
      utcOffset: '+00:00',
    });
    expect(JSON.stringify(identity)).not.toContain('64 hex');
  });

  it('names the device by its MAC, small and without separators', () => {
    const identity = readPbxIdentity(GENERAL, { ...STATUS, mac: 'C0:74:AD:12:34:56' });
    expect(identity?.mac).toBe('c0:74:ad:12:34:56');
    expect(identity === null ? null : deviceIdOf(identity)).toBe('c074ad123456');
  });

  it.each([
    ['UCM6304', { model: 'UCM6304', hardware: null }],
    ['GCC6010W  V1.0A', { model: 'GCC6010W', hardware: 'V1.0A' }],
    ['Cloud UCM', { model: 'Cloud UCM', hardware: null }],
  ])('takes "%s" apart', (printed, expected) => {
    expect(readPbxIdentity({ ...GENERAL, 'product-model': printed }, STATUS)).toMatchObject(expected);
  });

  it('is none without model or firmware', () => {
    expect(readPbxIdentity({ ...GENERAL, 'prog-version': '' }, STATUS)).toBeNull();
    expect(readPbxIdentity({}, STATUS)).toBeNull();
  });

  it.each([
    ['23-11-2022 14:37:26 UTC+00:00', '+00:00'],
    ['2022-11-23 14:37:26 UTC+08:00', '+08:00'],
    ['16-09-2026 09:13:54 UTC', '+00:00'],
    ['09:13:54 PM', null],
  ])('takes the offset from the clock "%s"', (time, offset) => {
    expect(readPbxIdentity(GENERAL, { ...STATUS, 'system-time': time })?.utcOffset).toBe(offset);
  });

  it.each([
    ['+00:00', 'Etc/UTC'],
    ['+01:00', 'Etc/GMT-1'],
    ['-0500', 'Etc/GMT+5'],
    ['+05:30', null],
    ['-13:00', null],
    [null, null],
  ])('knows a fixed zone for the offset %s', (offset, zone) => {
    expect(fixedZone(offset)).toBe(zone);
  });
});

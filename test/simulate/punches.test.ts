import { describe, expect, it } from 'vitest';
import { isDeviceSn, isUserId, parseWallTime, userKey } from '../../src/lib/punch.js';
import { createPunchSource, spanSeconds } from '../../src/lib/simulate/punches.js';

const SETTINGS = { seed: 42, devices: 3, startAt: '2025-01-01 08:00:00' };

describe('invented punches', () => {
  it('are the same for the same seed', () => {
    const [one, other] = [createPunchSource(SETTINGS), createPunchSource(SETTINGS)];
    for (let i = 0; i < 100; i += 1) expect(one.punch(1, i)).toEqual(other.punch(1, i));
  });

  it('differ with the seed, down to the serial numbers', () => {
    const [one, other] = [createPunchSource(SETTINGS), createPunchSource({ ...SETTINGS, seed: 43 })];
    expect(one.sns).toEqual(['SIM0000420001', 'SIM0000420002', 'SIM0000420003']);
    expect(other.sns).not.toEqual(one.sns);
    expect(one.punch(0, 0).userId).not.toBe(other.punch(0, 0).userId);
  });

  it('are valid and unique within a run, compared as the journal compares them', () => {
    const source = createPunchSource(SETTINGS);
    const keys = new Set<string>();
    for (let device = 0; device < 3; device += 1) {
      for (let i = 0; i < 5_000; i += 1) {
        const punch = source.punch(device, i);
        keys.add(`${punch.deviceSn}|${userKey(punch.userId)}|${punch.time}`);
        expect(isDeviceSn(punch.deviceSn) && isUserId(punch.userId)).toBe(true);
        expect(parseWallTime(punch.time)?.time).toBe(punch.time);
      }
    }
    expect(keys.size).toBe(15_000);
  });

  it('hold user ids with leading zeros and with letters', () => {
    const source = createPunchSource(SETTINGS);
    const ids = Array.from({ length: 1_000 }, (_, i) => source.punch(0, i).userId);
    expect(ids.some((id) => /^0\d+$/.test(id))).toBe(true);
    expect(ids.some((id) => id.includes('_'))).toBe(true);
  });

  it('reach no further than their span', () => {
    const last = createPunchSource(SETTINGS).punch(0, 99).time;
    expect(Date.parse(`${last}Z`) - Date.parse('2025-01-01T08:00:00Z')).toBeLessThan(spanSeconds(100) * 1000);
  });
});

import { describe, expect, it } from 'vitest';
import {
  allowedSilenceMs,
  hearRhythm,
  isStale,
  type Rhythm,
  startRhythm,
} from '../../src/lib/sync/rhythm.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday at midnight. */
const MONDAY = Date.UTC(2026, 0, 5);

/** Writes at 8 and 17 on weekdays, heard an hour later each. */
function officeWeeks(weeks: number): Rhythm {
  let rhythm = startRhythm(MONDAY);
  for (let day = 0; day < weeks * 7; day += 1) {
    if (day % 7 > 4) continue;
    for (const hour of [8, 17]) {
      const atMs = MONDAY + day * DAY + hour * HOUR;
      rhythm = hearRhythm(rhythm, atMs, atMs + HOUR);
    }
  }
  return rhythm;
}

describe('the rhythm of a source', () => {
  it('allows half as long again as its longest pause, here a weekend', () => {
    const rhythm = officeWeeks(3);
    expect(allowedSilenceMs(rhythm, null)).toBe(1.5 * 63 * HOUR);
    const friday = MONDAY + 18 * DAY + 17 * HOUR;
    expect(isStale(rhythm, null, friday + 63 * HOUR)).toBe(false);
    expect(isStale(rhythm, null, friday + 95 * HOUR)).toBe(true);
  });

  it('forgets a holiday after six weeks', () => {
    const holiday = hearRhythm(officeWeeks(2), MONDAY + 30 * DAY, MONDAY + 30 * DAY);
    expect(allowedSilenceMs(holiday, null)).toBeGreaterThan(20 * DAY);
    let rhythm = holiday;
    for (let day = 31; day < 31 + 7 * 7; day += 1) {
      rhythm = hearRhythm(rhythm, MONDAY + day * DAY, MONDAY + day * DAY);
    }
    expect(allowedSilenceMs(rhythm, null)).toBe(1.5 * DAY);
    expect(Object.keys(rhythm.pausesMs).length).toBeLessThanOrEqual(6);
  });

  it('allows four days as long as it is not known, counted from the first look', () => {
    const old = hearRhythm(startRhythm(MONDAY), MONDAY - 300 * DAY, MONDAY);
    expect(isStale(old, null, MONDAY + 4 * DAY)).toBe(false);
    expect(isStale(old, null, MONDAY + 4 * DAY + 1)).toBe(true);
  });

  it('takes no pause from before the first look for one of its own', () => {
    let rhythm = hearRhythm(startRhythm(MONDAY), MONDAY - 300 * DAY, MONDAY);
    for (let day = 1; day < 12; day += 1) rhythm = hearRhythm(rhythm, MONDAY + day * DAY, MONDAY + day * DAY);
    expect(allowedSilenceMs(rhythm, null)).toBe(1.5 * DAY);
  });

  it('is what the settings say where they say it, from the last write on', () => {
    const rhythm = hearRhythm(startRhythm(MONDAY), MONDAY - 3 * DAY, MONDAY);
    expect(isStale(rhythm, 2 * DAY, MONDAY)).toBe(true);
    expect(isStale(rhythm, 4 * DAY, MONDAY)).toBe(false);
  });

  it('knows nothing of a source that never wrote, unless the settings do', () => {
    const rhythm = startRhythm(MONDAY);
    expect(allowedSilenceMs(rhythm, null)).toBeNull();
    expect(isStale(rhythm, null, MONDAY + 99 * DAY)).toBe(false);
    expect(isStale(rhythm, DAY, MONDAY + 2 * DAY)).toBe(true);
  });

  it('does not believe a write of tomorrow', () => {
    const rhythm = hearRhythm(startRhythm(MONDAY), MONDAY + 400 * DAY, MONDAY + HOUR);
    expect(rhythm.lastMs).toBe(MONDAY + HOUR);
  });

  it('is the same rhythm when nothing new was heard', () => {
    const rhythm = officeWeeks(1);
    expect(hearRhythm(rhythm, rhythm.lastMs, MONDAY + 7 * DAY)).toBe(rhythm);
    expect(hearRhythm(rhythm, null, MONDAY + 7 * DAY)).toBe(rhythm);
  });
});

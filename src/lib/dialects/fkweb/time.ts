import { createWallTime, parseWallTime, type WallTime } from '../../punch.js';

/** Device times in FK notation: 14 digits, or the dashed form that one family writes (fkweb.md 1.6). */

const DIGITS = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;

export interface FkTime extends WallTime {
  readonly precision: 'second' | 'minute';
}

/** Null when it is no calendar time in either notation. */
export function parseFkTime(text: string): FkTime | null {
  const trimmed = text.trim();
  const digits = DIGITS.exec(trimmed);
  if (digits) return withPrecision(wallOf(digits), 'second');
  return withPrecision(parseWallTime(trimmed), /:\d+:\d/.test(trimmed) ? 'second' : 'minute');
}

/**
 * A clock reading, which may also have 12 digits: `YYYYMMDDhhmm` on the V536, `YYMMDDhhmmss` on the M50 (1.7, 1.10).
 * Null when both are possible: a clock that can't be told is no reason to set it.
 */
export function parseFkClock(text: string): FkTime | null {
  const trimmed = text.trim();
  if (!/^\d{12}$/.test(trimmed)) return parseFkTime(trimmed);
  const toMinute = /^20/.test(trimmed) ? parseFkTime(`${trimmed}00`) : null;
  const toSecond = parseFkTime(`20${trimmed}`);
  if (toMinute !== null && toSecond !== null) return null;
  return toMinute === null ? toSecond : { ...toMinute, precision: 'minute' };
}

/** `YYYY-MM-DD HH:MM:SS` to the 14 digits that commands carry. */
export function renderFkTime(time: string): string {
  return time.replace(/\D/g, '');
}

function wallOf(match: RegExpExecArray): WallTime | null {
  const [, year, month, day, hour, minute, second] = match;
  return createWallTime([+year!, +month!, +day!, +hour!, +minute!, +second!]);
}

function withPrecision(wall: WallTime | null, precision: FkTime['precision']): FkTime | null {
  return wall === null ? null : { ...wall, precision };
}

/**
 * A punch is one attendance fact: this user stood at this device at this wall-clock second.
 * Everything here is pure; dialects and formats build punches with it, journal and sink store them.
 */

/** Status codes (ZKTeco numbers), the same whatever the dialect or format. */
export const STATUS = {
  in: 0,
  out: 1,
  breakOut: 2,
  breakIn: 3,
  overtimeIn: 4,
  overtimeOut: 5,
  unknown: 255,
} as const;

/** Verify codes (ZKTeco appendix numbers) that hip names; combinations keep their number. */
export const VERIFY = { finger: 1, password: 3, card: 4, face: 15, vein: 21, palm: 25 } as const;

export interface Punch {
  /** Serial number of the device, or the road's default device name when `proven` is false. */
  readonly deviceSn: string;
  /** Verbatim as the device said it, leading zeros included. */
  readonly userId: string;
  /** Device wall clock, `YYYY-MM-DD HH:MM:SS`, Gregorian, never zone-converted. */
  readonly time: string;
  /** ZKTeco status number 0..255, null where the source says nothing. */
  readonly status: number | null;
  /** ZKTeco verify number, null where the source says nothing or nothing known. */
  readonly verify: number | null;
  readonly workCode: string | null;
  /** The device's own text for this punch, without secrets. */
  readonly raw: string;
  /** Why the time is not to be trusted, or null. The punch is kept and delivered all the same. */
  readonly suspect: Suspicion | null;
  /** False when the road can't prove the serial number (vendor text logs, the plain dialect). */
  readonly proven: boolean;
  /** `minute` when the source has no seconds; `time` then ends in `:00`. */
  readonly precision: 'second' | 'minute';
}

export type Suspicion = 'before-2020' | 'future' | 'buddhist-year';

/** A calendar-checked device time. */
export interface WallTime {
  /** `YYYY-MM-DD HH:MM:SS`, Gregorian. */
  readonly time: string;
  /** True when the year was Buddhist (2400..2700) and was lowered by 543. */
  readonly buddhistYear: boolean;
}

const SERIAL_NUMBER = /^[A-Za-z0-9_-]{1,64}$/;
/** A year in this range can only be Buddhist: Gregorian 2400 is not a clock error anyone has seen. */
const BUDDHIST_FIRST = 2400;
const BUDDHIST_LAST = 2700;
const BUDDHIST_OFFSET = 543;
const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

export function isDeviceSn(text: string): boolean {
  return SERIAL_NUMBER.test(text);
}

/**
 * 1 to 64 characters, not blank, no control characters (they would break lines, keys and commands), and no half of a
 * surrogate pair (JSON can name one): on disk all of them become U+FFFD, which would make one user of many.
 */
export function isUserId(text: string): boolean {
  return (
    text.length <= 64 && text.trim() !== '' && !/[\u0000-\u001f\u007f]/.test(text) && !/\p{Cs}/u.test(text)
  );
}

/** The form in which user ids are compared: numeric ids without zero padding, all others verbatim. */
export function userKey(userId: string): string {
  return userId.charCodeAt(0) === 48 && /^\d+$/.test(userId) ? userId.replace(/^0+(?=\d)/, '') : userId;
}

/** Calendar parts to a wall time; null when no calendar has such a moment. A 24:00 or a :60 is refused. */
export function createWallTime(
  parts: readonly [year: number, month: number, day: number, hour: number, minute: number, second: number],
): WallTime | null {
  const [year, month, day, hour, minute, second] = parts;
  const buddhistYear = year >= BUDDHIST_FIRST && year <= BUDDHIST_LAST;
  const gregorian = buddhistYear ? year - BUDDHIST_OFFSET : year;
  if (!(gregorian >= 1970 && gregorian <= 2399) || !(month >= 1 && month <= 12) || !(day >= 1)) return null;
  if (day > daysInMonth(gregorian, month)) return null;
  if (!(hour >= 0 && hour <= 23) || !(minute >= 0 && minute <= 59) || !(second >= 0 && second <= 59)) {
    return null;
  }
  const time = `${gregorian}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
  return { time, buddhistYear };
}

/** Another time of the same day, which must be one that a day has. */
export function wallAt(
  { time, buddhistYear }: WallTime,
  [hour, minute, second]: readonly [hour: number, minute: number, second: number],
): WallTime {
  return { time: `${time.slice(0, 11)}${two(hour)}:${two(minute)}:${two(second)}`, buddhistYear };
}

/**
 * `YYYY-MM-DD HH:MM[:SS]` with `-`, `/` or `.` in the date and blank or `T` between; ASCII digits only.
 * Null when it is anything else.
 */
export function parseWallTime(text: string): WallTime | null {
  const match =
    /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\s+|T)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?\s*$/.exec(
      text,
    );
  if (!match) return null;
  const [, year, month, day, hour, minute, second = '0'] = match;
  return createWallTime([+year!, +month!, +day!, +hour!, +minute!, +second]);
}

/**
 * Law 5: suspect times are flagged, kept, delivered and shown.
 * @param wallNow this PC's wall clock as `YYYY-MM-DD HH:MM:SS`, the nearest we have to the device's
 */
export function suspicionOf(wall: WallTime, wallNow: string): Suspicion | null {
  if (wall.buddhistYear) return 'buddhist-year';
  if (wall.time < '2020-01-01') return 'before-2020';
  return wallSeconds(wall.time) - wallSeconds(wallNow) > DAY_MS / 1000 ? 'future' : null;
}

/** Wall-clock text to seconds on a zone-less calendar (as if it were UTC): only for order and distance. */
export function wallSeconds(time: string): number {
  const dayMs = Date.UTC(digitsAt(time, 0, 4), digitsAt(time, 5, 2) - 1, digitsAt(time, 8, 2));
  return dayMs / 1000 + digitsAt(time, 11, 2) * 3600 + digitsAt(time, 14, 2) * 60 + digitsAt(time, 17, 2);
}

/** Every punch comes through here a few times: cutting the text into pieces first takes three times as long. */
function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}

/** Inverse of {@link wallSeconds}. */
export function wallText(seconds: number): string {
  const day = Math.floor(seconds / DAY_SECONDS);
  const second = Math.floor(seconds) - day * DAY_SECONDS;
  const hour = Math.floor(second / 3600);
  return `${dateText(day)} ${two(hour)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

/** The calendar is asked once a day: neighbours in a journal are mostly of one. */
let lastDay = Number.NaN;
let lastDate = '';

function dateText(day: number): string {
  if (day !== lastDay) {
    lastDate = new Date(day * DAY_MS).toISOString().slice(0, 10);
    lastDay = day;
  }
  return lastDate;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

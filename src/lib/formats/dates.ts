import { createWallTime, type WallTime, wallSeconds, wallText } from '../punch.js';
import { type OrderRule, orderOf } from './date-order.js';
import type { RejectReason } from './format.js';
import { foldDigits } from './text.js';

/** Dates and times as Windows programs and devices write them, to wall times; what can't be one is a reason. */
export interface Moment {
  readonly wall: WallTime;
  readonly precision: 'second' | 'minute';
}

export type MomentFault = Extract<
  RejectReason,
  | 'date-invalid'
  | 'date-missing'
  | 'date-order-ambiguous'
  | 'year-out-of-range'
  | 'time-invalid'
  | 'time-missing'
  | 'meridiem-conflict'
>;

/** A date that a calendar has; the year as it was written (a two-digit one made whole), Buddhist or not. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export interface Clock {
  readonly hour: number;
  readonly minute: number;
  /** Null where the source has no seconds. */
  readonly second: number | null;
}

/** Day 0 of a workbook, in milliseconds as `Date` counts them: Excel's, and that of workbooks from old Macs. */
export const SERIAL_EPOCHS = { usual: Date.UTC(1899, 11, 30), mac: Date.UTC(1904, 0, 1) } as const;
export type SerialEpoch = (typeof SERIAL_EPOCHS)[keyof typeof SERIAL_EPOCHS];

/** How a file's dates are to be read. */
export interface DateRules {
  readonly order: OrderRule;
  readonly wallNow: string;
  /** A workbook's bare number can be a day count, with the time behind the point: since which day. */
  readonly serialEpoch?: SerialEpoch;
}

const DATE = /^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})$/;
const DATE_ATTEMPT = /^[\d\p{L}]{1,4}[/.-][\d\p{L}]{1,4}[/.-][\d\p{L}]{1,4}$/u;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(\D*)$/;
/** Minutes and seconds always have two digits: a shorter one was cut off or is broken. */
const CLOCK_ATTEMPT = /^\d{1,2}:\d/;
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;
/** A four-digit year in this range can only be a Buddhist one. */
const BUDDHIST = { first: 2443, last: 2643, offset: 543 } as const;
const DAY_SECONDS = 86_400;
/** Day counts of the years 2000 to 2099 and some more have five digits. */
const SERIAL = /^\d{5}(?:\.\d+)?$/;

/** Before noon, after noon, or a word that stands there and says nothing. */
export type Meridiem = 'am' | 'pm' | 'none';

const MERIDIEM_WORDS: readonly (readonly [string, Meridiem])[] = [
  ['am', 'am'],
  ['a.m.', 'am'],
  ['pm', 'pm'],
  ['p.m.', 'pm'],
  ['ก่อนเที่ยง', 'am'],
  ['หลังเที่ยง', 'pm'],
  ['ກ່ອນທ່ຽງ', 'am'],
  ['ຫຼັງທ່ຽງ', 'pm'],
  ['ຫລັງທ່ຽງ', 'pm'],
  // The narrow forms of the same.
  ['ກທ', 'am'],
  ['ຫຼທ', 'pm'],
  // A ZKTime list writes this literal where AM or PM belongs; its hours are 24-hour ones.
  ['a12p12', 'none'],
  // Thai for "o'clock", behind 24-hour times.
  ['น.', 'none'],
];
/** Vowel signs and tone marks of Thai and Lao: two orders of them look the same, so only letters are compared. */
const MARKS = /[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece]/g;
const MERIDIEMS: ReadonlyMap<string, Meridiem> = new Map(MERIDIEM_WORDS);
const MERIDIEM_LETTERS: ReadonlyMap<string, Meridiem> = new Map(
  MERIDIEM_WORDS.map(([word, meridiem]) => [word.replace(MARKS, ''), meridiem]),
);

export function meridiemOf(word: string): Meridiem | null {
  const exact = MERIDIEMS.get(word) ?? MERIDIEMS.get(word.toLowerCase());
  return exact ?? MERIDIEM_LETTERS.get(word.replace(MARKS, '')) ?? null;
}

export function isDateShaped(word: string): boolean {
  return DATE.test(word);
}

/** A word that somebody meant as a date, but that is none (`15-XX-2026`). */
export function isDateAttempt(word: string): boolean {
  return /\d/.test(word) && DATE_ATTEMPT.test(word);
}

export function isClockShaped(word: string): boolean {
  return CLOCK_ATTEMPT.test(word);
}

/** The date of a cell that holds more: a day of the week before it, the midnight of a workbook's date behind it. */
export function dayOf(cell: string): string {
  if (cell === '' || isDateShaped(cell)) return cell;
  const words = cell.split(/\s+|(?<=\d)T(?=\d)/);
  return words.find(isDateShaped) ?? words[0] ?? '';
}

/** `15/01/2569`, `1-15-26`, `2026.01.15`; ASCII digits. */
export function parseDate(word: string, rules: DateRules): CalendarDate | MomentFault {
  if (rules.serialEpoch !== undefined && SERIAL.test(word)) {
    const utc = utcOfSerial(Math.floor(Number(word)), rules.serialEpoch);
    return onCalendar(utc.getUTCFullYear(), utc.getUTCMonth() + 1, utc.getUTCDate());
  }
  if (word === '') return 'date-missing';
  const match = DATE.exec(word);
  return match ? dateOf([match[1]!, match[3]!, match[4]!], rules) : 'date-invalid';
}

/** The three numbers of a date as they stand. */
export function dateOf(
  [first, second, third]: readonly [string, string, string],
  rules: DateRules,
): CalendarDate | MomentFault {
  if (first.length === 4) {
    return third.length > 2 ? 'date-invalid' : onCalendar(Number(first), Number(second), Number(third));
  }
  if (first.length > 2 || (third.length !== 4 && third.length !== 2)) return 'date-invalid';
  const order = orderFor(Number(first), Number(second), rules.order);
  if (order === 'conflict') return 'date-order-ambiguous';
  const [day, month] = order === 'dmy' ? [Number(first), Number(second)] : [Number(second), Number(first)];
  if (third.length === 4) return onCalendar(Number(third), month, day);
  return withTwoDigitYear({ year: Number(third), month, day }, rules.wallNow);
}

/** `7:58`, `07:58:12`, `07:58:12AM`, with a meridiem word from beside it. */
export function parseClock(word: string, beside: Meridiem | null): Clock | MomentFault {
  if (word === '') return 'time-missing';
  const match = CLOCK.exec(word);
  if (!match) return 'time-invalid';
  const [, hours, minutes, seconds, suffix] = match;
  const glued = suffix ? meridiemOf(suffix) : null;
  if (suffix && glued === null) return 'time-invalid';
  const second = seconds === undefined ? null : Number(seconds);
  return clockOf({ hour: Number(hours), minute: Number(minutes), second }, beside ?? glued);
}

/** 12 AM is midnight, 12 PM noon; an hour over 12 stays with PM and contradicts AM. */
export function clockOf(written: Clock, meridiem: Meridiem | null): Clock | MomentFault {
  const { hour, minute, second } = written;
  if (hour > 23 || minute > 59 || (second ?? 0) > 59) return 'time-invalid';
  if (meridiem === 'am' && hour > 12) return 'meridiem-conflict';
  if (meridiem === 'am' && hour === 12) return { hour: 0, minute, second };
  return meridiem === 'pm' && hour < 12 ? { hour: hour + 12, minute, second } : written;
}

export function joinMoment(date: CalendarDate, clock: Clock): Moment | MomentFault {
  const { hour, minute, second } = clock;
  const wall = createWallTime([date.year, date.month, date.day, hour, minute, second ?? 0]);
  if (wall === null) return 'date-invalid';
  return { wall, precision: second === null ? 'minute' : 'second' };
}

/** A `Date` whose UTC fields are the wall clock, as databases and workbooks hand them out. */
export function momentOfUtc(utc: Date, precision: Moment['precision'] = 'second'): Moment | MomentFault {
  const whole = new Date(Math.round(utc.getTime() / 1000) * 1000);
  if (Number.isNaN(whole.getTime())) return 'date-invalid';
  const date = onCalendar(whole.getUTCFullYear(), whole.getUTCMonth() + 1, whole.getUTCDate());
  if (typeof date === 'string') return date;
  const clock = { hour: whole.getUTCHours(), minute: whole.getUTCMinutes(), second: whole.getUTCSeconds() };
  const moment = joinMoment(date, clock);
  return typeof moment === 'string' ? moment : { ...moment, precision };
}

/** One cell with date and time: `15/1/2569 7:58`, `2026-01-15T07:58:12`, `1/23/2026 13:27:05 A12P12`. */
export function parseMoment(cell: string, rules: DateRules): Moment | MomentFault {
  if (rules.serialEpoch !== undefined && SERIAL.test(cell.trim())) {
    return momentOfUtc(utcOfSerial(Number(cell), rules.serialEpoch));
  }
  const words = foldDigits(cell)
    .trim()
    .replace(/(\d)T(?=\d)/, '$1 ')
    .split(/\s+/);
  const date = parseDate(words[0]!, rules);
  if (typeof date === 'string') return date;
  if (words.length === 1) return 'time-missing';
  if (words.length > 3) return 'time-invalid';
  const leading = meridiemOf(words[1]!);
  const [time, word] = leading === null ? [words[1]!, words[2]] : [words[2] ?? '', words[1]];
  const meridiem = word === undefined ? null : meridiemOf(word);
  if (word !== undefined && meridiem === null) return 'time-invalid';
  const clock = parseClock(time, meridiem);
  return typeof clock === 'string' ? clock : joinMoment(date, clock);
}

function utcOfSerial(days: number, epochMs: number): Date {
  return new Date(epochMs + days * DAY_SECONDS * 1000);
}

function orderFor(first: number, second: number, rule: OrderRule): OrderRule {
  // A date that only one order allows is read in that order even where the file is otherwise in conflict. The same
  // day and month number needs no order, and one that no calendar has gets its reason from the calendar.
  const only = orderOf(first, second);
  if (only === 'neither' || first === second) return 'dmy';
  return only ?? rule;
}

function onCalendar(year: number, month: number, day: number): CalendarDate | MomentFault {
  if (month < 1 || month > 12 || day < 1 || day > 31) return 'date-invalid';
  const gregorian = year >= BUDDHIST.first && year <= BUDDHIST.last ? year - BUDDHIST.offset : year;
  if (gregorian < FIRST_YEAR || gregorian > LAST_YEAR) return 'year-out-of-range';
  if (day > 28 && createWallTime([gregorian, month, day, 0, 0, 0]) === null) return 'date-invalid';
  return { year, month, day };
}

/** `69` can be 2069 or the Buddhist 2569: whichever is neither ahead of this PC's clock nor before 2000. */
function withTwoDigitYear(date: CalendarDate, wallNow: string): CalendarDate | MomentFault {
  let fault: MomentFault = 'year-out-of-range';
  const limit = wallText(wallSeconds(wallNow) + DAY_SECONDS);
  for (const century of [2000, 2500]) {
    const candidate = onCalendar(century + date.year, date.month, date.day);
    if (typeof candidate === 'string') {
      if (candidate === 'date-invalid') fault = candidate;
      continue;
    }
    const gregorian = century === 2500 ? candidate.year - BUDDHIST.offset : candidate.year;
    const wall = createWallTime([gregorian, date.month, date.day, 0, 0, 0]);
    if (wall !== null && wall.time <= limit) return candidate;
  }
  return fault;
}

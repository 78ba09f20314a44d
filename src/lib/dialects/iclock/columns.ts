import { createWallTime, isUserId, parseWallTime, type WallTime, wallText } from '../../punch.js';

/**
 * One ATTLOG line to its columns (adms.md 8.1): TABs on the wire; runs of blanks from simulators and log viewers,
 * commas and an `ATTLOG` prefix from test clients. Two columns are enough.
 */

export interface PunchColumns {
  readonly userId: string;
  readonly wall: WallTime;
  /** True when the time has no seconds. */
  readonly toMinute: boolean;
  /** All columns after prefix and date were put right: user, time, status, verify, work code, … */
  readonly columns: readonly string[];
}

export interface ColumnRules {
  /** Epoch seconds, commas and the prefix: tolerated where the path already proves that these are punches. */
  readonly lenient: boolean;
}

/** The ninth is the last one looked at; prefix and split date take two more. */
const MAX_COLUMNS = 12;
const PREFIX = /^\s*ATTLOG\s*$/i;
const DATE_ONLY = /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$/;
const TIME_ONLY = /^\d{1,2}:\d{1,2}(?::\d{1,2})?$/;
const EPOCH_SECONDS = /^\d{9,10}$/;
const MAX_USER_ID = 64;

/** The columns, or why the line is no punch. Equal faults give equal words. */
export function readColumns(line: string, rules: ColumnRules): PunchColumns | string {
  if (line.includes('\t')) {
    const byTab = check(split(line, '\t'), rules);
    if (typeof byTab !== 'string') return byTab;
    // A mix of TABs and blanks still holds a user, a date and a time.
    const byBlank = check(splitBlanks(line), rules);
    return typeof byBlank === 'string' ? byTab : byBlank;
  }
  if (rules.lenient && line.includes(',')) {
    const byComma = check(split(line, ','), rules);
    if (typeof byComma !== 'string') return byComma;
  }
  return check(splitBlanks(line), rules);
}

/** By hand, since every punch passes here: `String.split` with a limit takes several times as long. */
function split(line: string, separator: string): string[] {
  const columns: string[] = [];
  let start = 0;
  for (let end = line.indexOf(separator); end >= 0; end = line.indexOf(separator, start)) {
    columns.push(line.slice(start, end));
    start = end + 1;
    if (columns.length === MAX_COLUMNS) return columns;
  }
  columns.push(line.slice(start));
  return columns;
}

function splitBlanks(line: string): string[] {
  return line.trim().split(/[ \t]+/, MAX_COLUMNS);
}

/** Ids on devices are digits, letters, `_` and `-`. */
const KEY_AND_VALUE = /^[A-Za-z]+=/;

function check(columns: string[], rules: ColumnRules): PunchColumns | string {
  if (rules.lenient && columns.length > 2 && PREFIX.test(columns[0]!)) columns.shift();
  if (columns.length < 2) return 'no time column';
  const userId = columns[0]!.trim();
  if (userId.length > MAX_USER_ID) return 'user id is longer than 64 characters';
  if (userId === '') return 'user id is empty';
  // U+FFFD stands for bytes of no known code page: two people could become one.
  if (!isUserId(userId) || userId.includes('\ufffd')) return 'user id has unreadable characters';
  // `PIN=1` is the key=value form of other tables in the wrong place: kept for a person, never a user of that name.
  if (KEY_AND_VALUE.test(userId)) return 'user id is a key with a value';
  joinDateAndTime(columns);
  const text = columns[1]!;
  const wall = readTime(text, rules);
  if (wall === null) return text.trim() === '' ? 'time is empty' : 'time is not a date';
  return {
    userId,
    wall,
    toMinute: text.charCodeAt(16) !== COLON && isToMinute(text),
    columns,
  };
}

function joinDateAndTime(columns: string[]): void {
  if (columns.length < 3 || columns[1]!.length > 10) return;
  const date = columns[1]!.trim();
  const time = columns[2]!.trim();
  if (DATE_ONLY.test(date) && TIME_ONLY.test(time)) columns.splice(1, 2, `${date} ${time}`);
}

/** Epoch seconds are read as a UTC wall clock: the only receiver known to accept them does so (S0X). */
function readTime(text: string, rules: ColumnRules): WallTime | null {
  if (text.length === 19) return readClock(text) ?? parseWallTime(text);
  if (rules.lenient && text.length <= 10 && EPOCH_SECONDS.test(text))
    return parseWallTime(wallText(Number(text)));
  return text.length > 40 ? null : parseWallTime(text);
}

function isToMinute(text: string): boolean {
  return text.includes(':') && text.indexOf(':') === text.lastIndexOf(':');
}

/** `YYYY-MM-DD HH:MM:SS`, as nearly every device sends it; four times faster than the general parser. */
function readClock(text: string): WallTime | null {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || text.charCodeAt(10) !== BLANK)
    return null;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return null;
  const century = twoDigits(text, 0);
  const year = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (century < 0 || year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return null;
  return createWallTime([century * 100 + year, month, day, hour, minute, second]);
}

const DASH = 45;
const BLANK = 32;
const COLON = 58;

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

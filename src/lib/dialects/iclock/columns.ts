import { isUserId, parseWallTime, type WallTime, wallText } from '../../punch.js';

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

/** ATTLOG has at most 18 known columns (SDK320: 16); what follows is not looked at. */
const MAX_COLUMNS = 24;
const DATE_ONLY = /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$/;
const TIME_ONLY = /^\d{1,2}:\d{1,2}(?::\d{1,2})?$/;
const EPOCH_SECONDS = /^\d{9,10}$/;
const MAX_USER_ID = 64;

/** The columns, or why the line is no punch. Equal faults give equal words. */
export function readColumns(line: string, rules: ColumnRules): PunchColumns | string {
  if (line.includes('\t')) {
    const byTab = check(line.split('\t', MAX_COLUMNS), rules);
    if (typeof byTab !== 'string') return byTab;
    // A mix of TABs and blanks still holds a user, a date and a time.
    const byBlank = check(splitBlanks(line), rules);
    return typeof byBlank === 'string' ? byTab : byBlank;
  }
  if (rules.lenient && line.includes(',')) {
    const byComma = check(line.split(',', MAX_COLUMNS), rules);
    if (typeof byComma !== 'string') return byComma;
  }
  return check(splitBlanks(line), rules);
}

function splitBlanks(line: string): string[] {
  return line.trim().split(/[ \t]+/, MAX_COLUMNS);
}

function check(columns: string[], rules: ColumnRules): PunchColumns | string {
  if (rules.lenient && columns.length > 2 && columns[0]!.trim().toUpperCase() === 'ATTLOG') columns.shift();
  if (columns.length < 2) return 'no time column';
  const userId = columns[0]!.trim();
  if (userId.length > MAX_USER_ID) return 'user id is longer than 64 characters';
  if (userId === '') return 'user id is empty';
  // U+FFFD stands for bytes of no known code page: two people could become one.
  if (!isUserId(userId) || userId.includes('\ufffd')) return 'user id has unreadable characters';
  joinDateAndTime(columns);
  const text = columns[1]!;
  const wall = readTime(text, rules);
  if (wall === null) return text.trim() === '' ? 'time is empty' : 'time is not a date';
  return {
    userId,
    wall,
    toMinute: text.indexOf(':') === text.lastIndexOf(':') && text.includes(':'),
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
  if (rules.lenient && EPOCH_SECONDS.test(text)) return parseWallTime(wallText(Number(text)));
  return text.length > 40 ? null : parseWallTime(text);
}

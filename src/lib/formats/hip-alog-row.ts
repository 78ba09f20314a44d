/** A line of number, id, date, time and capital words: the shape that nearly all lines of an alog have. */
export interface PlainRow {
  readonly userId: string;
  /** As it stands there: `15/01/2026`. */
  readonly date: string;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly meridiem: 'am' | 'pm' | null;
  /** Words behind the time, without the meridiem. */
  readonly words: number;
}

/** What a step returns where the line does not go on as it should; every later step then returns it too. */
const NOWHERE = -1;

/**
 * Letter by letter: a pattern makes a text of every field first, which takes three times as long. Null for whatever
 * doesn't fit exactly; the line is then taken apart word by word, with the same result.
 */
export function scanPlainRow(line: string): PlainRow | null {
  const idAt = afterBlanks(line, afterDigits(line, isBlank(line, 0) ? afterBlanks(line, 0) : 0));
  const idEnd = afterWord(line, idAt);
  const dateAt = afterBlanks(line, idEnd);
  const dateEnd = afterDate(line, dateAt);
  const hourAt = afterBlanks(line, dateEnd);
  const minuteAt = afterSign(line, afterDigits(line, hourAt), ':');
  const secondAt = afterSign(line, afterDigits(line, minuteAt), ':');
  const end = afterDigits(line, secondAt);
  if (end === NOWHERE || minuteAt - hourAt > 3 || secondAt - minuteAt !== 3 || end - secondAt !== 2)
    return null;
  const meridiem = meridiemBehind(line, end);
  const words = countWords(line, meridiem === null ? end : afterBlanks(line, end) + 2);
  if (words === null) return null;
  return {
    userId: line.slice(idAt, idEnd),
    date: line.slice(dateAt, dateEnd),
    hour: numberAt(line, hourAt, minuteAt - 1),
    minute: numberAt(line, minuteAt, secondAt - 1),
    second: numberAt(line, secondAt, end),
    meridiem,
    words,
  };
}

function afterBlanks(line: string, at: number): number {
  if (at === NOWHERE || !isBlank(line, at)) return NOWHERE;
  let end = at + 1;
  while (isBlank(line, end)) end += 1;
  return end;
}

function afterDigits(line: string, at: number): number {
  if (at === NOWHERE || !isDigit(line.charCodeAt(at))) return NOWHERE;
  let end = at + 1;
  while (isDigit(line.charCodeAt(end))) end += 1;
  return end;
}

function afterWord(line: string, at: number): number {
  if (at === NOWHERE || !isWordLetter(line.charCodeAt(at))) return NOWHERE;
  let end = at + 1;
  while (isWordLetter(line.charCodeAt(end))) end += 1;
  return end;
}

function afterSign(line: string, at: number, sign: string): number {
  return at !== NOWHERE && line[at] === sign ? at + 1 : NOWHERE;
}

/** Two numbers of one or two digits and a year of four, with the same sign between them. */
function afterDate(line: string, at: number): number {
  const firstEnd = afterDigits(line, at);
  const sign = line[firstEnd] === '-' ? '-' : '/';
  const secondAt = afterSign(line, firstEnd, sign);
  const secondEnd = afterDigits(line, secondAt);
  const yearAt = afterSign(line, secondEnd, sign);
  const end = afterDigits(line, yearAt);
  return firstEnd - at <= 2 && secondEnd - secondAt <= 2 && end - yearAt === 4 ? end : NOWHERE;
}

function meridiemBehind(line: string, end: number): PlainRow['meridiem'] {
  const at = afterBlanks(line, end);
  if (at === NOWHERE || line[at + 1] !== 'M') return null;
  if (at + 2 < line.length && !isBlank(line, at + 2)) return null;
  if (line[at] === 'A') return 'am';
  return line[at] === 'P' ? 'pm' : null;
}

/** Of capital letters, up to the end of the line; null when there is anything else. */
function countWords(line: string, from: number): number | null {
  let count = 0;
  let at = from;
  while (at < line.length) {
    const start = afterBlanks(line, at);
    if (start === NOWHERE) return null;
    at = start;
    while (isCapital(line.charCodeAt(at))) at += 1;
    if (at > start) count += 1;
    else if (at < line.length) return null;
  }
  return count;
}

function numberAt(line: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 10 + line.charCodeAt(at) - 48;
  return value;
}

function isBlank(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 32 || code === 9;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90;
}

function isWordLetter(code: number): boolean {
  return isDigit(code) || isCapital(code) || (code >= 97 && code <= 122) || code === 95;
}

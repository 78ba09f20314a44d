import { splitCells } from './cells.js';
import { isClockShaped, isDateAttempt, isDateShaped } from './dates.js';
import type { RejectReason } from './format.js';
import { foldDigits } from './text.js';

/** A line of an alog, taken apart: its words and where among them the moment stands. */
export interface AlogLine {
  readonly words: readonly string[];
  readonly found: Places | null;
}

/** Where the id stands in lines whose cells a sign parts. */
export interface IdCell {
  readonly place: number;
  readonly delimiter: string;
}

/** Place of the user id without titles: the second word. */
export const SECOND_WORD = 1;
/** `2026-01-15T07:58:12`, and the comma that some regional settings put behind a date. */
const GLUED = /([-/]\d{1,2})T(?=\d{1,2}:)|([-/.]\d{2,4}),(?=\s)/g;
const SEPARATOR = /[,;|"]/;
const SEPARATORS = /[,;|"]+/g;
/** Where the second cell is empty, the words behind it must not move up into the id's place. */
const EMPTY_SECOND_CELL = /^[,;|]?[^,;|\s]+\s*([,;|])\s*(?:"\s*")?\s*\1/;

export function wordsOf(line: string): string[] {
  return foldDigits(line).replace(GLUED, '$1$2 ').trim().split(/\s+/);
}

/** Blanks part words; other signs do where blanks find no moment or leave a sign in front of it. */
export function splitLine(line: string, idWord: number): AlogLine {
  const words = wordsOf(line);
  const found = findMoment(words);
  if (!SEPARATOR.test(line)) return { words, found };
  if (isWhole(found) && !words.slice(0, idWord + 1).some((word) => SEPARATOR.test(word)))
    return { words, found };
  const parts = wordsOf(line.replace(SEPARATORS, ' '));
  if (EMPTY_SECOND_CELL.test(line)) parts.splice(SECOND_WORD, 0, '');
  const foundInParts = findMoment(parts);
  const isBetter = isWhole(foundInParts) || (found === null && foundInParts !== null);
  return isBetter ? { words: parts, found: foundInParts } : { words, found };
}

/** As the words of a line with the id second: an empty cell moves nothing, and a name may have blanks. */
export function splitCellLine(line: string, { place, delimiter }: IdCell): AlogLine {
  const cells = splitCells(foldDigits(line), delimiter).map((cell) => cell.trim());
  const rest = wordsOf(cells.filter((_, at) => at !== place).join(' '));
  const found = findMoment(rest);
  const id = cells[place] ?? '';
  // A line that has the id's cell is a row, whatever stands in its first one.
  const first = cells.length > place ? '0' : cells[0]!;
  const words = [first, id, ...rest];
  return { words, found: found && { ...found, date: behindId(found.date), time: behindId(found.time) } };
}

function behindId(place: number): number {
  return place < 0 ? place : place + SECOND_WORD + 1;
}

function isWhole(found: Places | null): boolean {
  return found !== null && found.date >= 0 && found.time >= 0;
}

/** Places of the words that are date and time; -1 for one that is not there. */
export interface Places {
  readonly date: number;
  readonly time: number;
  readonly fault: RejectReason | null;
}

/** Null when the line has neither date nor time. */
export function findMoment(words: readonly string[]): Places | null {
  let date = -1;
  let time = -1;
  let attempt = -1;
  let fault: RejectReason | null = null;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const first = word.charCodeAt(0);
    // Dates and times begin with a digit; only the rare broken date needs a closer look.
    if (first < 48 || first > 57) continue;
    if (isClockShaped(word)) {
      if (time >= 0) fault ??= 'time-ambiguous';
      else time = at;
    } else if (isDateShaped(word)) {
      if (date >= 0) fault ??= 'date-ambiguous';
      else date = at;
    } else if (attempt < 0 && isDateAttempt(word)) attempt = at;
  }
  if (date < 0) date = attempt;
  return date < 0 && time < 0 ? null : { date, time, fault };
}
